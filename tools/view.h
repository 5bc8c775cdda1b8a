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
 * @output: --json, --ktap, or text
 * @dir: --sysroot, or NULL for this machine
 * @watch: --watch
 * @prometheus: the file of --prometheus, or NULL
 */
struct view {
	const struct output *output;
	const char *dir;
	bool watch;
	const char *prometheus;
};

/* Options that not all sub-commands have. */
enum view_extra { VIEW_PLAIN = 0, VIEW_PROMETHEUS = 1, VIEW_WATCH = 2, VIEW_KTAP = 4 };

#define VIEW_GO_ON	(-1)

int view_options(struct view *view, int argc, char **argv, int extra,
		 void (*usage)(FILE *to));
bool view_open(const struct view *view, struct sysroot *root);

#endif
