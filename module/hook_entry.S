/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trampolines called by ftrace, and entry points of the original functions after their ftrace
 * sites.
 *
 * At an ftrace site x9 holds the return address of the traced function and x30 the return
 * address into it; x0 to x8 hold its arguments, x10 to x17 are free. Return with RET, as the
 * kernel's entry-ftrace.S does: a site is not followed by a BTI landing pad.
 */
#include <linux/linkage.h>

	.text

/*
 * Direct call: a pool of this module has bit 0 set. For other pools the call costs four extra
 * instructions.
 */
.macro	pool_entry replacement
SYM_CODE_START(hook_enter_\replacement)
	bti	c
	tbz	x0, #0, .L\@
	and	x0, x0, #~1
	mov	x30, x9
	b	\replacement
.L\@:
	mov	x10, x30
	mov	x30, x9
	ret	x10
SYM_CODE_END(hook_enter_\replacement)
.endm

	pool_entry rhi_pool_alloc
	pool_entry rhi_pool_free

/*
 * Call the original function with unchanged arguments. Entering it after its ftrace site avoids
 * a second redirection, and no probe there fires twice.
 */
.macro	original name
SYM_CODE_START(hook_original_\name)
	bti	c
	adrp	x9, hook_resume_\name
	ldr	x9, [x9, :lo12:hook_resume_\name]
	ret	x9
SYM_CODE_END(hook_original_\name)
.endm

	original create
	original destroy
