// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bad frees: each is refused and logged, and changes nothing. tests/pool.t checks the log.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "pool_test.h"

static const struct shape shape = { .size = 64 };

struct misuse {
	struct rhi_pool *pool;
	struct block a, b;		/* in use */
};

/* Each of these is counted, and logged unless rate-limited. */
static void bad_free(struct test *test, struct rhi_pool *pool, void *vaddr, dma_addr_t dma)
{
	test->bad_frees++;
	rhi_pool_free(pool, vaddr, dma);
}

static bool begin(struct test *test, struct misuse *m, const char *name)
{
	*m = (struct misuse){ .pool = rhi_pool_create(name, test_dev, shape.size, 0, 0) };
	return CHECK(test, m->pool) && GET(test, m->pool, &shape, GFP_KERNEL, 1, &m->a) &&
	       GET(test, m->pool, &shape, GFP_KERNEL, 2, &m->b);
}

/* Check that the pool is intact: enough new blocks for all magazines and chunks are distinct. */
static void end(struct test *test, struct misuse *m)
{
	const unsigned int nr = 2 * granule / shape.size;
	struct block *blocks = kvcalloc(nr, sizeof(*blocks), GFP_KERNEL);

	if (CHECK(test, blocks) && m->pool) {
		for (unsigned int i = 0; i < nr && !test->failed; i++)
			GET(test, m->pool, &shape, GFP_KERNEL, 10 + i, &blocks[i]);
		for (unsigned int i = 0; i < nr; i++)
			PUT(test, m->pool, &shape, &blocks[i]);
		PUT(test, m->pool, &shape, &m->a);
		PUT(test, m->pool, &shape, &m->b);
	}
	kvfree(blocks);
	rhi_pool_destroy(m->pool);
}

static void double_free(struct test *test)
{
	struct misuse m;

	if (begin(test, &m, "double free")) {
		struct block was = m.a;

		PUT(test, m.pool, &shape, &m.a);
		bad_free(test, m.pool, was.vaddr, was.dma);
		bad_free(test, m.pool, was.vaddr, was.dma);
	}
	end(test, &m);
}

/* With full magazines: the block is on a chunk's stack. */
static void double_free_later(struct test *test)
{
	const unsigned int nr = 200;
	struct block *blocks = kcalloc(nr, sizeof(*blocks), GFP_KERNEL);
	struct misuse m;

	if (begin(test, &m, "double free later") && CHECK(test, blocks)) {
		struct block was;

		for (unsigned int i = 0; i < nr; i++)
			GET(test, m.pool, &shape, GFP_KERNEL, 100 + i, &blocks[i]);
		was = blocks[0];
		for (unsigned int i = 0; i < nr; i++)
			PUT(test, m.pool, &shape, &blocks[i]);
		bad_free(test, m.pool, was.vaddr, was.dma);
	}
	end(test, &m);
	kfree(blocks);
}

static void never_allocated(struct test *test)
{
	struct misuse m;
	struct block c;

	if (begin(test, &m, "never allocated") && GET(test, m.pool, &shape, GFP_KERNEL, 3, &c)) {
		/* Chunks are aligned: the first and last block of one are not both in use. */
		unsigned long mask = ~(granule - 1);
		void *first = (void *)((unsigned long)c.vaddr & mask);
		void *last = first + granule - shape.size;

		PUT(test, m.pool, &shape, &c);
		if (first != m.a.vaddr && first != m.b.vaddr)
			bad_free(test, m.pool, first, c.dma - (c.vaddr - first));
		if (last != m.a.vaddr && last != m.b.vaddr)
			bad_free(test, m.pool, last, c.dma + (last - c.vaddr));
	}
	end(test, &m);
}

static void other_pool(struct test *test)
{
	struct misuse m, n;

	if (begin(test, &m, "this pool") & begin(test, &n, "other pool")) {
		bad_free(test, m.pool, n.a.vaddr, n.a.dma);
		bad_free(test, n.pool, m.a.vaddr, m.a.dma);
		bad_free(test, m.pool, n.a.vaddr, m.a.dma);
	}
	end(test, &m);
	end(test, &n);
}

static void foreign(struct test *test)
{
	void *slab = kzalloc(64, GFP_KERNEL), *virt = vzalloc(64);
	u64 on_stack[8];
	struct misuse m;

	if (begin(test, &m, "foreign") && slab && virt) {
		void *const pointers[] = {
			NULL, slab, virt, on_stack, ERR_PTR(-ENOMEM), (void *)1, (void *)~0UL,
			(void *)LONG_MAX, (void *)LONG_MIN, (void *)&shape, m.pool,
			(void *)0x5ca1ab1e5ca1ab1eUL, ZERO_SIZE_PTR,
			m.a.vaddr + SZ_1G, m.a.vaddr - SZ_1G, (void *)m.a.dma,
		};

		for (int i = 0; i < ARRAY_SIZE(pointers); i++) {
			bad_free(test, m.pool, pointers[i], m.a.dma);
			bad_free(test, m.pool, pointers[i], 0);
		}
		for (int i = 0; i < 100; i++) {
			u64 random = (u64)prandom_u32_state(&test->rnd) << 32 |
				     prandom_u32_state(&test->rnd);

			bad_free(test, m.pool, (void *)random, m.a.dma);
		}
	}
	end(test, &m);
	kfree(slab);
	vfree(virt);
}

