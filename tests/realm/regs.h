/* SPDX-License-Identifier: GPL-2.0-only */
/* Register frame of the vectors, shared by C and assembly. */
#ifndef REALM_REGS_H
#define REALM_REGS_H

#define REGS_ELR	(31 * 8)
#define REGS_SPSR	(32 * 8)
#define REGS_SIZE	(34 * 8)	/* keeps SP 16-byte aligned */

#ifndef __ASSEMBLER__
#include "types.h"

struct regs {
	u64 x[31];
	u64 elr;
	u64 spsr;
	u64 pad;
};

_Static_assert(offsetof(struct regs, elr) == REGS_ELR, "entry.S depends on it");
_Static_assert(offsetof(struct regs, spsr) == REGS_SPSR, "entry.S depends on it");
_Static_assert(sizeof(struct regs) == REGS_SIZE, "entry.S depends on it");
#endif

#endif
