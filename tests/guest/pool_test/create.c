// SPDX-License-Identifier: GPL-2.0-only
/* Creation and destruction of pools */
#include <linux/dma-mapping.h>
#include <linux/mmzone.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "pool_test.h"

static const struct shape shape64 = { .size = 64 };

static bool refused(size_t bytes, size_t align, size_t boundary)
{
	struct rhi_pool *pool = rhi_pool_create("refused", test_dev, bytes, align, boundary);

	rhi_pool_destroy(pool);
	return !pool;
}

static void bad_arguments(struct test *test)
{
	CHECK(test, !rhi_pool_create("no device", NULL, 64, 0, 0));
	CHECK(test, refused(0, 0, 0));
	CHECK(test, refused((size_t)INT_MAX + 1, 0, 0));
	CHECK(test, refused(SIZE_MAX, 0, 0));
	CHECK(test, refused(SIZE_MAX - 14, 16, 0));
	CHECK(test, refused(64, 3, 0));
	CHECK(test, refused(64, SIZE_MAX, 0));
	CHECK(test, refused(64, (SIZE_MAX >> 1) + 1, 0));
	CHECK(test, refused(64, 0, 32));
	CHECK(test, refused(64, 0, 96));
	CHECK(test, refused(64, 128, 64));
	rhi_pool_destroy(NULL);
}

static void long_name(struct test *test)
{
	struct rhi_pool *pool = rhi_pool_create("a name of more than thirty-one characters",
						test_dev, 64, 0, 0);

	CHECK(test, pool);
	rhi_pool_destroy(pool);
}

/* Shared addresses are above 2^32, wherever the memory is. */
static void out_of_reach(struct test *test)
{
	struct platform_device *pdev = test_device_make("pool_test_32", DMA_BIT_MASK(32));
	struct rhi_pool *pool;
	dma_addr_t dma;
	void *vaddr;

	if (!CHECK(test, pdev))
		return;
	pool = rhi_pool_create("unreachable", &pdev->dev, 64, 0, 0);
	if (CHECK(test, pool)) {
		CHECK(test, !rhi_pool_alloc(pool, GFP_KERNEL, &dma));
		CHECK(test, !rhi_pool_alloc(pool, GFP_ATOMIC, &dma));
		/* USB host drivers set the mask after creating pools. */
		CHECK(test, !dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64)));
		vaddr = rhi_pool_alloc(pool, GFP_KERNEL, &dma);
		if (CHECK(test, vaddr))
			rhi_pool_free(pool, vaddr, dma);
	}
	rhi_pool_destroy(pool);
	platform_device_unregister(pdev);
}

static void given_back(struct test *test)
{
	struct rhi_pool *pool = rhi_pool_create("given back", test_dev, 64, 0, 0);
	struct block block;
	phys_addr_t phys;

	if (!CHECK(test, pool) || !GET(test, pool, &shape64, GFP_KERNEL, 1, &block))
		return;
	phys = virt_to_phys(block.vaddr);
	GOOD(test, block_in_whole_granules(&shape64, &block));
	PUT(test, pool, &shape64, &block);
	CHECK(test, is_shared(phys, 64));
	rhi_pool_destroy(pool);
	CHECK(test, is_ram(round_down(phys, granule), granule));
}

static void many(struct test *test)
{
	struct rhi_pool *pool;
	struct block block;

	for (int i = 0; i < 100 && !test->failed; i++) {
		pool = rhi_pool_create("again", test_dev, 64, 0, 0);
		if (!CHECK(test, pool))
			break;
		if (GET(test, pool, &shape64, GFP_KERNEL, i, &block))
			PUT(test, pool, &shape64, &block);
		rhi_pool_destroy(pool);
	}
}

static void largest(struct test *test)
{
	const struct shape shape = { .size = PAGE_SIZE << MAX_PAGE_ORDER };
	struct rhi_pool *pool = rhi_pool_create("largest", test_dev, shape.size, shape.size, 0);
	const char *wrong;
	struct block block;

	if (!CHECK(test, pool))
		return;
	wrong = block_get(pool, &shape, GFP_KERNEL, 1, &block);
	if (wrong == no_block) {
		test->skip = "no such block is free";
	} else if (GOOD(test, wrong)) {
		GOOD(test, block_in_whole_granules(&shape, &block));
		PUT(test, pool, &shape, &block);
	}
	rhi_pool_destroy(pool);
}

/* A pool accepts any size up to INT_MAX: only the allocation fails. */
static void too_large(struct test *test)
{
	struct rhi_pool *pool = rhi_pool_create("too large", test_dev, INT_MAX, 0, 0);
	dma_addr_t dma;

	if (!CHECK(test, pool))
		return;
	CHECK(test, !rhi_pool_alloc(pool, GFP_KERNEL | __GFP_NOWARN, &dma));
	rhi_pool_destroy(pool);
}

static void goes_with_device(struct test *test)
{
	struct platform_device *pdev = test_device_make("pool_test_m", DMA_BIT_MASK(64));
	struct rhi_pool *pool;
	struct block block;
	phys_addr_t phys;

	if (!CHECK(test, pdev))
		return;
	CHECK(test, !rhim_pool_create("refused", &pdev->dev, 0, 0, 0));
	CHECK(test, !rhim_pool_create("no device", NULL, 64, 0, 0));
	pool = rhim_pool_create("goes early", &pdev->dev, 64, 0, 0);
	if (CHECK(test, pool))
		rhim_pool_destroy(pool);
	pool = rhim_pool_create("goes with it", &pdev->dev, 64, 0, 0);
	if (CHECK(test, pool) && GET(test, pool, &shape64, GFP_KERNEL, 1, &block)) {
		phys = virt_to_phys(block.vaddr);
		PUT(test, pool, &shape64, &block);
		CHECK(test, is_shared(phys, 64));
	}
	platform_device_unregister(pdev);
	CHECK(test, test->failed || is_ram(phys, 64));
}

const struct test_case create_cases[] = {
	{ "bad arguments are refused", bad_arguments },
	{ "a long name is truncated", long_name },
	{ "no memory beyond the DMA mask", out_of_reach },
	{ "granules are shared, and private again after rhi_pool_destroy()", given_back },
	{ "a hundred pools in turn", many },
	{ "the largest block", largest },
	{ "a block too large to allocate", too_large },
	{ "a managed pool is destroyed with its device", goes_with_device },
	{ }
};
