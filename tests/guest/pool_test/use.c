// SPDX-License-Identifier: GPL-2.0-only
/* Allocate, use and free blocks of all shapes. */
#include <linux/dma-mapping.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <compat.h>

#include "pool_test.h"

#define TOTAL	SZ_1M		/* bytes of each shape, about */

static void shuffle(struct test *test, struct block *blocks, unsigned int nr)
{
	for (unsigned int i = nr - 1; i; i--) {
		u32 other = test_random(test, i + 1);

		swap(blocks[i], blocks[other]);
	}
}

static bool get_all(struct test *test, struct rhi_pool *pool, const struct shape *shape,
		    struct block *blocks, unsigned int nr, gfp_t gfp)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!GET(test, pool, shape, gfp, i, &blocks[i]))
			return false;
		/* An RMM call for every block would take long. */
		if (i % 16 == 0 && !GOOD(test, block_in_whole_granules(shape, &blocks[i])))
			return false;
	}
	return true;
}

static void put_all(struct test *test, struct rhi_pool *pool, const struct shape *shape,
		    struct block *blocks, unsigned int nr)
{
	shuffle(test, blocks, nr);
	for (unsigned int i = 0; i < nr; i++)
		PUT(test, pool, shape, &blocks[i]);
}

static void one_shape(struct test *test, const struct shape *shape)
{
	struct rhi_pool *pool = rhi_pool_create("shape", test_dev, shape->size, shape->align,
						shape->boundary);
	const unsigned int nr = clamp(TOTAL / max(shape->size, shape->align), 8UL, 2000UL);
	struct block *blocks = kvcalloc(nr, sizeof(*blocks), GFP_KERNEL);

	if (!CHECK(test, pool && blocks))
		goto out;
	/* First fresh blocks, then reused ones, which are zeroed on request. */
	if (get_all(test, pool, shape, blocks, nr, GFP_KERNEL))
		put_all(test, pool, shape, blocks, nr / 2);
	for (unsigned int i = 0; i < nr / 2 && !test->failed; i++)
		GET(test, pool, shape, GFP_KERNEL | __GFP_ZERO, nr + i, &blocks[i]);
	put_all(test, pool, shape, blocks, nr);
out:
	if (test->failed)
		test_note(test, "size %zu align %zu boundary %zu", shape->size, shape->align,
			  shape->boundary);
	rhi_pool_destroy(pool);
	kvfree(blocks);
}

static void shapes(struct test *test)
{
	static const struct shape table[] = {
		{ 1 }, { 16 }, { 24, 8 }, { 48 }, { 48, 0, 64 }, { 64, 64, 64 }, { 100, 4, 128 },
		{ 144, 0, SZ_1K }, { 256, 256 }, { 512, 0, SZ_4K }, { 1000, 0, SZ_1K },
		{ 1, 2048 }, { 3000, 0, SZ_4K }, { SZ_4K, SZ_4K }, { SZ_4K, 0, SZ_4K },
		{ 5000, 0, SZ_8K }, { SZ_16K, SZ_16K, SZ_64K }, { 40000, 64 },
	};

	for (int i = 0; i < ARRAY_SIZE(table) && !test->failed; i++)
		one_shape(test, &table[i]);
}

static void large_shapes(struct test *test)
{
	static const struct shape table[] = {
		{ SZ_64K, SZ_64K, SZ_64K }, { SZ_64K + 16 }, { SZ_64K + SZ_32K, 0, SZ_128K },
		{ SZ_128K + SZ_64K, 64, SZ_256K }, { SZ_128K + SZ_4K }, { SZ_256K, SZ_256K },
		{ SZ_256K, 0, SZ_1M }, { 16, SZ_256K },
	};

	for (int i = 0; i < ARRAY_SIZE(table) && !test->failed; i++)
		one_shape(test, &table[i]);
}

static void random_shapes(struct test *test)
{
	for (int i = 0; i < 40 && !test->failed; i++) {
		struct shape shape = { .size = 1 + test_random(test, 1 << (1 + i % 17)) };

		if (i & 1)
			shape.align = 1UL << test_random(test, 13);
		if (i & 2)
			shape.boundary = roundup_pow_of_two(max3(shape.size, shape.align, 16UL))
					 << test_random(test, 4);
		one_shape(test, &shape);
	}
}

/* Several pools of one device with interleaved operations */
static void interleaved(struct test *test)
{
	static const struct shape shapes[] = { { 64 }, { 96, 0, SZ_4K }, { SZ_4K }, { 64 } };
	struct rhi_pool *pools[ARRAY_SIZE(shapes)];
	const unsigned int nr = 800;
	struct block *blocks = kvcalloc(nr, sizeof(*blocks), GFP_KERNEL);

	for (int i = 0; i < ARRAY_SIZE(shapes); i++) {
		pools[i] = rhi_pool_create("interleaved", test_dev, shapes[i].size, shapes[i].align,
					   shapes[i].boundary);
		CHECK(test, pools[i]);
	}
	if (!blocks || test->failed)
		goto out;
	for (unsigned int i = 0; i < 40000 && !test->failed; i++) {
		unsigned int at = test_random(test, nr), which = at % ARRAY_SIZE(shapes);

		if (blocks[at].vaddr)
			PUT(test, pools[which], &shapes[which], &blocks[at]);
		else
			GET(test, pools[which], &shapes[which], GFP_KERNEL, i, &blocks[at]);
	}
	for (unsigned int at = 0; at < nr; at++) {
		unsigned int which = at % ARRAY_SIZE(shapes);

		PUT(test, pools[which], &shapes[which], &blocks[at]);
	}
out:
	for (int i = 0; i < ARRAY_SIZE(shapes); i++)
		rhi_pool_destroy(pools[i]);
	kvfree(blocks);
}

