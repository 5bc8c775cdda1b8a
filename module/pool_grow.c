// SPDX-License-Identifier: GPL-2.0-only
/*
 * No lock is held while memory is allocated or converted, so two tasks that find no free block
 * may each add a chunk.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "pages.h"
#include "pool_block.h"
#include "pool_chunk.h"
#include "pool_grow.h"
#include "pool_magazine.h"
#include "trace.h"

static struct workqueue_struct *refill_wq;

/* Returns false if the index is full. */
static bool add_chunk(struct rhi_pool *pool, struct chunk *chunk)
{
	guard(spinlock_irqsave)(&pool->lock);
	if (!chunk_index_has_room(pool->index, pool->nr_chunks))
		return false;
	chunk_index_insert(pool->index, chunk);
	chunk->older = pool->chunks;
	pool->chunks = chunk;
	chunk->next = pool->partial;
	pool->partial = chunk;
	pool->nr_chunks++;
	pool->shared += chunk->size;
	pool->nr_blocks += chunk->nr_blocks;
	pool->nr_free += chunk->nr_blocks;
	WRITE_ONCE(pool->magazine_size, magazine_size(pool->nr_blocks));
	return true;
}

static int enlarge_index(struct rhi_pool *pool, gfp_t gfp)
{
	struct chunk_index *index = chunk_index_make(READ_ONCE(pool->nr_chunks) + 1, pool->node,
						     pages_metadata_gfp(gfp));

	if (!index)
		return -ENOMEM;
	scoped_guard(spinlock_irqsave, &pool->lock) {
		/* Another task may have enlarged the index, or filled it further, meanwhile. */
		if (chunk_index_has_room(pool->index, pool->nr_chunks) ||
		    !chunk_index_has_room(index, pool->nr_chunks))
			break;
		for (struct chunk *chunk = pool->chunks; chunk; chunk = chunk->older)
			chunk_index_insert(index, chunk);
		index->older = pool->index;
		/* Publishes a filled index; pairs with find_chunk(). */
		smp_store_release(&pool->index, index);
		index = NULL;
	}
	kvfree(index);
	return 0;
}

/**
 * pool_grow() - add a chunk
 * @pool: a pool, not native
 * @gfp: GFP flags. If they do not allow blocking, the chunk is borrowed, see chunk_make()
 * @enough: do nothing if more blocks than this are free
 *
 * Context: Any that @gfp allows; no locks held.
 * Return: %0, or an error of chunk_make(), which is logged unless it is %-ENOMEM.
 */
int pool_grow(struct rhi_pool *pool, gfp_t gfp, unsigned long enough)
{
	struct chunk *chunk;
	int err;

	/* Blocks are zeroed when they are allocated; a chunk need not be. */
	gfp &= ~__GFP_ZERO;
	if (gfpflags_allow_blocking(gfp))
		magazines_collect(pool);
	if (READ_ONCE(pool->nr_free) > enough)
		return 0;

	/* Enlarge the index first: a borrowed chunk cannot be freed with interrupts off. */
	if (!chunk_index_has_room(READ_ONCE(pool->index), READ_ONCE(pool->nr_chunks))) {
		err = enlarge_index(pool, gfp);
		if (err)
			return err;
	}
	chunk = chunk_make(pool->dev, pool->name, &pool->layout, pool->node, gfp);
	if (IS_ERR(chunk)) {
		if (PTR_ERR(chunk) != -ENOMEM)
			dev_err_ratelimited(pool->dev, "pool %s: cannot share memory (%pe): see /sys/kernel/debug/rhi/pools\n",
					    pool->name, chunk);
		return PTR_ERR(chunk);
	}
	while (!add_chunk(pool, chunk)) {
		err = enlarge_index(pool, gfp);
		if (err) {
			chunk_discard(chunk, pool->dev, false);
			return err;
		}
	}
	trace_pool_grow(pool->dev, pool->name, chunk->size, READ_ONCE(pool->nr_chunks));
	return 0;
}

static void refill_worker(struct work_struct *work)
{
	struct rhi_pool *pool = container_of(work, struct rhi_pool, refill);

	/* NOIO: the pool may belong to the device that reclaim writes to. */
	pool_grow(pool, GFP_NOIO | __GFP_NOWARN, READ_ONCE(pool->reserve) - 1);
}

/*
 * Magazines hold up to half of all blocks, see magazine_size(). At this size a lightly used pool
 * also keeps its reserve without a second chunk.
 */
static unsigned long reserve_size(const struct pool_layout *layout)
{
	return layout->nr_blocks / 4 + 1;
}

/**
 * pool_reserve_is_low() - check whether the worker must run
 * @pool: a pool, not native
 * @gfp: flags of the request. The first request that does not allow blocking makes the pool keep
 *	a reserve
 *
 * Context: Any; holds @pool->lock.
 * Return: true if fewer blocks are free than the reserve.
 */
bool pool_reserve_is_low(struct rhi_pool *pool, gfp_t gfp)
{
	lockdep_assert_held(&pool->lock);
	if (!gfpflags_allow_blocking(gfp) && !pool->reserve)
		pool->reserve = reserve_size(&pool->layout);
	return pool->nr_free < pool->reserve;
}

/**
 * pool_refill() - queue the worker
 * @pool: a pool, not native
 *
 * Context: Any.
 */
void pool_refill(struct rhi_pool *pool)
{
	queue_work(refill_wq, &pool->refill);
}

/**
 * pool_grow_create() - initialize the worker of a new pool
 * @pool: a pool, not native
 *
 * Context: Any.
 */
void pool_grow_create(struct rhi_pool *pool)
{
	INIT_WORK(&pool->refill, refill_worker);
}

/**
 * pool_grow_destroy() - wait for the worker of a pool
 * @pool: a pool, not native, no longer in use
 *
 * Context: Process, may sleep.
 */
void pool_grow_destroy(struct rhi_pool *pool)
{
	cancel_work_sync(&pool->refill);
}

/**
 * pool_grow_init() - create the workqueue
 *
 * Context: Process.
 * Return: %0 or %-ENOMEM.
 */
int __init pool_grow_init(void)
{
	refill_wq = alloc_workqueue("rhi_pool", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return refill_wq ? 0 : -ENOMEM;
}

/**
 * pool_grow_exit() - undo pool_grow_init(); no pool exists any more
 *
 * Context: Process.
 */
void pool_grow_exit(void)
{
	destroy_workqueue(refill_wq);
}
