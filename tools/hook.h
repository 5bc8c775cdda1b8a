/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HOOK_H
#define HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

struct hook_state {
	const char *word;
	const char *meaning;
};

/* A NULL word ends the list. */
extern const struct hook_state hook_states[];

/* A redirected kernel function. */
struct hook_function {
	char name[48];
	bool direct;		/* redirected by an ftrace direct call, which is not counted */
	uint64_t calls;
};

/* Memory that the module shares for a device. */
struct hook_device {
	char name[64];
	uint64_t buffer_used_bytes, buffer_shared_bytes;
	uint64_t pools, pool_used_bytes, pool_shared_bytes;
};

struct hook {
	const struct hook_state *state;

	/* From debugfs, which only root can read. */
	const char *unread;		/* path of the unreadable file, or NULL */
	int unread_error;		/* -ENOENT, -EACCES or -EPERM */
	struct hook_function *functions;
	size_t nr_functions;
	struct hook_device *devices;
	size_t nr_devices;
	struct answer early_devices;	/* number of devices bound before the hook was on */
	char (*early)[64];		/* their names, as far as the module lists them */
	size_t nr_early;
};

struct sysroot;

int hook_read(const struct sysroot *root, struct hook *hook);
bool hook_lists_early(const struct hook *hook);
bool hook_has_early(const struct hook *hook, const char *name);
void hook_free(struct hook *hook);

#endif
