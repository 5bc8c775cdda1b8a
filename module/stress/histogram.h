/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Latencies, counted in buckets: 32 for each power of two. So what is read is never less
 * than what was measured, and at most one part in 32 more.
 */
#ifndef _STRESS_HISTOGRAM_H
#define _STRESS_HISTOGRAM_H

#include <linux/bitops.h>
#include <linux/types.h>

#include <uapi/rhi_stress.h>

#define HISTOGRAM_SUB_BITS	5
/* The last power of two, in nanoseconds: what takes half an hour is counted in the last bucket. */
#define HISTOGRAM_TOP_BIT	40
#define HISTOGRAM_BUCKETS	((HISTOGRAM_TOP_BIT - HISTOGRAM_SUB_BITS + 2) << HISTOGRAM_SUB_BITS)

/**
 * struct histogram - of one thread; nobody else writes it
 * @count: values
 * @sum: of them
 * @max: of them
 * @buckets: how many values each has
 */
struct histogram {
	u64 count, sum, max;
	u64 buckets[HISTOGRAM_BUCKETS];
};

/**
 * histogram_bucket() - where a value is counted
 * @value: nanoseconds
 *
 * Return: its index.
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
 * @h: of this thread
 * @value: nanoseconds
 */
static inline void histogram_add(struct histogram *h, u64 value)
{
	h->count++;
	h->sum += value;
	if (value > h->max)
		h->max = value;
	h->buckets[histogram_bucket(value)]++;
}

u64 histogram_low(unsigned int bucket);
u64 histogram_high(unsigned int bucket);
void histogram_merge(struct histogram *to, const struct histogram *from);

#endif /* _STRESS_HISTOGRAM_H */
