/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses in the running kernel, also of what it does not export. */
#ifndef _KSYM_H
#define _KSYM_H

#include <linux/types.h>

#include <asm/insn.h>

unsigned long ksym_function(const char *name);
unsigned long ksym_data(const char *name);

/* The ftrace site (BTI, MOV, BL) is among the first instructions of a function. */
static __always_inline bool ksym_is_site(const void *function, unsigned long ip)
{
	return ip - (unsigned long)function < 4 * AARCH64_INSN_SIZE;
}

#endif /* _KSYM_H */
