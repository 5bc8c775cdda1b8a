// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "json.h"
#include "rhictl.h"

#define SCHEMA 2

static void check(bool good)
{
	if (!good)
		errx(EXIT_RESOURCES, "out of memory");
}

static struct json_object *must(struct json_object *object)
{
	check(object);
	return object;
}

/**
 * json_report - a new report, which is an object that begins with the schema number
 *
 * Return: the object, for json_finish().
 */
struct json_object *json_report(void)
{
	struct json_object *report = json_map();

	json_set(report, "schema", json_count(SCHEMA));
	return report;
}

/**
 * json_map - an empty object
 *
 * Return: the object.
 */
struct json_object *json_map(void)
{
	return must(json_object_new_object());
}

/**
 * json_list - an empty array
 *
 * Return: the array.
 */
struct json_object *json_list(void)
{
	return must(json_object_new_array());
}

/**
 * json_text - a string
 * @text: is copied
 *
 * Return: the string.
 */
struct json_object *json_text(const char *text)
{
	return must(json_object_new_string(text));
}

/**
 * json_count - a whole number
 * @value: the number
 *
 * Return: the number.
 */
struct json_object *json_count(uint64_t value)
{
	return must(json_object_new_uint64(value));
}

/**
 * json_count_or_null - a whole number, where 0 means that there is none
 * @value: the number
 *
 * Return: the number, or NULL for 0.
 */
struct json_object *json_count_or_null(uint64_t value)
{
	return value ? json_count(value) : NULL;
}

/**
 * json_ratio - a number with three decimals
 * @value: the number
 *
 * Return: the number.
 */
struct json_object *json_ratio(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", value);
	return must(json_object_new_double_s(value, text));
}

/**
 * json_flag - true or false
 * @value: which
 *
 * Return: the boolean.
 */
struct json_object *json_flag(bool value)
{
	return must(json_object_new_boolean(value));
}

/**
 * json_hex - a string with 0x and hexadecimal digits
 * @value: the number
 *
 * Return: the string.
 */
struct json_object *json_hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_text(text);
}

/**
 * json_set - give an object a key
 * @map: the object
 * @key: the key, a constant
 * @value: belongs to @map from here on; NULL for null
 */
void json_set(struct json_object *map, const char *key, struct json_object *value)
{
	check(!json_object_object_add(map, key, value));
}

/**
 * json_append - make an array longer
 * @list: the array
 * @value: belongs to @list from here on
 */
void json_append(struct json_object *list, struct json_object *value)
{
	check(!json_object_array_add(list, value));
}

/**
 * json_finish - print a report
 * @report: is released
 */
void json_finish(struct json_object *report)
{
	const char *text = json_object_to_json_string_ext(report, JSON_C_TO_STRING_PRETTY |
							  JSON_C_TO_STRING_NOSLASHESCAPE);

	check(text);
	puts(text);
	json_object_put(report);
}
