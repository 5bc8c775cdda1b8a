/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reader of rhictl's finds, what it says, and what is printed of it. */
#ifndef FUZZ_REPORT_H
#define FUZZ_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * report_tree() - a tree of files, as one that was captured
 * @data:	the files' text, one after the other, with a line "@" between them; the text "-"
 *		alone stands for no file, and so does the end of @data
 * @size:	its size in bytes
 * @paths:	of the files, from the root of the tree; NULL behind the last one
 *
 * Return: the tree, the same one each time.
 */
const struct sysroot *report_tree(const uint8_t *data, size_t size, const char *const *paths);

/**
 * report_begin() - keep what is written from here on
 * @stream:	&stdout or &stderr
 */
void report_begin(FILE **stream);

/**
 * report_end() - let the stream go on
 * @stream:	of report_begin()
 *
 * Return: what was written, to be freed.
 */
char *report_end(FILE **stream);

/**
 * report_said() - let stderr go on, and see to its messages
 * @is_error:	what is read was refused
 *
 * A refusal has to say why, and what is accepted needs no message.
 */
void report_said(bool is_error);

/**
 * report_printed() - let stdout go on, and see to what was printed
 * @is_json:	it has to be an object of JSON; otherwise any text
 */
void report_printed(bool is_json);

/* What @print prints goes through report_printed(). */
#define REPORT_PRINTED(print, is_json) do {				\
	report_begin(&stdout);						\
	print;								\
	report_printed(is_json);					\
} while (0)

#endif
