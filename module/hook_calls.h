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
/* Runs after a pool or buffer is gone while the hook is off. The layer above initializes it. */
extern struct work_struct hook_settle_work;

void hook_turn(bool on);
bool hook_is_on(void);
unsigned int hook_groups_in_use(void);

/* hook_entry.S: trampolines to the function in the name; never call them from C */
void hook_enter_rhi_pool_alloc(void);
void hook_enter_rhi_pool_free(void);

/* hook_entry.S: the kernel's functions, entered after their ftrace sites */
extern unsigned long hook_resume_create, hook_resume_destroy;
/* Since 6.16 dma_pool_create() is a wrapper around dma_pool_create_node(). */
#ifdef HAVE_dma_pool_create_node
extern typeof(dma_pool_create_node) hook_original_create;
#else
extern typeof(dma_pool_create) hook_original_create;
#endif
extern typeof(dma_pool_destroy) hook_original_destroy;

#endif /* _HOOK_CALLS_H */
