// SPDX-License-Identifier: GPL-2.0-only
/*
 * For programs. Raw answers of the host are strings in hexadecimal, since many
 * readers of JSON hold numbers as double and would round the larger ones.
 */
#include <err.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "info.h"
#include "output.h"
#include "rhictl.h"

#define SCHEMA 1

/* json-c returns NULL without memory, and takes NULL for a null. */
static struct json_object *must(struct json_object *object)
{
	if (!object)
		errx(EXIT_RESOURCES, "out of memory");
	return object;
}

static void put(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		errx(EXIT_RESOURCES, "out of memory");
}

static void append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		errx(EXIT_RESOURCES, "out of memory");
}

static struct json_object *object_new(void)
{
	return must(json_object_new_object());
}

static struct json_object *array_new(void)
{
	return must(json_object_new_array());
}

static struct json_object *string(const char *text)
{
	return must(json_object_new_string(text));
}

static struct json_object *number(uint64_t value)
{
	return must(json_object_new_uint64(value));
}

static struct json_object *number_or_null(uint64_t value)
{
	return value ? number(value) : NULL;
}

static struct json_object *boolean(bool value)
{
	return must(json_object_new_boolean(value));
}

static struct json_object *hex(uint64_t value)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%" PRIx64, value);
	return string(buf);
}

static struct json_object *answer_object(const struct answer *answer)
{
	return answer->given ? hex(answer->value) : NULL;
}

static struct json_object *feature_names(const char *family, const uint64_t *words,
					 unsigned int nr)
{
	struct json_object *names = array_new();

	for (unsigned int word = 0; word < nr; word++) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			const char *name = decode_feature(family, word, bit);

			if (name && words[word] >> bit & 1)
				append(names, string(name));
		}
	}
	return names;
}

static struct json_object *hostconf_object(const struct info *info)
{
	bool features = info->features.given && info->features.value != RHI_UNSUPPORTED;
	struct json_object *hostconf = object_new();

	put(hostconf, "version", answer_object(&info->version));
	put(hostconf, "features", answer_object(&info->features));
	put(hostconf, "feature_names",
	    features ? feature_names("HOSTCONF", &info->features.value, 1) : NULL);
	put(hostconf, "ipa_change_alignment", answer_object(&info->alignment));
	return hostconf;
}

static struct json_object *parameters_object(const struct info *info)
{
	struct json_object *parameters = object_new();

	put(parameters, "granule_bytes", number_or_null(info->granule_parameter_bytes));
	put(parameters, "force", boolean(info->force));
	return parameters;
}

static struct json_object *family_object(const struct family *family)
{
	struct json_object *object = object_new();
	struct json_object *words = NULL;

	if (family->nr_features)
		words = array_new();
	for (unsigned int i = 0; i < family->nr_features; i++)
		append(words, hex(family->features[i]));

	put(object, "name", string(family->name));
	put(object, "status", string(*family->refusal ? family->refusal : "ok"));
	put(object, "version", answer_object(&family->version));
	put(object, "features", words);
	put(object, "feature_names", words ?
	    feature_names(family->name, family->features, family->nr_features) : NULL);
	return object;
}

static struct json_object *families_array(const struct info *info)
{
	struct json_object *families = array_new();

	for (size_t i = 0; i < info->nr_families; i++)
		append(families, family_object(&info->families[i]));
	return families;
}

static struct json_object *call_object(const struct call *call)
{
	struct json_object *object = object_new();

	put(object, "seq", number(call->seq));
	put(object, "fid", hex(call->fid));
	put(object, "name", string(call->name));
	put(object, "rsi", string(call->rsi));
	put(object, "answer", answer_object(&call->answer));
	put(object, "duration_ns", number(call->duration_ns));
	return object;
}

static struct json_object *calls_array(const struct info *info)
{
	struct json_object *calls = array_new();

	for (size_t i = 0; i < info->nr_calls; i++)
		append(calls, call_object(&info->calls[i]));
	return calls;
}

static void json_info(const struct info *info)
{
	struct json_object *root = object_new();
	const char *text;

	put(root, "schema", number(SCHEMA));
	put(root, "status", string(info->status->word));
	put(root, "meaning", string(info->status->meaning));
	put(root, "granule_bytes", number_or_null(info->granule_bytes));
	put(root, "granule_source", string(granule_sources[info->source]));
	put(root, "page_size_bytes", number_or_null(info->page_size_bytes));
	put(root, "hostconf", hostconf_object(info));
	put(root, "parameters", info->have_parameters ? parameters_object(info) : NULL);
	put(root, "families", info->have_families ? families_array(info) : NULL);
	put(root, "calls", info->have_calls ? calls_array(info) : NULL);
	put(root, "unread_path", info->unread ? string(info->unread) : NULL);

	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		errx(EXIT_RESOURCES, "out of memory");
	puts(text);
	json_object_put(root);
}

const struct output output_json = {
	.info = json_info,
};
