/* SPDX-License-Identifier: GPL-2.0-only */
/* Files for rhictl's parsers, and checks of their messages and output */
#ifndef FUZZ_REPORT_H
#define FUZZ_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * report_tree() - make a tree of files, like a captured one
 * @data:	contents of the files, separated by lines "@"; the contents "-" and the end of
 *		@data stand for a missing file
 * @size:	its size in bytes
 * @paths:	paths of the files from the root of the tree, ending with NULL
 *
 * Return: the tree, the same each time.
 */
const struct sysroot *report_tree(const uint8_t *data, size_t size, const char *const *paths);

/**
 * report_begin() - start capturing a stream
 * @stream:	&stdout or &stderr
 */
void report_begin(FILE **stream);

/**
 * report_end() - stop capturing
 * @stream:	argument of report_begin()
 *
 * Return: the captured text, to be freed.
 */
char *report_end(FILE **stream);

/**
 * report_said() - stop capturing stderr, and check the messages
 * @is_error:	the input was refused
 *
 * Refused input needs a message, accepted input must have none.
 */
void report_said(bool is_error);

/**
 * report_printed() - stop capturing stdout, and check the output
 * @is_json:	the output must be a JSON object, otherwise any text
 */
void report_printed(bool is_json);

/* Check the output of @print by report_printed(). */
#define REPORT_PRINTED(print, is_json) do {				\
	report_begin(&stdout);						\
	print;								\
	report_printed(is_json);					\
} while (0)

#endif
