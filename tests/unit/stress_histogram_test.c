// SPDX-License-Identifier: GPL-2.0-only
/* Buckets have no gaps, and are as narrow as the documented error bound. */
#include <stdlib.h>
#include <string.h>

#include "histogram.h"
#include "tap.h"

static void no_gaps(void)
{
	CHECK_EQ(histogram_low(0), 0);
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		const u64 low = histogram_low(i), high = histogram_high(i);

		CHECK(low <= high);
		CHECK_EQ(histogram_low(i + 1), high + 1);
		CHECK_EQ(histogram_bucket(low), i);
		CHECK_EQ(histogram_bucket(high), i);
		/* At most 1/RHI_STRESS_RESOLUTION of any value in it */
		CHECK((high - low) * RHI_STRESS_RESOLUTION <= low);
		if (tap_failed)
			break;
	}
}

static void far_ends(void)
{
	CHECK_EQ(histogram_bucket(0), 0);
	CHECK_EQ(histogram_bucket(31), 31);
	CHECK_EQ(histogram_bucket(32), 32);
	CHECK_EQ(histogram_bucket(63), 63);
	CHECK_EQ(histogram_bucket(64), 64);
	CHECK_EQ(histogram_bucket(65), 64);
	CHECK_EQ(histogram_bucket((2ULL << HISTOGRAM_TOP_BIT) - 1), HISTOGRAM_BUCKETS - 1);
	CHECK_EQ(histogram_bucket(2ULL << HISTOGRAM_TOP_BIT), HISTOGRAM_BUCKETS - 1);
	CHECK_EQ(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}

/* Each value maps to a bucket that contains it. */
static void anywhere(void)
{
	u64 value = 1;

	for (int i = 0; i < 200000; i++) {
		unsigned int bucket;

		value = value * 6364136223846793005ULL + 1442695040888963407ULL;
		bucket = histogram_bucket((value >> 23) >> (i % 41));
		CHECK(bucket < HISTOGRAM_BUCKETS);
		CHECK(histogram_low(bucket) <= (value >> 23) >> (i % 41));
		CHECK(histogram_high(bucket) >= (value >> 23) >> (i % 41));
		if (tap_failed)
			break;
	}
}

static void counted(void)
{
	struct histogram *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));

	histogram_add(a, 100);
	histogram_add(a, 5000);
	histogram_add(b, 100);
	histogram_add(b, UINT64_MAX);
	histogram_merge(b, a);
	CHECK_EQ(b->count, 4);
	CHECK_EQ(b->max, UINT64_MAX);
	CHECK_EQ(b->sum, 5199);
	CHECK_EQ(b->buckets[histogram_bucket(100)], 2);
	CHECK_EQ(b->buckets[histogram_bucket(5000)], 1);
	CHECK_EQ(b->buckets[HISTOGRAM_BUCKETS - 1], 1);
	CHECK_EQ(a->count, 2);
	free(a);
	free(b);
}

int main(void)
{
	TAP_RUN(no_gaps);
	TAP_RUN(far_ends);
	TAP_RUN(anywhere);
	TAP_RUN(counted);
	return tap_done();
}
