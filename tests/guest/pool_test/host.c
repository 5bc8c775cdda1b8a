// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools on hosts that never unshare, do not share, or overwrite shared memory: tests/pool.t boots
 * such hosts.
 */
#include <linux/dmapool.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <compat.h>

#include "pool_test.h"

/* A pool is destroyed with a block in use: its granule stays shared forever. */
static void busy(struct test *test)
{
	struct rhi_pool *pool = rhi_pool_create("busy", test_dev, PAGE_SIZE, 0, 0);
	const struct shape shape = { .size = PAGE_SIZE };
	const unsigned int nr = 2 * granule / PAGE_SIZE;
	struct block *blocks = kcalloc(nr, sizeof(*blocks), GFP_KERNEL);
	phys_addr_t kept = 0, other = 0;

	if (!CHECK(test, pool && blocks))
		goto out;
	for (unsigned int i = 0; i < nr; i++) {
		if (!GET(test, pool, &shape, GFP_KERNEL, i, &blocks[i]))
			goto out;
	}
	kept = virt_to_phys(blocks[0].vaddr);
	for (unsigned int i = 1; i < nr; i++) {
		phys_addr_t phys = virt_to_phys(blocks[i].vaddr);

		if (round_down(phys, granule) != round_down(kept, granule))
			other = phys;
		PUT(test, pool, &shape, &blocks[i]);
	}
	rhi_pool_destroy(pool);
	pool = NULL;

	CHECK(test, is_shared(round_down(kept, granule), granule));
	CHECK(test, other && is_ram(round_down(other, granule), granule));
	/* The device may still write there. */
	memset(blocks[0].vaddr, 0xff, PAGE_SIZE);
	test_note(test, "leaked_bytes %lu", granule);
	block_forget(&shape, &blocks[0]);
out:
	rhi_pool_destroy(pool);
	kfree(blocks);
}

/* For a host that shares nothing */
static void none_to_share(struct test *test)
{
	const ktime_t begin = ktime_get();
	struct rhi_pool *pool = rhi_pool_create("none", test_dev, 64, 0, 0);
	dma_addr_t dma;

	if (!CHECK(test, pool))
		return;
	CHECK(test, !rhi_pool_alloc(pool, GFP_KERNEL, &dma));
	/* Returns quickly: the stock kernel retries forever on such a host. */
	CHECK(test, ktime_ms_delta(ktime_get(), begin) < 60000);
	rhi_pool_destroy(pool);
}

/* For a host that stops sharing at some point: the memory shared so far remains usable. */
static void no_more_to_share(struct test *test)
{
	struct rhi_pool *pool = rhi_pool_create("no more", test_dev, PAGE_SIZE, 0, 0);
	const struct shape shape = { .size = PAGE_SIZE };
	const unsigned int most = 4096;
	struct block *blocks = kvcalloc(most, sizeof(*blocks), GFP_KERNEL);
	const ktime_t begin = ktime_get();
	const char *wrong = NULL;
	unsigned int nr = 0;

	if (!CHECK(test, pool && blocks))
		goto out;
	while (nr < most && !wrong) {
		wrong = block_get(pool, &shape, GFP_KERNEL, nr, &blocks[nr]);
		nr += !wrong;
	}
	test_note(test, "blocks %u, then: %s", nr, wrong ?: "still more");
	CHECK(test, nr && nr < most);
	/* Another CPU's magazine may have a block of each chunk; do not migrate. */
	CHECK(test, !rhi_pool_alloc(pool, GFP_KERNEL, &blocks[nr].dma));
	CHECK(test, ktime_ms_delta(ktime_get(), begin) < 600000);
	for (unsigned int i = 0; i < nr; i++)
		PUT(test, pool, &shape, &blocks[i]);
	for (unsigned int i = 0; i < nr; i++)
		GET(test, pool, &shape, GFP_KERNEL, nr - i, &blocks[i]);
	for (unsigned int i = 0; i < nr; i++)
		PUT(test, pool, &shape, &blocks[i]);
out:
	rhi_pool_destroy(pool);
	kvfree(blocks);
}