static void zeroed(struct test *test)
{
	const struct shape shape = { .size = 256 };
	struct rhi_pool *pool = rhi_pool_create("zeroed", test_dev, shape.size, 0, 0);
	struct block block;

	if (!CHECK(test, pool))
		return;
	for (int i = 0; i < 1000 && !test->failed; i++) {
		block = (struct block){ .id = i };
		block.vaddr = rhi_pool_zalloc(pool, GFP_KERNEL, &block.dma);
		if (!CHECK(test, block.vaddr))
			break;
		if (content)
			CHECK(test, !memchr_inv(block.vaddr, 0, shape.size));
		memset(block.vaddr, 0xff, shape.size);
		rhi_pool_free(pool, block.vaddr, block.dma);
	}
	rhi_pool_destroy(pool);
}

/*
 * Non-coherent devices cannot share through the linear map: the kernel's own dma_pool serves
 * them.
 */
static void native(struct test *test)
{
	struct platform_device *pdev;
	struct rhi_pool *pool;
	dma_addr_t dma;
	void *vaddr;

	if (granule != PAGE_SIZE) {
		test->skip = "the kernel's own pool shares single pages";
		return;
	}
	pdev = test_device_make("pool_test_native", DMA_BIT_MASK(64));
	if (!CHECK(test, pdev))
		return;
	dev_assign_dma_coherent(&pdev->dev, false);
	pool = rhi_pool_create("native", &pdev->dev, 64, 0, 0);
	if (CHECK(test, pool)) {
		vaddr = rhi_pool_zalloc(pool, GFP_KERNEL, &dma);
		if (CHECK(test, vaddr)) {
			CHECK(test, !memchr_inv(vaddr, 0, 64));
			rhi_pool_free(pool, vaddr, dma);
		}
	}
	rhi_pool_destroy(pool);
	platform_device_unregister(pdev);
}

const struct test_case use_cases[] = {
	{ "blocks of many shapes", shapes },
	{ "blocks larger than a granule of 64K", large_shapes },
	{ "blocks of random shapes", random_shapes },
	{ "interleaved pools", interleaved },
	{ "zeroed blocks", zeroed },
	{ "a non-coherent device", native },
	{ }
};

#define COUNT	10000

static struct rhi_pool *wandered;

/* All blocks at once: the test compares the conversions with the minimum needed. */
static void count(struct test *test)
{
	const struct shape shape = { .size = size };
	struct rhi_pool *pool = rhi_pool_create("count", test_dev, shape.size, 0, 0);
	struct block *blocks = kvcalloc(COUNT, sizeof(*blocks), GFP_KERNEL);

	if (!CHECK(test, pool && blocks))
		goto out;
	for (unsigned int i = 0; i < COUNT && !test->failed; i++)
		GET(test, pool, &shape, GFP_KERNEL, i, &blocks[i]);
	put_all(test, pool, &shape, blocks, COUNT);
out:
	rhi_pool_destroy(pool);
	kvfree(blocks);
}

/*
 * One block stays in use while others are allocated and freed on each CPU in turn: blocks in the
 * magazines must be reused, not replaced by newly shared ones. tests/pool.t reads the total in
 * debugfs.
 */
static void wanders(struct test *test)
{
	const struct shape shape = { .size = granule };
	struct rhi_pool *pool = rhi_pool_create("wanders", test_dev, shape.size, 0, 0);
	struct block held = { }, block;
	int cpu;

	if (!CHECK(test, pool) || !GET(test, pool, &shape, GFP_KERNEL, 1, &held))
		return;
	for (int round = 0; round < 3; round++) {
		for_each_online_cpu(cpu) {
			if (!CHECK(test, !set_cpus_allowed_ptr(current, cpumask_of(cpu))))
				break;
			for (int i = 0; i < 3; i++)
				if (GET(test, pool, &shape, GFP_KERNEL, 2, &block))
					PUT(test, pool, &shape, &block);
		}
	}
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	PUT(test, pool, &shape, &held);
	wandered = pool;
	test_keep(pool);
}

/* Seven CPUs are offline: blocks from their magazines must be available here. */
static void after_cpus(struct test *test)
{
	const struct shape shape = { .size = granule };
	struct block block;

	if (CHECK(test, wandered) && GET(test, wandered, &shape, GFP_ATOMIC, 1, &block))
		PUT(test, wandered, &shape, &block);
}

const struct test_case wander_cases[] = {
	{ "a block allocated on all CPUs in turn", wanders },
	{ }
};

const struct test_case after_cpus_cases[] = {
	{ "blocks of offline CPUs are available", after_cpus },
	{ }
};

const struct test_case count_cases[] = {
	{ "10,000 blocks", count },
	{ }
};
