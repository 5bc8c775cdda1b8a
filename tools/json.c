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
 * json_report - create a report: an object that begins with the schema number
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
 * json_map - create an empty object
 *
 * Return: the object.
 */
struct json_object *json_map(void)
{
	return must(json_object_new_object());
}

/**
 * json_list - create an empty array
 *
 * Return: the array.
 */
struct json_object *json_list(void)
{
	return must(json_object_new_array());
}

/**
 * json_text - create a string
 * @text: the text, which is copied
 *
 * Return: the string.
 */
struct json_object *json_text(const char *text)
{
	return must(json_object_new_string(text));
}

/**
 * json_count - create an integer
 * @value: the number
 *
 * Return: the number.
 */
struct json_object *json_count(uint64_t value)
{
	return must(json_object_new_uint64(value));
}

/**
 * json_count_or_null - create an integer, or null for 0
 * @value: the number
 *
 * Return: the number, or NULL for 0.
 */
struct json_object *json_count_or_null(uint64_t value)
{
	return value ? json_count(value) : NULL;
}

/**
 * json_ratio - create a number with three decimal places
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
 * json_flag - create a boolean
 * @value: the value
 *
 * Return: the boolean.
 */
struct json_object *json_flag(bool value)
{
	return must(json_object_new_boolean(value));
}

/**
 * json_hex - create a string of 0x and hexadecimal digits
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
 * json_set - add a key to an object
 * @map: the object
 * @key: the key, a string constant
 * @value: the value, or NULL for null; @map takes ownership
 */
void json_set(struct json_object *map, const char *key, struct json_object *value)
{
	check(!json_object_object_add(map, key, value));
}

/**
 * json_append - append a value to an array
 * @list: the array
 * @value: the value; @list takes ownership
 */
void json_append(struct json_object *list, struct json_object *value)
{
	check(!json_object_array_add(list, value));
}

/**
 * json_finish - print a report and free it
 * @report: the report
 */
void json_finish(struct json_object *report)
{
	const char *text = json_object_to_json_string_ext(report, JSON_C_TO_STRING_PRETTY |
							  JSON_C_TO_STRING_NOSLASHESCAPE);

	check(text);
	puts(text);
	json_object_put(report);
}
