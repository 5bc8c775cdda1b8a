/* SPDX-License-Identifier: GPL-2.0-only */
/* Patterns whose words identify the worker and operation that wrote them. */
#ifndef _STRESS_PATTERN_H
#define _STRESS_PATTERN_H

#include <linux/types.h>

/**
 * struct stress_mark - the writer of a block
 * @worker: number of the worker
 * @operation: the worker's operation that allocated the block
 */
struct stress_mark {
	u32 worker;
	u64 operation;
};

/* Unit of writing and comparing, in bytes */
#define PATTERN_LINE	64

#define PATTERN_GOOD	((size_t)-1)

u64 pattern_mix(u64 seed);
u64 pattern_key(u64 seed, const struct stress_mark *mark);
void pattern_fill(void *block, size_t size, u64 key, u32 every);
size_t pattern_verify(const void *block, size_t size, u64 key, u32 every, u64 *expected,
		      u64 *found);
size_t pattern_is_zero(const void *block, size_t size, u64 key, u32 every, u64 *found);
void pattern_read(u64 seed, size_t offset, u64 found, struct stress_mark *mark);

#endif /* _STRESS_PATTERN_H */
