/* SPDX-License-Identifier: GPL-2.0-only */
/* Replaces a file atomically. The path "-" is standard output. */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct replacement - a file that is being replaced
 * @to: the stream to write the new content to
 * @path: path of the file
 * @temporary: path of the temporary file until replace_finish(), or NULL for standard output
 */
struct replacement {
	FILE *to;
	const char *path;
	char *temporary;
};

bool replace_begin(struct replacement *file, const char *path);
bool replace_finish(struct replacement *file);

#endif
