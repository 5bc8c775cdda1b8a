// SPDX-License-Identifier: GPL-2.0-only
/* All CPUs allocate, pass on and free blocks of one pool concurrently. */
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "pool_test.h"

#define MSEC		1000
#define MAX_WORKERS	16
#define OWN		64
#define PASSED_ON	32
#define MIN_GETS	50	/* by each worker, however slow the machine */

struct stress {
	struct rhi_pool *pool;
	struct shape shape;
	unsigned long until;
	atomic_t id;
	struct block *passed_on[PASSED_ON];
};

struct worker {
	struct stress *stress;
	struct task_struct *task;
	struct rnd_state rnd;
	const char *wrong;
	unsigned long gets, misses;
	struct block *own[OWN];
};

static struct block *get(struct worker *w)
{
	struct stress *stress = w->stress;
	struct block *block = kmalloc(sizeof(*block), GFP_KERNEL);
	const bool atomic = prandom_u32_state(&w->rnd) % 4 == 0;
	const char *wrong;
	unsigned long flags;

	if (!block)
		return NULL;
	if (atomic)
		local_irq_save(flags);
	wrong = block_get(stress->pool, &stress->shape, atomic ? GFP_ATOMIC : GFP_KERNEL,
			  atomic_inc_return(&stress->id), block);
	if (atomic)
		local_irq_restore(flags);
	w->gets++;
	if (!wrong)
		return block;
	if (atomic && wrong == no_block)
		w->misses++;
	else
		w->wrong = wrong;
	kfree(block);
	return NULL;
}

static void put(struct worker *w, struct block *block)
{
	const char *wrong = NULL;

	if (block)
		wrong = block_put(w->stress->pool, &w->stress->shape, block);
	if (wrong)
		w->wrong = wrong;
	kfree(block);
}

static int work(void *data)
{
	struct worker *w = data;
	const unsigned long until = w->stress->until, limit = until + 60 * HZ;

	while (!w->wrong && (time_before(jiffies, until) ||
			     (w->gets < MIN_GETS && time_before(jiffies, limit)))) {
		u32 random = prandom_u32_state(&w->rnd);
		struct block **own = &w->own[random % OWN];

		if (!*own) {
			*own = get(w);
		} else if (random & BIT(20)) {
			/* Another worker will free it on another CPU. */
			*own = xchg(&w->stress->passed_on[(random >> 8) % PASSED_ON], *own);
		} else {
			put(w, *own);
			*own = NULL;
		}
		cond_resched();
	}
	for (int i = 0; i < OWN; i++)
		put(w, w->own[i]);
	return 0;
}

static void run(struct test *test, struct stress *stress, struct worker *workers, int nr)
{
	unsigned long gets = 0, misses = 0;

	stress->until = jiffies + msecs_to_jiffies(MSEC);
	for (int i = 0; i < nr; i++) {
		struct worker *w = &workers[i];

		*w = (struct worker){ .stress = stress };
		prandom_seed_state(&w->rnd, i);
		w->task = kthread_create(work, w, "pool_test/%d", i);
		if (!CHECK(test, !IS_ERR(w->task))) {
			nr = i;
			break;
		}
		get_task_struct(w->task);
		wake_up_process(w->task);
	}
	for (int i = 0; i < nr; i++) {
		/* The thread ends by itself. */
		kthread_stop_put(workers[i].task);
		GOOD(test, workers[i].wrong);
		gets += workers[i].gets;
		misses += workers[i].misses;
	}
	for (int i = 0; i < PASSED_ON; i++)
		put(&workers[0], stress->passed_on[i]);
	GOOD(test, nr ? workers[0].wrong : NULL);
	CHECK(test, gets >= nr * MIN_GETS);
	test_note(test, "size %zu: %d workers, %lu allocations, %lu failed atomic ones",
		  stress->shape.size, nr, gets, misses);
}

static void all_cpus(struct test *test)
{
	static const struct shape shapes[] = { { 64 }, { 48, 0, 64 }, { 1000 }, { SZ_4K } };
	const int nr = min(2 * num_online_cpus(), MAX_WORKERS);
	struct worker *workers = kvcalloc(nr, sizeof(*workers), GFP_KERNEL);
	struct stress *stress = kzalloc(sizeof(*stress), GFP_KERNEL);

	for (int i = 0; i < ARRAY_SIZE(shapes) && !test->failed; i++) {
		if (!CHECK(test, workers && stress))
			break;
		*stress = (struct stress){ .shape = shapes[i] };
		stress->pool = rhi_pool_create("stress", test_dev, shapes[i].size,
					       shapes[i].align, shapes[i].boundary);
		if (CHECK(test, stress->pool))
			run(test, stress, workers, nr);
		rhi_pool_destroy(stress->pool);
	}
	kvfree(workers);
	kfree(stress);
}

const struct test_case stress_cases[] = {
	{ "all CPUs at once", all_cpus },
	{ }
};
