/* SPDX-License-Identifier: GPL-2.0-only */
/* System registers by name, for EL2 only. */
#ifndef REALM_SYSREG_H
#define REALM_SYSREG_H

#include "types.h"

#define sysreg_read(reg) ({						\
	u64 v_;								\
	__asm__ volatile("mrs %0, " #reg : "=r"(v_) : : "memory");	\
	v_;								\
})

#define sysreg_write(reg, v)						\
	__asm__ volatile("msr " #reg ", %0" : : "r"((u64)(v)) : "memory")

#define isb()	__asm__ volatile("isb" : : : "memory")
#define dsb(d)	__asm__ volatile("dsb " #d : : : "memory")

#endif
