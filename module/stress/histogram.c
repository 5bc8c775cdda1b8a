// SPDX-License-Identifier: GPL-2.0-only
#include "histogram.h"

/**
 * histogram_low() - get the smallest value of a bucket
 * @bucket: its index
 *
 * Return: Nanoseconds.
 */
u64 histogram_low(unsigned int bucket)
{
	unsigned int shift = bucket >> HISTOGRAM_SUB_BITS;

	if (shift < 2)
		return bucket;
	shift--;
	return (u64)(bucket - (shift << HISTOGRAM_SUB_BITS)) << shift;
}

/**
 * histogram_high() - get the largest value of a bucket
 * @bucket: its index; the last bucket has no upper limit, and its result is meaningless
 *
 * Return: Nanoseconds.
 */
u64 histogram_high(unsigned int bucket)
{
	return histogram_low(bucket + 1) - 1;
}

/**
 * histogram_merge() - add one histogram to another
 * @to: the sum
 * @from: may be written concurrently; the newest values may be partly missing
 */
void histogram_merge(struct histogram *to, const struct histogram *from)
{
	const u64 max = READ_ONCE(from->max);

	to->count += READ_ONCE(from->count);
	to->sum += READ_ONCE(from->sum);
	if (max > to->max)
		to->max = max;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->buckets[i] += READ_ONCE(from->buckets[i]);
}
