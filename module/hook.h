/* SPDX-License-Identifier: GPL-2.0-only */
/* Redirect the running kernel's DMA allocators to pools and arenas of whole granules. */
#ifndef _HOOK_H
#define _HOOK_H

#include <linux/ftrace.h>
#include <linux/types.h>

#include "compat.h"

struct device;
struct dma_pool;
struct seq_file;

/**
 * enum hook_group - functions that are redirected and released together
 * @HOOK_POOL_USE: functions that use a pool; redirected while this module has pools
 * @HOOK_BUFFER_USE: functions that free a coherent buffer; redirected while this module has
 *	buffers
 * @HOOK_MAKE: functions that create pools and buffers; redirected while the hook is on
 */
enum hook_group {
	HOOK_POOL_USE,
	HOOK_BUFFER_USE,
	HOOK_MAKE,
	/* private: */
	HOOK_NR_GROUPS
};

/**
 * struct hook - one redirected kernel function
 * @name: symbol name
 * @function: address; NULL until it is looked up by @name if the function is not exported
 * @group: the group it is redirected with
 * @takes: decides from the arguments whether @replacement handles this call. Runs in the
 *	caller's context, which can be any. On true, @replacement owns the module reference and
 *	the count that @takes acquired, if any
 * @replacement: called instead of @function
 * @direct: trampoline that decides by itself, in fewer instructions; or NULL
 * @resume: where to store the address at which @function continues after its ftrace site; or
 *	NULL
 * @is_registered: calls reach this module
 * @is_direct: the latest registration used @direct
 * @calls: calls redirected through @takes; NULL if never registered
 * @ops: ftrace ops for @direct
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

/* hook_calls.c: the redirected functions; an entry without a name ends the table */
#define HOOK_MAX	10
extern struct hook hooks[HOOK_MAX + 1];
bool hook_group_in_use(enum hook_group group);

/* hook_entry.S: trampolines for ftrace; never call them from C */
void hook_enter_dma_pool_alloc(void);
void hook_enter_dma_pool_free(void);

/* hook_entry.S: the kernel's functions, entered after their ftrace sites */
extern unsigned long hook_resume_create, hook_resume_destroy;
#ifdef HAVE_dma_pool_create_node
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
