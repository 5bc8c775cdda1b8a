/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/*
 * Wrappers of json-c. If they run out of memory, they end the program with EXIT_RESOURCES.
 * NULL stands for the JSON value null.
 */
struct json_object *json_report(void);
struct json_object *json_map(void);
struct json_object *json_list(void);
struct json_object *json_text(const char *text);
struct json_object *json_count(uint64_t value);
struct json_object *json_count_or_null(uint64_t value);
struct json_object *json_ratio(double value);
struct json_object *json_flag(bool value);
struct json_object *json_hex(uint64_t value);
void json_set(struct json_object *map, const char *key, struct json_object *value);
void json_append(struct json_object *list, struct json_object *value);
void json_finish(struct json_object *report);

#endif
