/* SPDX-License-Identifier: GPL-2.0-only */
#include "platform.h"

ENTRY(_start)
PHDRS { all PT_LOAD; }
SECTIONS
{
	. = PLAT_IMAGE;
	.text : { *(.text.entry) *(.text*) } :all
	.rodata : { *(.rodata*) } :all
	.data : { *(.data*) } :all
	.bss : {
		. = ALIGN(16);
		bss_start = .;
		*(.bss*) *(COMMON)
		. = ALIGN(16);
		image_end = .;
	} :all
	/DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
