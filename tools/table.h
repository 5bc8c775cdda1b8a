/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_FIELDS 6

/* A text file of the module in debugfs: lines of words, and comments that begin with #. */
struct table {
	const char *path;
	const char *form;	/* form of a line, for messages */
	int nr_fields;		/* the last field is the rest of the line */
	int (*add)(void *to, char **fields);	/* the caller reports only -EPROTO */
};

struct sysroot;

int table_read(const struct sysroot *root, const struct table *table, void *to);
int table_read_large(const struct sysroot *root, const struct table *table, size_t size, void *to);
int table_parse(const struct table *table, const char *dir, char *text, void *to);
bool table_is_unread(int error);

#endif
