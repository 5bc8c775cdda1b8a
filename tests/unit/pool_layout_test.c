// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where blocks stand in a chunk: what is accepted is compared with the rules of
 * dma_pool_create() (Documentation/core-api/dma-api.rst, mm/dmapool.c), where blocks stand
 * with a plain walk over every place.
 */
#include <limits.h>
#include <linux/align.h>
#include <linux/log2.h>
#include <stdlib.h>

#include "pool_layout.h"
#include "tap.h"

#define KIB(n)		((size_t)(n) << 10)
#define MAX		KIB(4096)	/* of a 4K kernel with MAX_PAGE_ORDER 10 */

/* dma_pool_create()'s own list needs 16 bytes in a free block. */
#define DMA_POOL_MIN	16

static bool dma_pool_accepts(size_t size, size_t align, size_t boundary)
{
	if (size == 0 || size > INT_MAX || (align && !is_power_of_2(align)))
		return false;
	if (size < DMA_POOL_MIN)
		size = DMA_POOL_MIN;
	/* An alignment that no size can be rounded up to without overflow. */
	if (align > INT_MAX)
		return false;
	size = ALIGN(size, align ? align : 1);
	return !boundary || (is_power_of_2(boundary) && boundary >= size);
}

static size_t rounded(size_t size, size_t align)
{
	return ALIGN(size, align > DMA_POOL_MIN ? align : DMA_POOL_MIN);
}

static bool crosses(size_t at, size_t size, size_t boundary)
{
	return at / boundary != (at + size - 1) / boundary;
}

/* Every block, compared with the first place behind the one before that takes it. */
static void check_blocks(const struct pool_layout *l, size_t align, size_t boundary)
{
	const size_t unit = (size_t)1 << l->unit_shift;
	size_t at, want = 0;
	unsigned int nr = 0;

	/* A chunk is aligned to the power of two at or above its size: so are offsets. */
	for (at = pool_layout_next(l, 0); at < l->chunk_size;
	     at = pool_layout_next(l, at + l->size)) {
		while (boundary && crosses(want, l->size, boundary))
			want += unit;
		CHECK_EQ(at, want);
		CHECK(at + l->size <= l->chunk_size);
		CHECK(IS_ALIGNED(at, unit) && (!align || IS_ALIGNED(at, align)));
		want = at + l->size;
		nr++;
		if (tap_failed)
			return;
	}
	/* And there is no room for one more. */
	while (boundary && crosses(want, l->size, boundary))
		want += unit;
	CHECK(want + l->size > l->chunk_size);
	CHECK_EQ(l->nr_blocks, nr);
	CHECK(nr >= 1);
}

static void check(size_t size, size_t align, size_t boundary, size_t granule, size_t max)
{
	const size_t want = rounded(size, align);
	const bool good = dma_pool_accepts(size, align, boundary) && want <= max;
	struct pool_layout l;

	CHECK_EQ(pool_layout_init(&l, size, align, boundary, granule, max), good);
	if (good && !tap_failed) {
		CHECK_EQ(l.size, want);
		CHECK(IS_ALIGNED(l.chunk_size, granule) && l.chunk_size >= want);
		CHECK(l.chunk_size - want < granule || l.chunk_size == granule);
		CHECK(l.chunk_size <= max);
		CHECK(l.unit_shift >= 4 && IS_ALIGNED(want, (size_t)1 << l.unit_shift));
		CHECK(l.size >> l.unit_shift & 1);
		CHECK(is_power_of_2(l.boundary) && (!boundary || l.boundary <= boundary));
		check_blocks(&l, align, boundary);
	}
	if (tap_failed)
		printf("# size %zu align %zu boundary %zu granule %zu max %zu\n", size, align,
		       boundary, granule, max);
}

static bool refused(size_t size, size_t align, size_t boundary)
{
	struct pool_layout l;

	return !pool_layout_init(&l, size, align, boundary, KIB(64), MAX);
}

static void what_dma_pool_create_refuses(void)
{
	CHECK(refused(0, 0, 0));
	CHECK(refused((size_t)INT_MAX + 1, 0, 0));
	CHECK(refused(SIZE_MAX, 0, 0));
	CHECK(refused(SIZE_MAX - 15, 16, 0));
	CHECK(refused(64, 3, 0));
	CHECK(refused(64, 48, 0));
	CHECK(refused(64, SIZE_MAX, 0));
	CHECK(refused(64, 0, 63));
	CHECK(refused(64, 0, 32));
	CHECK(refused(64, 0, 96));
	CHECK(refused(64, 128, 64));
	CHECK(refused(8, 0, 8));
	CHECK(refused(64, 0, SIZE_MAX));
	CHECK(!refused(64, 0, (SIZE_MAX >> 1) + 1));
	CHECK(!refused(1, 1, 16));
	CHECK(!refused(64, 64, 64));
}

