/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where ftrace enters, and where the original function is entered behind ftrace's site.
 *
 * At a site x9 is the return address of the function that is traced, x30 that into it; x0 to
 * x8 are its arguments, x10 to x17 are free. The way back is RET, as in the kernel's
 * entry-ftrace.S: there is no landing pad for BTI behind a site.
 */
#include <linux/linkage.h>

	.text

/*
 * A direct call: a pool of this module's has its lowest bit set. Others take four
 * instructions more than without.
 */
.macro	pool_entry name, replacement
SYM_CODE_START(\name)
	bti	c
	tbz	x0, #0, .L\@
	and	x0, x0, #~1
	mov	x30, x9
	b	\replacement
.L\@:
	mov	x10, x30
	mov	x30, x9
	ret	x10
SYM_CODE_END(\name)
.endm

	pool_entry hook_enter_dma_pool_alloc, rhi_pool_alloc
	pool_entry hook_enter_dma_pool_free, rhi_pool_free

/*
 * Call the original, with the arguments as they are. It is not redirected a second time, and
 * no probe sees it twice.
 */
.macro	original name, resume
SYM_CODE_START(\name)
	bti	c
	adrp	x9, \resume
	ldr	x9, [x9, :lo12:\resume]
	ret	x9
SYM_CODE_END(\name)
.endm

	original hook_original_create, hook_resume_create
	original hook_original_destroy, hook_resume_destroy
