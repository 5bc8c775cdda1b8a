/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulator's test call, which sets the seed of its hostile host (tests/realm/README.md) */
#ifndef HOSTILE_CALL_H
#define HOSTILE_CALL_H

#include <linux/types.h>

/* Bits of enum hostile_kind in tests/realm/hostile.h */
#define HOSTILE_SCRIBBLE	BIT(5)
#define HOSTILE_ALL		0xff

int hostile_reset(u64 seed, u64 kinds);

#endif /* HOSTILE_CALL_H */