static void what_is_larger_than_any_chunk(void)
{
	CHECK(!refused(MAX, 0, 0));
	CHECK(!refused(1, MAX, 0));
	CHECK(refused(MAX + 1, 0, 0));
	CHECK(refused(MAX - 1, 2 * MAX, 0));
	CHECK(refused(INT_MAX, 0, 0));
	CHECK(refused(1, 2 * MAX, 0));
	CHECK(refused(1, (SIZE_MAX >> 1) + 1, 0));
	CHECK(refused(INT_MAX, (SIZE_MAX >> 1) + 1, 0));
}

/* Figures that a person can check. */
static void known_layouts(void)
{
	struct pool_layout l;

	CHECK(pool_layout_init(&l, 1, 0, 0, KIB(4), MAX));
	CHECK(l.size == 16 && l.chunk_size == KIB(4) && l.nr_blocks == 256);

	CHECK(pool_layout_init(&l, 24, 0, 0, KIB(64), MAX));
	CHECK(l.size == 32 && l.nr_blocks == 2048 && l.unit_shift == 5);

	/* One in 64: the 16 bytes behind 48 would cross. */
	CHECK(pool_layout_init(&l, 48, 0, 64, KIB(64), MAX));
	CHECK(l.nr_blocks == 1024 && pool_layout_next(&l, 48) == 64);

	/* nvme's PRP list pages */
	CHECK(pool_layout_init(&l, KIB(4), KIB(4), 0, KIB(64), MAX));
	CHECK(l.nr_blocks == 16);

	/* Blocks larger than a granule */
	CHECK(pool_layout_init(&l, KIB(96), 0, 0, KIB(64), MAX));
	CHECK(l.chunk_size == KIB(128) && l.nr_blocks == 1 && l.unit_shift == 15);
	CHECK(pool_layout_init(&l, KIB(130), 0, KIB(256), KIB(64), MAX));
	CHECK(l.chunk_size == KIB(192) && l.nr_blocks == 1);

	/* A boundary above the chunk cannot be crossed: a chunk is aligned to its power of two. */
	CHECK(pool_layout_init(&l, 64, 0, KIB(1024), KIB(64), MAX));
	CHECK(l.nr_blocks == 1024);
}

static void next_from_anywhere(void)
{
	struct pool_layout l;

	CHECK(pool_layout_init(&l, 48, 0, 256, KIB(4), MAX));
	CHECK_EQ(pool_layout_next(&l, 0), 0);
	CHECK_EQ(pool_layout_next(&l, 208), 208);
	CHECK_EQ(pool_layout_next(&l, 224), 256);
	CHECK_EQ(pool_layout_next(&l, KIB(4) - 48), KIB(4) - 48);
	CHECK(pool_layout_next(&l, KIB(4) - 32) >= KIB(4));
	CHECK(pool_layout_next(&l, KIB(4)) >= KIB(4));
}

static void every_small_layout(void)
{
	for (size_t size = 0; size <= 520 && !tap_failed; size++)
		for (size_t align = 0; align <= 1024; align = align ? 2 * align : 1)
			for (size_t boundary = 0; boundary <= KIB(8);
			     boundary = boundary ? 2 * boundary : 1)
				check(size, align, boundary, KIB(4), KIB(64));
}

static void around_every_power_of_two(void)
{
	for (size_t p = 16; p <= 2 * MAX && !tap_failed; p *= 2)
		for (size_t size = p - 1; size <= p + 1; size++)
			for (size_t granule = KIB(4); granule <= KIB(2048); granule *= 8) {
				check(size, 0, 0, granule, MAX);
				check(size, 64, p, granule, MAX);
				check(size, p, 2 * p, granule, MAX);
				check(size, 3, 0, granule, MAX);
				check(size, 0, p + 1, granule, MAX);
			}
}

static size_t random_bits(unsigned int most)
{
	size_t value = (size_t)random() << 32 ^ (size_t)random() << 11 ^ random();
	unsigned int bits = random() % (most + 1);

	return bits ? value & (~(size_t)0 >> (64 - bits)) : 0;
}

static size_t random_power(unsigned int most)
{
	return random() % 8 ? (size_t)1 << random() % most : random_bits(64);
}

static void random_layouts(void)
{
	srandom(1);
	for (int i = 0; i < 20000 && !tap_failed; i++) {
		size_t granule = KIB(4) << random() % 6;
		size_t max = granule << random() % 5;

		check(random() % 16 ? random_bits(21) : random_bits(64),
		      random() % 2 ? 0 : random_power(22), random() % 2 ? 0 : random_power(24),
		      granule, max);
	}
}

int main(void)
{
	TAP_RUN(what_dma_pool_create_refuses);
	TAP_RUN(what_is_larger_than_any_chunk);
	TAP_RUN(known_layouts);
	TAP_RUN(next_from_anywhere);
	TAP_RUN(every_small_layout);
	TAP_RUN(around_every_power_of_two);
	TAP_RUN(random_layouts);
	return tap_done();
}
