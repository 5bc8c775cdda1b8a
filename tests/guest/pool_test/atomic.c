// SPDX-License-Identifier: GPL-2.0-only
/* Atomic context */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "pool_test.h"

static const struct shape shape64 = { .size = 64 };

static void spinlock(struct test *test)
{
	struct rhi_pool *pool = rhi_pool_create("spinlock", test_dev, 64, 0, 0);
	struct block blocks[40];
	const char *wrong = NULL;
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	if (!CHECK(test, pool))
		return;
	spin_lock_irqsave(&lock, flags);
	for (int i = 0; i < ARRAY_SIZE(blocks); i++)
		wrong = wrong ?: block_get(pool, &shape64, GFP_ATOMIC, i, &blocks[i]);
	for (int i = 0; i < ARRAY_SIZE(blocks); i++)
		wrong = wrong ?: block_put(pool, &shape64, &blocks[i]);
	spin_unlock_irqrestore(&lock, flags);
	GOOD(test, wrong);
	rhi_pool_destroy(pool);
}

/*
 * Allocate all blocks without blocking until there are none, and again after a while. The blocks
 * are few and large, so that the refill cannot keep up. If blocks are small, the kernel's growing
 * atomic pool may have enough for all of them.
 */
static void runs_out(struct test *test)
{
	const struct shape shape = { .size = granule / 4 };
	const unsigned int most = 400;
	struct rhi_pool *pool = rhi_pool_create("runs out", test_dev, shape.size, 0, 0);
	struct block *blocks = kcalloc(most, sizeof(*blocks), GFP_KERNEL);
	unsigned int nr = 0, misses = 0;

	if (!CHECK(test, pool && blocks))
		goto out;
	/* Make sure that there is a chunk. */
	if (GET(test, pool, &shape, GFP_KERNEL, 0, &blocks[0]))
		PUT(test, pool, &shape, &blocks[0]);
	for (int round = 0; round < 3 && nr < most; round++) {
		const char *wrong = NULL;
		unsigned int before = nr;
		unsigned long flags;

		local_irq_save(flags);
		while (nr < most && !wrong) {
			wrong = block_get(pool, &shape, GFP_ATOMIC, nr, &blocks[nr]);
			nr += !wrong;
		}
		local_irq_restore(flags);
		CHECK(test, wrong == no_block || (!wrong && nr == most));
		misses += wrong == no_block;
		/* The pool keeps more than a quarter of a chunk ready. */
		CHECK(test, nr >= before + 2 || nr == most);

		for (int i = 0; i < 100 && wrong == no_block && nr < most; i++) {
			msleep(20);
			wrong = block_get(pool, &shape, GFP_ATOMIC, nr, &blocks[nr]);
			nr += !wrong;
			misses += !!wrong;
		}
		GOOD(test, wrong);
		/* Wait until the worker is idle. */
		msleep(500);
	}
	test_note(test, "blocks %u atomic_misses %u", nr, misses);
	for (unsigned int i = 0; i < nr; i++)
		PUT(test, pool, &shape, &blocks[i]);
	/* tests/pool.t compares the misses with debugfs while the pool exists. */
	test_keep(pool);
	pool = NULL;
out:
	rhi_pool_destroy(pool);
	kfree(blocks);
}

struct interrupt {
	struct timer_list timer;
	struct irq_work irq_work;
	struct completion done;
	struct rhi_pool *pool;
	const char *wrong;
};

static void use_pool(struct interrupt *in)
{
	struct block blocks[40];

	for (int i = 0; i < ARRAY_SIZE(blocks); i++)
		in->wrong = in->wrong ?: block_get(in->pool, &shape64, GFP_ATOMIC, i, &blocks[i]);
	for (int i = 0; i < ARRAY_SIZE(blocks); i++)
		in->wrong = in->wrong ?: block_put(in->pool, &shape64, &blocks[i]);
	complete(&in->done);
}

static void softirq(struct timer_list *timer)
{
	use_pool(container_of(timer, struct interrupt, timer));
}

static void hardirq(struct irq_work *irq_work)
{
	use_pool(container_of(irq_work, struct interrupt, irq_work));
}

static void interrupts(struct test *test)
{
	struct interrupt *in = kzalloc(sizeof(*in), GFP_KERNEL);
	struct block block;

	if (!CHECK(test, in))
		return;
	in->pool = rhi_pool_create("interrupts", test_dev, 64, 0, 0);
	init_completion(&in->done);
	timer_setup(&in->timer, softirq, 0);
	init_irq_work(&in->irq_work, hardirq);

	for (int i = 0; i < 100 && CHECK(test, in->pool) && !test->failed; i++) {
		reinit_completion(&in->done);
		if (i & 1)
			mod_timer(&in->timer, jiffies);
		else
			irq_work_queue(&in->irq_work);
		/* Let interrupts hit this task in the middle of an operation. */
		while (!completion_done(&in->done) && !test->failed) {
			if (GET(test, in->pool, &shape64, GFP_KERNEL, 1000, &block))
				PUT(test, in->pool, &shape64, &block);
			cond_resched();
		}
		wait_for_completion(&in->done);
		GOOD(test, in->wrong);
	}
	timer_shutdown_sync(&in->timer);
	irq_work_sync(&in->irq_work);
	rhi_pool_destroy(in->pool);
	kfree(in);
}

const struct test_case atomic_cases[] = {
	{ "GFP_ATOMIC under a spinlock with interrupts off", spinlock },
	{ "allocate and free in interrupts", interrupts },
	{ "GFP_ATOMIC runs out, and a worker refills", runs_out },
	{ }
};
