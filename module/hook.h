/* SPDX-License-Identifier: GPL-2.0-only */
/* Redirects the running kernel's DMA allocators to pools and arenas of whole granules. */
#ifndef _HOOK_H
#define _HOOK_H

#include <linux/ftrace.h>
#include <linux/types.h>

#include "compat.h"

struct device;
struct dma_pool;
struct seq_file;

/**
 * enum hook_group - functions that are redirected, and let go, together
 * @HOOK_POOL_USE: what takes a pool: as long as there is a pool of this module's
 * @HOOK_BUFFER_USE: what takes a coherent buffer: as long as there is one
 * @HOOK_MAKE: what makes pools and buffers: while the hook is on
 */
enum hook_group {
	HOOK_POOL_USE,
	HOOK_BUFFER_USE,
	HOOK_MAKE,
	/* private: */
	HOOK_NR_GROUPS
};

/**
 * struct hook - one function of the kernel that is redirected
 * @name: its name
 * @function: its address; if it is not exported it is NULL at first, and found by @name
 * @group: with which others
 * @takes: is this call one for @replacement? It reads the arguments, and runs where the
 *	function was called, in any context. What it says yes to must be accounted for by
 *	@replacement
 * @replacement: what runs instead
 * @direct: a trampoline that decides by itself, in fewer instructions; or NULL
 * @resume: where the function goes on behind its ftrace site
 * @is_registered: calls reach this module
 * @is_direct: @direct was used the last time
 * @calls: redirected so far, by @takes; NULL if it never was registered
 * @ops: ftrace's, if @is_direct
 */
struct hook {
	const char *name;
	void *function;
	enum hook_group group;
	bool (*takes)(struct ftrace_regs *fregs);
	void *replacement;
	void *direct;
	unsigned long *resume;
	bool is_registered, is_direct;
	unsigned long __percpu *calls;
	struct ftrace_ops ops;
};

/* hook_calls.c: all that is redirected, ended by an entry without a name */
#define HOOK_MAX	10
extern struct hook hooks[HOOK_MAX + 1];
bool hook_group_in_use(enum hook_group group);

/* hook_entry.S: for ftrace, not to be called */
void hook_enter_dma_pool_alloc(void);
void hook_enter_dma_pool_free(void);

/* hook_entry.S: the kernel's own functions, entered behind their ftrace sites */
extern unsigned long hook_resume_create, hook_resume_destroy;
#ifdef HAVE_DMA_POOL_CREATE_NODE
struct dma_pool *hook_original_create(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary, int node);
#else
struct dma_pool *hook_original_create(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary);
#endif
void hook_original_destroy(struct dma_pool *pool);

/* hook_its.c */
int hook_its_register(void);
void hook_its_unregister(void);

bool hook_takes(struct device *dev);
void hook_settle(void);

int hook_set(bool on);
bool hook_get(void);
void hook_start(void);
const char *hook_state(void);
void hook_exit(void);
void hook_spare(struct device *dev);
void hook_show(struct seq_file *s);

#endif /* _HOOK_H */
