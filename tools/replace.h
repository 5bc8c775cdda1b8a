/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that readers see as it was, or as a whole; "-" is standard output. */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct replacement - a file that is being written
 * @to: what is written here is in the file after replace_finish()
 * @path: of the file
 * @temporary: stands beside it until then; NULL for standard output
 */
struct replacement {
	FILE *to;
	const char *path;
	char *temporary;
};

bool replace_begin(struct replacement *file, const char *path);
bool replace_finish(struct replacement *file);

#endif
