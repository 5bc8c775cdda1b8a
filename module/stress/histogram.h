/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Latency histogram with 32 buckets per power of two. The value read is never less than the one
 * measured, and exceeds it by at most one part in 32.
 */
#ifndef _STRESS_HISTOGRAM_H
#define _STRESS_HISTOGRAM_H

#include <linux/bitops.h>
#include <linux/types.h>

#include <uapi/rhi_stress.h>

#include "counter.h"

#define HISTOGRAM_SUB_BITS	5
/* Largest power of two, in nanoseconds: values from half an hour on share the last bucket. */
#define HISTOGRAM_TOP_BIT	40
#define HISTOGRAM_BUCKETS	((HISTOGRAM_TOP_BIT - HISTOGRAM_SUB_BITS + 2) << HISTOGRAM_SUB_BITS)

/**
 * struct histogram - histogram of one thread, its only writer
 * @count: number of values
 * @sum: sum of the values
 * @max: largest value
 * @buckets: number of values in each bucket
 */
struct histogram {
	u64 count, sum, max;
	u64 buckets[HISTOGRAM_BUCKETS];
};

/**
 * histogram_bucket() - find the bucket of a value
 * @value: nanoseconds
 *
 * Return: The index of the bucket.
 */
static inline unsigned int histogram_bucket(u64 value)
{
	unsigned int bit = fls64(value | (RHI_STRESS_RESOLUTION - 1)) - 1;

	if (bit > HISTOGRAM_TOP_BIT)
		return HISTOGRAM_BUCKETS - 1;
	if (bit < HISTOGRAM_SUB_BITS)
		return value;
	bit -= HISTOGRAM_SUB_BITS;
	return (bit << HISTOGRAM_SUB_BITS) + (value >> bit);
}

/**
 * histogram_add() - count a value
 * @h: histogram of this thread
 * @value: nanoseconds
 */
static inline void histogram_add(struct histogram *h, u64 value)
{
	counter_add(&h->count, 1);
	counter_add(&h->sum, value);
	if (value > h->max)
		WRITE_ONCE(h->max, value);
	counter_add(&h->buckets[histogram_bucket(value)], 1);
}

u64 histogram_low(unsigned int bucket);
u64 histogram_high(unsigned int bucket);
void histogram_merge(struct histogram *to, const struct histogram *from);

#endif /* _STRESS_HISTOGRAM_H */
