/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of the sub-commands that show data of this machine or of a captured tree. */
#ifndef VIEW_H
#define VIEW_H

#include <stdbool.h>
#include <stdio.h>

struct output;
struct sysroot;

/**
 * struct view - what to show, and in which format
 * @output: --json, --ktap, or text
 * @dir: --sysroot, or NULL for this machine
 * @watch: --watch
 * @prometheus: the argument of --prometheus, or NULL
 */
struct view {
	const struct output *output;
	const char *dir;
	bool watch;
	const char *prometheus;
};

/* Options that only some sub-commands have. */
enum view_extra { VIEW_PLAIN = 0, VIEW_PROMETHEUS = 1, VIEW_WATCH = 2, VIEW_KTAP = 4 };

#define VIEW_GO_ON	(-1)

int view_options(struct view *view, int argc, char **argv, int extra,
		 void (*usage)(FILE *to));
bool view_open(const struct view *view, struct sysroot *root);

#endif
