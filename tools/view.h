/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of the sub-commands that show something of this machine, or of a captured one. */
#ifndef VIEW_H
#define VIEW_H

#include <stdbool.h>
#include <stdio.h>

struct output;
struct sysroot;

/**
 * struct view - what to show, and how
 * @output: --json, or text
 * @dir: --sysroot, or NULL for this machine
 * @watch: --watch
 */
struct view {
	const struct output *output;
	const char *dir;
	bool watch;
};

#define VIEW_GO_ON	(-1)

int view_options(struct view *view, int argc, char **argv, bool can_watch,
		 void (*usage)(FILE *to));
bool view_open(const struct view *view, struct sysroot *root);

#endif
