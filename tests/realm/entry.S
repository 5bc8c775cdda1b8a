/* SPDX-License-Identifier: GPL-2.0-only */
#include "platform.h"
#include "regs.h"

	.macro set_up_stack index, tmp
	adrp	\tmp, stacks
	add	\tmp, \tmp, :lo12:stacks
	add	\tmp, \tmp, #PLAT_STACK_SIZE
	mov	x9, #PLAT_STACK_SIZE
	madd	\tmp, \index, x9, \tmp
	mov	sp, \tmp
	adrp	\tmp, vectors
	add	\tmp, \tmp, :lo12:vectors
	msr	vbar_el2, \tmp
	isb
	.endm

	.section .text.entry, "ax"
	.global	_start
_start:
	msr	daifset, #0xf
	set_up_stack xzr, x10
	adrp	x0, bss_start
	add	x0, x0, :lo12:bss_start
	adrp	x1, image_end
	add	x1, x1, :lo12:image_end
1:	cmp	x0, x1
	b.hs	2f
	stp	xzr, xzr, [x0], #16
	b	1b
2:	bl	boot_main
	b	.

	/* Entry for PSCI_CPU_ON; X0 is the CPU index. */
	.global	cpu_on_entry
cpu_on_entry:
	msr	daifset, #0xf
	set_up_stack x0, x10
	bl	cpu_on_main
	b	.

	.macro save
	sub	sp, sp, #REGS_SIZE
	stp	x0, x1, [sp, #16 * 0]
	stp	x2, x3, [sp, #16 * 1]
	stp	x4, x5, [sp, #16 * 2]
	stp	x6, x7, [sp, #16 * 3]
	stp	x8, x9, [sp, #16 * 4]
	stp	x10, x11, [sp, #16 * 5]
	stp	x12, x13, [sp, #16 * 6]
	stp	x14, x15, [sp, #16 * 7]
	stp	x16, x17, [sp, #16 * 8]
	stp	x18, x19, [sp, #16 * 9]
	stp	x20, x21, [sp, #16 * 10]
	stp	x22, x23, [sp, #16 * 11]
	stp	x24, x25, [sp, #16 * 12]
	stp	x26, x27, [sp, #16 * 13]
	stp	x28, x29, [sp, #16 * 14]
	mrs	x0, elr_el2
	mrs	x1, spsr_el2
	stp	x30, x0, [sp, #16 * 15]
	str	x1, [sp, #REGS_SPSR]
	mov	x0, sp
	.endm

	.macro unexpected offset
	.balign	0x80
	save
	mov	x1, #\offset
	b	exit_unexpected
	.endm

	.text
	.balign	0x800
vectors:
	unexpected 0x000
	unexpected 0x080
	unexpected 0x100
	unexpected 0x180
	unexpected 0x200
	unexpected 0x280
	unexpected 0x300
	unexpected 0x380

	.balign	0x80
	b	from_realm
	unexpected 0x480
	unexpected 0x500
	unexpected 0x580
	unexpected 0x600
	unexpected 0x680
	unexpected 0x700
	unexpected 0x780

from_realm:
	save
	bl	exit_realm
	ldp	x30, x0, [sp, #16 * 15]
	ldr	x1, [sp, #REGS_SPSR]
	msr	elr_el2, x0
	msr	spsr_el2, x1
	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	ldp	x4, x5, [sp, #16 * 2]
	ldp	x6, x7, [sp, #16 * 3]
	ldp	x8, x9, [sp, #16 * 4]
	ldp	x10, x11, [sp, #16 * 5]
	ldp	x12, x13, [sp, #16 * 6]
	ldp	x14, x15, [sp, #16 * 7]
	ldp	x16, x17, [sp, #16 * 8]
	ldp	x18, x19, [sp, #16 * 9]
	ldp	x20, x21, [sp, #16 * 10]
	ldp	x22, x23, [sp, #16 * 11]
	ldp	x24, x25, [sp, #16 * 12]
	ldp	x26, x27, [sp, #16 * 13]
	ldp	x28, x29, [sp, #16 * 14]
	add	sp, sp, #REGS_SIZE
	eret

	.bss
	.balign	16
stacks:
	.space	PLAT_CPUS * PLAT_STACK_SIZE
