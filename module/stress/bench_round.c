// SPDX-License-Identifier: GPL-2.0-only
/* The overhead of the loop, some twenty instructions, is included in the results of both pools. */
#include <linux/cpumask.h>
#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include <rhi_pool.h>

#include "bench_round.h"

/* Operations between checks for a stop request */
#define BREATHER	256

static void *create_dma_pool(struct device *dev, size_t size)
{
	return dma_pool_create("bench", dev, size, 0, 0);
}

static void *alloc_dma_pool(void *pool, gfp_t gfp, dma_addr_t *dma)
{
	return dma_pool_alloc(pool, gfp, dma);
}

static void free_dma_pool(void *pool, void *vaddr, dma_addr_t dma)
{
	dma_pool_free(pool, vaddr, dma);
}

static void destroy_dma_pool(void *pool)
{
	dma_pool_destroy(pool);
}

static void *create_rhi_pool(struct device *dev, size_t size)
{
	return rhi_pool_create("bench", dev, size, 0, 0);
}

static void *alloc_rhi_pool(void *pool, gfp_t gfp, dma_addr_t *dma)
{
	return rhi_pool_alloc(pool, gfp, dma);
}

static void free_rhi_pool(void *pool, void *vaddr, dma_addr_t dma)
{
	rhi_pool_free(pool, vaddr, dma);
}

static void destroy_rhi_pool(void *pool)
{
	rhi_pool_destroy(pool);
}

const struct bench_ops bench_ops[NR_POOLS] = {
	[DMA_POOL] = {
		"dma_pool", create_dma_pool, alloc_dma_pool, free_dma_pool, destroy_dma_pool
	},
	[RHI_POOL] = {
		"rhi_pool", create_rhi_pool, alloc_rhi_pool, free_rhi_pool, destroy_rhi_pool
	},
};

static bool bench_goes_on(struct bench *bench, unsigned int i)
{
	if (i % BREATHER)
		return true;
	cond_resched();
	return !READ_ONCE(bench->stop);
}

static __always_inline int run_pairs(struct bench *bench, const struct bench_ops *ops, gfp_t gfp)
{
	void *pool = bench->pool;

	for (unsigned int i = 0; i < bench->request.count && bench_goes_on(bench, i); i++) {
		dma_addr_t dma;
		void *vaddr = ops->alloc(pool, gfp, &dma);

		if (!vaddr)
			return -ENOMEM;
		ops->free(pool, vaddr, dma);
	}
	return 0;
}

/* Frees all blocks it allocated, also on failure. */
static __always_inline int run_batch(struct bench *bench, const struct bench_ops *ops,
				     struct bench_block *blocks, const u32 *order)
{
	const unsigned int count = bench->request.count;
	void *pool = bench->pool;
	unsigned int nr;

	for (nr = 0; nr < count && bench_goes_on(bench, nr); nr++) {
		blocks[nr].vaddr = ops->alloc(pool, GFP_KERNEL, &blocks[nr].dma);
		if (!blocks[nr].vaddr)
			break;
	}
	if (nr < count)
		order = NULL;
	for (unsigned int i = 0; i < nr; i++) {
		const struct bench_block *block = &blocks[order ? order[i] : i];

		bench_goes_on(bench, i);
		ops->free(pool, block->vaddr, block->dma);
	}
	return nr == count || READ_ONCE(bench->stop) ? 0 : -ENOMEM;
}

static __always_inline int run_pattern(struct bench_thread *thread, const struct bench_ops *ops)
{
	struct bench *bench = thread->bench;

	switch (bench->request.pattern) {
	case RHI_BENCH_BATCH:
		return run_batch(bench, ops, thread->blocks, NULL);
	case RHI_BENCH_RANDOM:
		return run_batch(bench, ops, thread->blocks, bench->order);
	case RHI_BENCH_ZERO:
		return run_pairs(bench, ops, GFP_KERNEL | __GFP_ZERO);
	default:
		return run_pairs(bench, ops, GFP_KERNEL);
	}
}

/* The ops are compile-time constants here, so the pools are called directly, as by a driver. */
static noinline int run_dma_pool(struct bench_thread *thread)
{
	return run_pattern(thread, &bench_ops[DMA_POOL]);
}

static noinline int run_rhi_pool(struct bench_thread *thread)
{
	return run_pattern(thread, &bench_ops[RHI_POOL]);
}

static int thread_fn(void *data)
{
	struct bench_thread *thread = data;
	struct bench *bench = thread->bench;

	/* Wait until all threads are ready. */
	atomic_inc(&bench->arrived);
	while (atomic_read(&bench->arrived) < bench->request.threads && !READ_ONCE(bench->stop)) {
		cpu_relax();
		cond_resched();
	}
	thread->start = ktime_get_ns();
	thread->err = bench->ops == &bench_ops[DMA_POOL] ? run_dma_pool(thread) :
							   run_rhi_pool(thread);
	thread->end = ktime_get_ns();
	if (thread->err)
		WRITE_ONCE(bench->stop, true);
	/* Never returns into this module, which may be unloaded at once. */
	kthread_complete_and_exit(&thread->done, 0);
}

/**
 * bench_round() - run one round on the current pool
 * @bench: a run
 *
 * Context: Process, may sleep.
 * Return:
 * * nanoseconds, from the start of the first thread to the end of the last
 * * %-EINTR - killed
 * * %-EAGAIN - a CPU went offline
 * * %-ENOMEM - out of memory, or the host did not share it
 */
s64 bench_round(struct bench *bench)
{
	u64 start = U64_MAX, end = 0;
	unsigned int nr = 0;
	int cpu, err = 0;

	atomic_set(&bench->arrived, 0);
	for_each_online_cpu(cpu) {
		struct bench_thread *thread = &bench->threads[nr];
		struct task_struct *task;

		if (nr == bench->request.threads)
			break;
		thread->err = 0;
		init_completion(&thread->done);
		task = kthread_create(thread_fn, thread, "rhi_bench/%d", cpu);
		if (IS_ERR(task)) {
			err = PTR_ERR(task);
			break;
		}
		kthread_bind(task, cpu);
		wake_up_process(task);
		nr++;
	}
	/* A CPU went offline, or kthread_create() was killed. */
	if (nr < bench->request.threads) {
		err = err ?: -EAGAIN;
		WRITE_ONCE(bench->stop, true);
	}

	for (unsigned int i = 0; i < nr; i++) {
		struct bench_thread *thread = &bench->threads[i];

		if (wait_for_completion_killable(&thread->done)) {
			WRITE_ONCE(bench->stop, true);
			wait_for_completion(&thread->done);
			err = -EINTR;
		}
		err = err ?: thread->err;
		start = min(start, thread->start);
		end = max(end, thread->end);
	}
	return err ?: (s64)(end - start);
}
