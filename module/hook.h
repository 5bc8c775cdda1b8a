/* SPDX-License-Identifier: GPL-2.0-only */
/* Redirects the running kernel's DMA allocators to pools and arenas of whole granules. */
#ifndef _HOOK_H
#define _HOOK_H

#include <linux/ftrace.h>
#include <linux/types.h>

struct seq_file;

/**
 * struct hook - one function of the kernel that is replaced
 * @name: its name
 * @replacement: what runs instead; it may call the original by its name
 * @tagged: only calls whose first argument is a pool of ours are redirected
 * @calls: redirected so far
 * @ops: ftrace's
 */
struct hook {
	const char *name;
	void *replacement;
	bool tagged;
	unsigned long __percpu *calls;
	struct ftrace_ops ops;
};

/* hook_calls.c: all that is replaced, ended by an entry without a name */
extern struct hook hooks[];

/* hook_its.c */
void hook_its_init(void);
void hook_its_exit(void);

bool hook_takes(void);
void hook_enter(void);
void hook_leave(void);

int hook_set(bool on);
const char *hook_state(void);
void hook_exit(void);
void hook_show(struct seq_file *s);

#endif /* _HOOK_H */