/* The host acts at any call. */
static void call_host(void)
{
	unsigned long lower, higher;

	rsi_request_version(RSI_ABI_VERSION, &lower, &higher);
}

static bool is_scribbled(const void *vaddr, size_t bytes)
{
	const u64 *p = vaddr;

	for (size_t i = 0; i < bytes / sizeof(*p); i++) {
		if (READ_ONCE(p[i]) != word)
			return false;
	}
	return true;
}

/* The host overwrites all blocks, including free ones, without effect on the allocator. */
static void scribbled_pool(struct test *test)
{
	const struct shape shape = { .size = 64 };
	struct rhi_pool *pool = rhi_pool_create("scribbled", test_dev, shape.size, 0, 0);
	const unsigned int nr = granule / shape.size * 3 / 2;
	struct block *blocks = kvcalloc(nr, sizeof(*blocks), GFP_KERNEL);

	if (!CHECK(test, pool && blocks))
		goto out;
	for (int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < nr && !test->failed; i++)
			GET(test, pool, &shape, GFP_KERNEL, i, &blocks[i]);
		call_host();
		for (unsigned int i = 0; i < nr && !test->failed; i++)
			CHECK(test, is_scribbled(blocks[i].vaddr, shape.size));
		for (unsigned int i = 0; i < nr; i++)
			PUT(test, pool, &shape, &blocks[i]);
		call_host();
	}
out:
	rhi_pool_destroy(pool);
	kvfree(blocks);
}

/*
 * The kernel's dma_pool keeps its free list in free blocks, which the host can overwrite. Show this
 * without following a pointer that the host wrote.
 */
static void scribbled_dma_pool(struct test *test)
{
	struct dma_pool *pool = dma_pool_create("scribbled", test_dev, 64, 0, 0);
	dma_addr_t dma_a, dma_b, dma_c, dma_again = 0;
	void *a, *b, *c, *again = NULL;
	unsigned long flags, next;

	if (!CHECK(test, pool))
		return;
	a = dma_pool_alloc(pool, GFP_KERNEL, &dma_a);
	b = dma_pool_alloc(pool, GFP_KERNEL, &dma_b);
	c = dma_pool_alloc(pool, GFP_KERNEL, &dma_c);
	if (!CHECK(test, a && b && c))
		return;	/* leave the pool: it is busy */

	local_irq_save(flags);
	dma_pool_free(pool, a, dma_a);
	dma_pool_free(pool, b, dma_b);
	call_host();
	again = dma_pool_alloc(pool, GFP_ATOMIC, &dma_again);
	/*
	 * dma_pool_alloc() would return this next. dma_pool_free() copies it into the block that
	 * it puts in front.
	 */
	memset(c, 0, sizeof(next));
	dma_pool_free(pool, c, dma_c);
	next = READ_ONCE(*(unsigned long *)c);
	dma_pool_free(pool, b, dma_b);
	local_irq_restore(flags);

	test_note(test, "dma_pool_alloc: dma 0x%llx, was 0x%llx; next block 0x%lx",
		  dma_again, dma_b, next);
	CHECK(test, again == b);
	CHECK(test, dma_again == word);
	CHECK(test, next == word);
	dma_pool_destroy(pool);
}

const struct test_case refuse_cases[] = {
	{ "allocation fails quickly if the host does not share", none_to_share },
	{ }
};

const struct test_case stop_cases[] = {
	{ "memory shared before the host stopped is usable", no_more_to_share },
	{ }
};

const struct test_case busy_cases[] = {
	{ "a pool destroyed with a block in use", busy },
	{ }
};

const struct test_case scribble_cases[] = {
	{ "rhi_pool: the host cannot choose a block", scribbled_pool },
	{ "dma_pool: the host controls DMA address and pointer", scribbled_dma_pool },
	{ }
};
