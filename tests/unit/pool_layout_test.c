// SPDX-License-Identifier: GPL-2.0-only
/*
 * Positions of blocks in a chunk. Compare the accepted parameters with the rules of
 * dma_pool_create() (Documentation/core-api/dma-api.rst, mm/dmapool.c), and the positions with
 * those that dma_pool uses in the memory of one dma_alloc_coherent().
 */
#include <limits.h>
#include <linux/align.h>
#include <linux/log2.h>
#include <stdlib.h>

#include "pool_layout.h"
#include "tap.h"

#define KIB(n)		((size_t)(n) << 10)
#define MIB(n)		((size_t)(n) << 20)
#define PAGE		KIB(4)

/* dma_pool's free list needs 16 bytes in a free block. */
#define DMA_POOL_MIN	16

static bool dma_pool_accepts(size_t size, size_t align, size_t boundary)
{
	if (size == 0 || size > INT_MAX || (align && !is_power_of_2(align)))
		return false;
	if (size < DMA_POOL_MIN)
		size = DMA_POOL_MIN;
	/* No size can be rounded up to this alignment without overflow. */
	if (align > INT_MAX)
		return false;
	size = ALIGN(size, align ? align : 1);
	return !boundary || (is_power_of_2(boundary) && boundary >= size);
}

static size_t rounded(size_t size, size_t align)
{
	return ALIGN(size, align > DMA_POOL_MIN ? align : DMA_POOL_MIN);
}

/*
 * Check that @l has a block at every position that dma_pool would use in one allocation, relative
 * to @cell and in the same order. Returns the number of blocks.
 */
static unsigned int check_cell(const struct pool_layout *l, size_t boundary, size_t page,
			       size_t cell)
{
	const size_t allocation = l->size > page ? l->size : page;
	size_t at = 0, limit;
	unsigned int nr = 0;

	if (!boundary || boundary > allocation)
		boundary = allocation;
	limit = boundary;
	while (at + l->size <= allocation && !tap_failed) {
		if (at + l->size > limit) {
			at = limit;
			limit += boundary;
			continue;
		}
		CHECK_EQ(pool_layout_next(l, cell + at, l->chunk_size), cell + at);
		nr++;
		at += l->size;
	}
	return nr;
}

static void check_blocks(const struct pool_layout *l, size_t align, size_t boundary, size_t page)
{
	const size_t unit = (size_t)1 << l->unit_shift;
	unsigned int nr = 0, want = 0;
	size_t at, end = 0;

	for (size_t cell = 0; cell + l->allocation <= l->chunk_size; cell += l->stride)
		want += check_cell(l, boundary, page, cell);
	for (at = pool_layout_next(l, 0, l->chunk_size); at < l->chunk_size && !tap_failed;
	     at = pool_layout_next(l, at + l->size, l->chunk_size)) {
		CHECK(at >= end && at + l->size <= l->chunk_size);
		CHECK(IS_ALIGNED(at, unit) && (!align || IS_ALIGNED(at, align)));
		/* Blocks smaller than a page never cross one. */
		CHECK(l->size > page || at / page == (at + l->size - 1) / page);
		end = at + l->size;
		nr++;
	}
	CHECK_EQ(nr, want);
	CHECK_EQ(l->nr_blocks, nr);
	CHECK_EQ(pool_layout_blocks(l, l->chunk_size), nr);
	CHECK(nr >= 1);
	/* A single cell has a part of the blocks. */
	CHECK_EQ(pool_layout_blocks(l, ALIGN(l->allocation, page)) *
		 (l->chunk_size / l->stride), nr);
}

static void check(size_t size, size_t align, size_t boundary, size_t page, size_t granule)
{
	const size_t want = rounded(size, align);
	const bool good = dma_pool_accepts(size, align, boundary);
	struct pool_layout l;

	CHECK_EQ(pool_layout_init(&l, size, align, boundary, page, granule), good);
	if (good && !tap_failed) {
		CHECK_EQ(l.size, want);
		CHECK(IS_ALIGNED(l.chunk_size, granule) && l.chunk_size >= want);
		CHECK(l.chunk_size - want < granule || l.chunk_size == granule);
		CHECK(l.unit_shift >= 4 && IS_ALIGNED(want, (size_t)1 << l.unit_shift));
		/* Aligned as memory of dma_alloc_coherent(), because chunks are. */
		CHECK(l.stride == l.chunk_size || (is_power_of_2(l.stride) && l.stride >= page));
		CHECK(l.stride >= want);
		check_blocks(&l, align, boundary, page);
	}
	if (tap_failed)
		printf("# size %zu align %zu boundary %zu page %zu granule %zu\n", size, align,
		       boundary, page, granule);
}

