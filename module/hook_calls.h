/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's DMA functions, and their replacements by pools and arenas of whole granules. */
#ifndef _HOOK_CALLS_H
#define _HOOK_CALLS_H

#include <linux/bits.h>
#include <linux/dmapool.h>
#include <linux/workqueue.h>

#include "redirect.h"

/**
 * enum hook_group - functions that are redirected and released together
 * @HOOK_POOL_USE: functions that use a pool; redirected while this module has pools
 * @HOOK_BUFFER_USE: functions that free a coherent buffer; redirected while this module has
 *	buffers
 * @HOOK_MAKE: functions that create pools and buffers; redirected while the hook is on
 */
enum hook_group {
	HOOK_POOL_USE = BIT(0),
	HOOK_BUFFER_USE = BIT(1),
	HOOK_MAKE = BIT(2),
};

extern struct hook hooks[HOOK_MAX + 1];
/* Scheduled after a pool or buffer is gone while the hook is off. The layer above initializes it. */
extern struct work_struct hook_settle_work;

void hook_turn(bool on);
bool hook_is_on(void);
unsigned int hook_groups_in_use(void);

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

#endif /* _HOOK_CALLS_H */