static void misaligned(struct test *test)
{
	struct misuse m;

	if (begin(test, &m, "misaligned")) {
		for (size_t at = 1; at < shape.size; at++)
			bad_free(test, m.pool, m.a.vaddr + at, m.a.dma + at);
	}
	end(test, &m);
}

/* Positions between blocks, where no block of this shape can start */
static void between_blocks(struct test *test)
{
	static const struct shape gaps = { .size = 48, .boundary = 64 };
	struct rhi_pool *pool = rhi_pool_create("between", test_dev, gaps.size, 0, gaps.boundary);
	struct block block;

	if (!CHECK(test, pool))
		return;
	if (GET(test, pool, &gaps, GFP_KERNEL, 1, &block)) {
		for (size_t at = 16; at < 64; at += 16)
			bad_free(test, pool, block.vaddr + at, block.dma + at);
		PUT(test, pool, &gaps, &block);
	}
	rhi_pool_destroy(pool);
}

/* After the end of a chunk that is smaller than its alignment */
static void behind_the_chunk(struct test *test)
{
	const struct shape three = { .size = 2 * granule + 16 };
	struct rhi_pool *pool = NULL;
	struct block block;

	if (4 * granule > PAGE_SIZE << MAX_PAGE_ORDER) {
		test->skip = "no chunk can be that large";
		return;
	}
	pool = rhi_pool_create("behind", test_dev, three.size, 0, 0);
	if (!CHECK(test, pool))
		return;
	if (GET(test, pool, &three, GFP_KERNEL, 1, &block)) {
		bad_free(test, pool, block.vaddr + three.size, block.dma + three.size);
		bad_free(test, pool, block.vaddr + 3 * granule, block.dma + 3 * granule);
		bad_free(test, pool, block.vaddr + 4 * granule - 16, block.dma + 4 * granule - 16);
		PUT(test, pool, &three, &block);
	}
	rhi_pool_destroy(pool);
}

static void wrong_dma(struct test *test)
{
	struct misuse m;

	if (begin(test, &m, "wrong DMA address")) {
		const dma_addr_t wrong[] = {
			0, ~0ULL, m.b.dma, m.a.dma + 1, m.a.dma + shape.size,
			virt_to_phys(m.a.vaddr), (unsigned long)m.a.vaddr,
		};

		for (int i = 0; i < ARRAY_SIZE(wrong); i++)
			bad_free(test, m.pool, m.a.vaddr, wrong[i]);
	}
	end(test, &m);
}

struct race {
	struct rhi_pool *pool;
	struct block *block;
	atomic_t *ready;
};

static int free_with_others(void *data)
{
	struct race *race = data;

	atomic_dec(race->ready);
	while (atomic_read(race->ready) > 0)
		cond_resched();
	rhi_pool_free(race->pool, race->block->vaddr, race->block->dma);
	return 0;
}

/* Two CPUs free the same block at the same time: exactly one free succeeds. */
static void double_free_race(struct test *test)
{
	struct misuse m;

	if (num_online_cpus() < 2) {
		test->skip = "only one CPU";
		return;
	}
	if (!begin(test, &m, "double free race"))
		goto out;
	for (int i = 0; i < 50 && !test->failed; i++) {
		atomic_t ready = ATOMIC_INIT(2);
		struct block block;
		struct race race = { m.pool, &block, &ready };
		struct task_struct *task;
		void *vaddr;

		if (!GET(test, m.pool, &shape, GFP_KERNEL, 1000 + i, &block))
			break;
		vaddr = block.vaddr;
		task = kthread_run(free_with_others, &race, "pool_test/race");
		if (!CHECK(test, !IS_ERR(task)))
			break;
		get_task_struct(task);
		block_forget(&shape, &block);
		block.vaddr = vaddr;
		free_with_others(&race);
		kthread_stop_put(task);
		test->bad_frees++;
	}
out:
	end(test, &m);
}

const struct test_case misuse_cases[] = {
	{ "a double free is refused", double_free },
	{ "a late double free is refused", double_free_later },
	{ "a double free by two CPUs at once is refused", double_free_race },
	{ "a block that was never allocated is refused", never_allocated },
	{ "another pool's block is refused", other_pool },
	{ "a pointer outside any pool is refused", foreign },
	{ "a pointer into a block is refused", misaligned },
	{ "a pointer between blocks is refused", between_blocks },
	{ "a pointer past a chunk is refused", behind_the_chunk },
	{ "a wrong DMA address is refused", wrong_dma },
	{ }
};
