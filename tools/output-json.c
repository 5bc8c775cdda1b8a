// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON output. Raw answers of the host are hexadecimal strings, because many JSON parsers store
 * numbers as double and round large ones.
 */
#include <stdio.h>

#include <rhi.h>

#include "info.h"
#include "json.h"
#include "output.h"

static struct json_object *answer_object(const struct answer *answer)
{
	return answer->given ? json_hex(answer->value) : NULL;
}

static struct json_object *feature_names(const char *family, const uint64_t *words,
					 unsigned int nr)
{
	struct json_object *names = json_list();

	for (unsigned int word = 0; word < nr; word++) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			const char *name = decode_feature(family, word, bit);

			if (name && words[word] >> bit & 1)
				json_append(names, json_text(name));
		}
	}
	return names;
}

static struct json_object *hostconf_object(const struct info *info)
{
	bool features = info->features.given && info->features.value != RHI_NOT_SUPPORTED;
	struct json_object *hostconf = json_map();

	json_set(hostconf, "version", answer_object(&info->version));
	json_set(hostconf, "features", answer_object(&info->features));
	json_set(hostconf, "feature_names",
		 features ? feature_names("HOSTCONF", &info->features.value, 1) : NULL);
	json_set(hostconf, "ipa_change_alignment", answer_object(&info->alignment));
	return hostconf;
}

static struct json_object *parameters_object(const struct info *info)
{
	struct json_object *parameters = json_map();

	json_set(parameters, "granule_bytes", json_count_or_null(info->granule_parameter_bytes));
	json_set(parameters, "force", json_flag(info->force));
	return parameters;
}

static struct json_object *family_object(const struct family *family)
{
	struct json_object *object = json_map();
	struct json_object *words = NULL;

	if (family->nr_features)
		words = json_list();
	for (unsigned int i = 0; i < family->nr_features; i++)
		json_append(words, json_hex(family->features[i]));

	json_set(object, "name", json_text(family->name));
	json_set(object, "status", json_text(*family->refusal ? family->refusal : "ok"));
	json_set(object, "version", answer_object(&family->version));
	json_set(object, "features", words);
	json_set(object, "feature_names", words ?
		 feature_names(family->name, family->features, family->nr_features) : NULL);
	return object;
}

static struct json_object *families_array(const struct info *info)
{
	struct json_object *families = json_list();

	for (size_t i = 0; i < info->nr_families; i++)
		json_append(families, family_object(&info->families[i]));
	return families;
}

static struct json_object *call_object(const struct call *call)
{
	struct json_object *object = json_map();

	json_set(object, "seq", json_count(call->seq));
	json_set(object, "fid", json_hex(call->fid));
	json_set(object, "name", json_text(call->name));
	json_set(object, "rsi", json_text(call->rsi));
	json_set(object, "answer", answer_object(&call->answer));
	json_set(object, "duration_ns", json_count(call->duration_ns));
	return object;
}

static struct json_object *calls_array(const struct info *info)
{
	struct json_object *calls = json_list();

	for (size_t i = 0; i < info->nr_calls; i++)
		json_append(calls, call_object(&info->calls[i]));
	return calls;
}

static struct json_object *count_object(const struct answer *count)
{
	return count->given ? json_count(count->value) : NULL;
}

static struct json_object *pools_array(const struct swiotlb *swiotlb)
{
	struct json_object *pools = json_list();

	for (size_t i = 0; i < swiotlb->nr_pools; i++) {
		const struct swiotlb_pool *pool = &swiotlb->pools[i];
		struct json_object *object = json_map();

		json_set(object, "start", json_hex(pool->start));
		json_set(object, "end", json_hex(pool->end));
		json_set(object, "size_bytes", json_count(pool->end - pool->start));
		json_set(object, "misaligned_bytes", count_object(&pool->misaligned));
		json_append(pools, object);
	}
	return pools;
}

static struct json_object *swiotlb_object(const struct swiotlb *swiotlb)
{
	struct json_object *object = json_map();

	json_set(object, "size_bytes", count_object(&swiotlb->bytes[SWIOTLB_SIZE]));
	json_set(object, "used_bytes", count_object(&swiotlb->bytes[SWIOTLB_USED]));
	json_set(object, "peak_bytes", count_object(&swiotlb->bytes[SWIOTLB_USED_MAX]));
	json_set(object, "transient_bytes", count_object(&swiotlb->bytes[SWIOTLB_TRANSIENT]));
	json_set(object, "grows", swiotlb->from_module ? json_flag(swiotlb->grows) : NULL);
	json_set(object, "pools", swiotlb->from_module ? pools_array(swiotlb) : NULL);
	return object;
}

static void json_info(const struct info *info)
{
	struct json_object *root = json_report();

	json_set(root, "status", json_text(info->status->word));
	json_set(root, "meaning", json_text(info->status->meaning));
	json_set(root, "granule_bytes", json_count_or_null(info->granule_bytes));
	json_set(root, "granule_source", json_text(granule_sources[info->source]));
	json_set(root, "page_size_bytes", json_count_or_null(info->page_size_bytes));
	json_set(root, "kernel_granule_bytes", json_count_or_null(info->kernel_granule_bytes));
	json_set(root, "kernel_granule_function",
		 *info->kernel.function ? json_text(info->kernel.function) : NULL);
	json_set(root, "hostconf", hostconf_object(info));
	json_set(root, "parameters", info->have_parameters ? parameters_object(info) : NULL);
	json_set(root, "families", info->have_families ? families_array(info) : NULL);
	json_set(root, "calls", info->have_calls ? calls_array(info) : NULL);
	json_set(root, "swiotlb", info->swiotlb.bytes[SWIOTLB_SIZE].given ?
		 swiotlb_object(&info->swiotlb) : NULL);
	json_set(root, "unread_path", info->unread ? json_text(info->unread) : NULL);

	json_finish(root);
}

const struct output output_json = {
	.info = json_info,
	.bench = json_bench,
	.hook = json_hook,
	.audit = json_audit,
	.ok = json_ok,
	.stress = json_stress,
};