static bool refused(size_t size, size_t align, size_t boundary)
{
	struct pool_layout l;

	return !pool_layout_init(&l, size, align, boundary, PAGE, KIB(64));
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

/* Examples that can be verified by hand */
static void known_layouts(void)
{
	struct pool_layout l;

	CHECK(pool_layout_init(&l, 1, 0, 0, PAGE, KIB(4)));
	CHECK(l.size == 16 && l.chunk_size == KIB(4) && l.nr_blocks == 256);

	CHECK(pool_layout_init(&l, 24, 0, 0, PAGE, KIB(64)));
	CHECK(l.size == 32 && l.nr_blocks == 2048 && l.unit_shift == 5);

	/* 85 blocks in a page and 16 unused bytes: no block crosses a page. */
	CHECK(pool_layout_init(&l, 48, 0, 0, PAGE, KIB(64)));
	CHECK(l.nr_blocks == 16 * 85 && pool_layout_next(&l, 4080, KIB(64)) == 4096);
	CHECK(pool_layout_init(&l, 3000, 0, 0, PAGE, KIB(64)));
	CHECK(l.nr_blocks == 16 && pool_layout_next(&l, 3008, KIB(64)) == 4096);

	/* One block in 64 bytes: a second at offset 48 would cross the boundary. */
	CHECK(pool_layout_init(&l, 48, 0, 64, PAGE, KIB(64)));
	CHECK(l.nr_blocks == 1024 && pool_layout_next(&l, 48, KIB(64)) == 64);

	/* nvme's PRP list pages */
	CHECK(pool_layout_init(&l, KIB(4), KIB(4), 0, PAGE, KIB(64)));
	CHECK(l.nr_blocks == 16);

	/* Larger than a page: aligned as by dma_alloc_coherent() */
	CHECK(pool_layout_init(&l, 12000, 0, 0, PAGE, KIB(64)));
	CHECK(l.stride == KIB(16) && l.nr_blocks == 4);
	CHECK(pool_layout_init(&l, 40000, 0, 0, PAGE, KIB(64)));
	CHECK(l.stride == KIB(64) && l.nr_blocks == 1);

	/* Larger than a granule */
	CHECK(pool_layout_init(&l, KIB(96), 0, 0, PAGE, KIB(64)));
	CHECK(l.chunk_size == KIB(128) && l.nr_blocks == 1 && l.unit_shift == 12);
	CHECK(pool_layout_init(&l, KIB(130), 0, KIB(256), PAGE, KIB(64)));
	CHECK(l.chunk_size == KIB(192) && l.nr_blocks == 1);
	CHECK(pool_layout_init(&l, MIB(16), 0, 0, PAGE, KIB(64)));
	CHECK(l.chunk_size == MIB(16) && l.nr_blocks == 1);

	/* No block can cross a boundary larger than the cell. */
	CHECK(pool_layout_init(&l, 64, 0, MIB(1), PAGE, KIB(64)));
	CHECK(l.nr_blocks == 1024);
}

static void next_from_anywhere(void)
{
	struct pool_layout l;

	CHECK(pool_layout_init(&l, 48, 0, 256, PAGE, KIB(8)));
	CHECK_EQ(pool_layout_next(&l, 0, KIB(8)), 0);
	CHECK_EQ(pool_layout_next(&l, 208 - 16, KIB(8)), 208 - 16);
	CHECK_EQ(pool_layout_next(&l, 224, KIB(8)), 256);
	CHECK_EQ(pool_layout_next(&l, KIB(4) - 48, KIB(8)), KIB(4) - 48);
	CHECK_EQ(pool_layout_next(&l, KIB(4) - 32, KIB(8)), KIB(4));
	CHECK_EQ(pool_layout_next(&l, KIB(4) - 32, KIB(4)), KIB(4));
	CHECK_EQ(pool_layout_next(&l, KIB(8) - 32, KIB(8)), KIB(8));
}

static void every_small_layout(void)
{
	for (size_t size = 0; size <= 520 && !tap_failed; size++)
		for (size_t align = 0; align <= 1024; align = align ? 2 * align : 1)
			for (size_t boundary = 0; boundary <= KIB(8);
			     boundary = boundary ? 2 * boundary : 1)
				check(size, align, boundary, PAGE, KIB(8));
}

static void around_every_power_of_two(void)
{
	for (size_t p = 16; p <= MIB(8) && !tap_failed; p *= 2)
		for (size_t size = p - 1; size <= p + 1; size++)
			for (size_t granule = KIB(4); granule <= KIB(2048); granule *= 8) {
				check(size, 0, 0, PAGE, granule);
				check(size, 64, p, PAGE, granule);
				check(size, p, 2 * p, PAGE, granule);
				check(size, 3, 0, PAGE, granule);
				check(size, 0, p + 1, PAGE, granule);
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
		size_t page = KIB(4) << 2 * (random() % 3);

		check(random() % 16 ? random_bits(21) : random_bits(64),
		      random() % 2 ? 0 : random_power(22), random() % 2 ? 0 : random_power(24),
		      page, page << random() % 6);
	}
}

int main(void)
{
	TAP_RUN(what_dma_pool_create_refuses);
	TAP_RUN(known_layouts);
	TAP_RUN(next_from_anywhere);
	TAP_RUN(every_small_layout);
	TAP_RUN(around_every_power_of_two);
	TAP_RUN(random_layouts);
	return tap_done();
}
