// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cleanup.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "pool_block.h"
#include "pool_chunk.h"
#include "pool_magazine.h"

static struct workqueue_struct *drain_wq;

/**
 * magazine_drain() - move blocks to the stacks of their chunks
 * @pool: the pool
 * @magazine: of this CPU, with its lock held, or of a dead CPU
 * @keep: number of blocks that may stay
 *
 * Context: Any; holds @pool->lock.
 */
void magazine_drain(struct rhi_pool *pool, struct magazine *magazine, unsigned long keep)
{
	lockdep_assert_held(&pool->lock);
	if (magazine->nr <= keep)
		return;
	pool->nr_free += magazine->nr - keep;
	while (magazine->nr > keep) {
		const struct block block = magazine->blocks[--magazine->nr];
		struct chunk *chunk = block.chunk;

		if (!chunk->nr_free) {
			chunk->next = pool->partial;
			pool->partial = chunk;
		}
		chunk->stack[chunk->nr_free++] = block.unit;
	}
}

/**
 * magazine_fill() - move blocks from the stacks of chunks
 * @pool: the pool
 * @magazine: of this CPU, with its lock held, and empty
 * @want: number of blocks, if so many are free
 *
 * Context: Any; holds @pool->lock.
 */
void magazine_fill(struct rhi_pool *pool, struct magazine *magazine, unsigned long want)
{
	struct chunk *chunk;

	lockdep_assert_held(&pool->lock);
	while (magazine->nr < want && (chunk = pool->partial)) {
		unsigned long nr = min_t(unsigned long, want - magazine->nr, chunk->nr_free);

		while (nr--) {
			const size_t unit = chunk->stack[--chunk->nr_free];

			magazine->blocks[magazine->nr++] = (struct block){ chunk, unit };
		}
		if (!chunk->nr_free)
			pool->partial = chunk->next;
	}
	pool->nr_free -= magazine->nr;
}

static void drain_worker(struct work_struct *work)
{
	struct rhi_pool *pool = container_of(work, struct magazine, drain)->pool;

	guard(local_lock_irqsave)(&pool->magazines->lock);
	guard(spinlock)(&pool->lock);
	magazine_drain(pool, this_cpu_ptr(pool->magazines), 0);
}

/**
 * magazines_blocks() - count the free blocks in all magazines
 * @pool: a pool, not native
 *
 * The magazines are read without their locks, so the sum is approximate.
 *
 * Context: Any.
 * Return: The approximate number of blocks.
 */
unsigned long magazines_blocks(const struct rhi_pool *pool)
{
	unsigned long nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		nr += READ_ONCE(per_cpu_ptr(pool->magazines, cpu)->nr);
	return nr;
}

/**
 * magazines_collect() - empty the magazines of all CPUs before another chunk is shared
 * @pool: a pool, not native
 *
 * Does nothing unless it can yield more than half a chunk's blocks: a chunk of large blocks has
 * few of them.
 *
 * Context: Process, may sleep.
 */
void magazines_collect(struct rhi_pool *pool)
{
	int cpu;

	if (2 * magazines_blocks(pool) <= pool->layout.nr_blocks)
		return;
	for_each_online_cpu(cpu) {
		struct magazine *magazine = per_cpu_ptr(pool->magazines, cpu);

		if (READ_ONCE(magazine->nr))
			queue_work_on(cpu, drain_wq, &magazine->drain);
	}
	for_each_possible_cpu(cpu)
		flush_work(&per_cpu_ptr(pool->magazines, cpu)->drain);
}

/**
 * magazine_size() - compute the limit of blocks per magazine
 * @nr_blocks: blocks in the pool
 *
 * The magazines of all CPUs together hold at most half of the blocks. Each may hold one in any
 * case, for pairs of alloc and free.
 *
 * Context: Any.
 * Return: 1 to MAGAZINE_MAX.
 */
unsigned long magazine_size(unsigned long nr_blocks)
{
	return clamp(nr_blocks / (2 * num_possible_cpus()), 1UL, (unsigned long)MAGAZINE_MAX);
}

/**
 * magazine_cpu_dead() - release the blocks of a CPU that went offline
 * @pool: a pool, not native
 * @cpu: the CPU
 *
 * Context: Any.
 */
void magazine_cpu_dead(struct rhi_pool *pool, unsigned int cpu)
{
	guard(spinlock_irqsave)(&pool->lock);
	magazine_drain(pool, per_cpu_ptr(pool->magazines, cpu), 0);
}

/**
 * magazines_create() - allocate empty magazines
 * @pool: a pool, not native
 *
 * Context: Process, may sleep.
 * Return: %0 or %-ENOMEM.
 */
int magazines_create(struct rhi_pool *pool)
{
	int cpu;

	pool->magazine_size = 1;
	pool->magazines = __alloc_percpu(struct_size_t(struct magazine, blocks, MAGAZINE_MAX),
					 __alignof__(struct magazine));
	if (!pool->magazines)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct magazine *magazine = per_cpu_ptr(pool->magazines, cpu);

		local_lock_init(&magazine->lock);
		magazine->pool = pool;
		INIT_WORK(&magazine->drain, drain_worker);
	}
	return 0;
}

/**
 * magazines_destroy() - return all blocks to their chunks and free the magazines
 * @pool: a pool, not native. Its blocks are no longer used or collected
 *
 * Context: Process, may sleep.
 */
void magazines_destroy(struct rhi_pool *pool)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		cancel_work_sync(&per_cpu_ptr(pool->magazines, cpu)->drain);
		magazine_cpu_dead(pool, cpu);
	}
	free_percpu(pool->magazines);
}

/**
 * magazines_init() - create the workqueue
 *
 * Context: Process.
 * Return: %0 or %-ENOMEM.
 */
int __init magazines_init(void)
{
	drain_wq = alloc_workqueue("rhi_pool_drain", WQ_PERCPU | WQ_MEM_RECLAIM, 0);
	return drain_wq ? 0 : -ENOMEM;
}

/**
 * magazines_exit() - undo magazines_init(); no pool exists any more
 *
 * Context: Process.
 */
void magazines_exit(void)
{
	destroy_workqueue(drain_wq);
}
