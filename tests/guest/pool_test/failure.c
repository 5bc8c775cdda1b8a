// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fail each allocation of the pool, or of the hook on behalf of a driver, once
 * (Documentation/fault-injection). tests/pool.t first makes failslab and fail_page_alloc apply to
 * all requests.
 */
#include <linux/dma-mapping.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "pool_test.h"

/* Enough for five chunks, whose index grows twice */
#define BLOCKS	20
/* Minimum number of allocations for creation and growth */
#define LEAST	8
/* Chunk, bitmap, pages with and without the guard page, an index entry */
#define LEAST_HOOKED	4
#define MOST	2000

#ifdef CONFIG_FAULT_INJECTION

static unsigned int get_with_failure(struct test *test, const struct shape *shape,
				     struct block *blocks, unsigned int nth)
{
	unsigned int left;
	struct rhi_pool *pool;

	current->fail_nth = nth;
	pool = rhi_pool_create("failure", test_dev, shape->size, 0, 0);
	for (int i = 0; pool && i < BLOCKS; i++) {
		const char *wrong = block_get(pool, shape, GFP_KERNEL, i, &blocks[i]);

		if (wrong)
			CHECK(test, wrong == no_block);
		/* Only one allocation fails: a second attempt succeeds. */
		if (wrong)
			GET(test, pool, shape, GFP_KERNEL, i, &blocks[i]);
	}
	left = current->fail_nth;
	current->fail_nth = 0;

	CHECK(test, pool || !left);
	for (int i = 0; pool && i < BLOCKS; i++)
		PUT(test, pool, shape, &blocks[i]);
	rhi_pool_destroy(pool);
	return left;
}

static void each_step(struct test *test)
{
	const struct shape shape = { .size = granule / 4 };
	struct block *blocks = kcalloc(BLOCKS, sizeof(*blocks), GFP_KERNEL);
	unsigned int nth = 0;

	if (!CHECK(test, blocks))
		return;
	while (++nth < MOST && !test->failed && !get_with_failure(test, &shape, blocks, nth))
		;
	test_note(test, "steps that failed %u", nth - 1);
	CHECK(test, nth > LEAST && nth < MOST);
	kfree(blocks);
}

/* Through the kernel's interface for drivers, with the hook on. */
static unsigned int coherent_with_failure(struct test *test, unsigned int nth)
{
	const size_t bytes = 2 * PAGE_SIZE;
	unsigned int left;
	dma_addr_t dma;
	void *vaddr;

	current->fail_nth = nth;
	vaddr = dma_alloc_coherent(test_dev, bytes, &dma, GFP_KERNEL);
	left = current->fail_nth;
	current->fail_nth = 0;

	CHECK(test, vaddr || !left);
	if (vaddr) {
		CHECK(test, is_shared(round_down(virt_to_phys(vaddr), granule), granule));
		dma_free_coherent(test_dev, bytes, vaddr, dma);
	}
	return left;
}

static void each_step_hooked(struct test *test)
{
	unsigned int nth = 0;

	while (++nth < MOST && !test->failed && !coherent_with_failure(test, nth))
		;
	test_note(test, "steps of the hook that failed %u", nth - 1);
	CHECK(test, nth > LEAST_HOOKED && nth < MOST);
}

#else

static void each_step(struct test *test)
{
	test->skip = "this kernel has no CONFIG_FAULT_INJECTION";
}

static void each_step_hooked(struct test *test)
{
	each_step(test);
}

#endif

const struct test_case failure_cases[] = {
	{ "each allocation fails once", each_step },
	{ }
};

const struct test_case hooked_cases[] = {
	{ "each allocation for coherent memory fails once", each_step_hooked },
	{ }
};
