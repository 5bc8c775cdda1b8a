// SPDX-License-Identifier: GPL-2.0-only
/*
 * A free block is in the magazine of a CPU, or on the stack of its chunk. A byte of state
 * for each place where a block may begin tells a block from all else: freeing something
 * twice, or something that was never allocated, finds no state USED and changes nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "pool_block.h"
#include "pool_chunk.h"
#include "pool_grow.h"
#include "pool_magazine.h"
#include "trace.h"

/* A pool of the kernel's behind a pool of ours: nothing is ever in these. */
static DEFINE_PER_CPU(struct magazine, no_magazine) = { .lock = INIT_LOCAL_LOCK(lock) };
static struct chunk_index no_index = { .hash_shift = 31, .slots = { NULL, NULL } };

/* The masks say what is known, and so spare UBSAN its checks on the way of every block. */
static __always_inline size_t to_unit(const struct rhi_pool *pool, size_t offset)
{
	return offset >> (pool->layout.unit_shift & (BITS_PER_LONG - 1));
}

static __always_inline size_t to_offset(const struct rhi_pool *pool, size_t unit)
{
	return unit << (pool->layout.unit_shift & (BITS_PER_LONG - 1));
}

static __always_inline struct chunk *find_chunk(const struct rhi_pool *pool, const void *vaddr)
{
	return chunk_index_find(READ_ONCE(pool->index), vaddr);
}

/* The magazine is empty. What is taken beside the caller's block fills half of it. */
static void refill(struct rhi_pool *pool, struct magazine *magazine, gfp_t gfp)
{
	bool low;

	spin_lock(&pool->lock);
	magazine_fill(pool, magazine, pool->magazine_size / 2 + 1);
	low = pool_reserve_is_low(pool, gfp);
	spin_unlock(&pool->lock);

	if (low)
		pool_refill(pool);
}

/* Mark the magazine's last block as used. */
static __always_inline void *take(const struct rhi_pool *pool, struct magazine *magazine,
				  dma_addr_t *handle)
{
	const struct block block = magazine->blocks[--magazine->nr];
	const size_t offset = to_offset(pool, block.unit);

	WRITE_ONCE(block.chunk->state[block.unit], USED);
	*handle = block.chunk->dma + offset;
	return block.chunk->vaddr + offset;
}

static void *try_slow(struct rhi_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	struct magazine *magazine;

	guard(local_lock_irqsave)(&pool->magazines->lock);
	magazine = this_cpu_ptr(pool->magazines);
	/* On another CPU by now, perhaps. */
	if (!magazine->nr)
		refill(pool, magazine, gfp);
	return magazine->nr ? take(pool, magazine, handle) : NULL;
}

static noinline void *alloc_slow(struct rhi_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	void *vaddr;

	if (pool->native)
		return dma_pool_alloc(pool->native, gfp, handle);
	while (!(vaddr = try_slow(pool, gfp, handle))) {
		if (!pool_grow(pool, gfp, 0))
			continue;
		if (!gfpflags_allow_blocking(gfp)) {
			guard(spinlock_irqsave)(&pool->lock);
			pool->atomic_misses++;
		}
		return NULL;
	}
	if (want_init_on_alloc(gfp))
		memset(vaddr, 0, pool->layout.size);
	return vaddr;
}

/**
 * rhi_pool_alloc() - get a block, as dma_pool_alloc() does
 * @pool: a pool
 * @gfp: GFP flags. Without blocking nothing is converted: what was shared before, a reserve
 *	that a worker refills, and the kernel's pool for atomic requests are all that there is
 * @handle: the block's DMA address goes here
 *
 * Context: Any, if @gfp fits it.
 * Return: The block, zeroed if @gfp or the kernel's init_on_alloc= says so; NULL if there is none.
 */
void *rhi_pool_alloc(struct rhi_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	struct magazine *magazine;
	unsigned long flags;
	void *vaddr;

	might_alloc(gfp);

	local_lock_irqsave(&pool->magazines->lock, flags);
	magazine = this_cpu_ptr(pool->magazines);
	if (unlikely(!magazine->nr)) {
		local_unlock_irqrestore(&pool->magazines->lock, flags);
		return alloc_slow(pool, gfp, handle);
	}
	vaddr = take(pool, magazine, handle);
	local_unlock_irqrestore(&pool->magazines->lock, flags);

	if (want_init_on_alloc(gfp))
		return memset(vaddr, 0, pool->layout.size);
	return vaddr;
}
EXPORT_SYMBOL_GPL(rhi_pool_alloc);

/* No block of a chunk: of the kernel's pool then, or of nobody. */
static noinline void free_other(struct rhi_pool *pool, const void *vaddr, dma_addr_t dma)
{
	struct chunk *chunk = find_chunk(pool, vaddr);
	size_t offset = chunk ? vaddr - chunk->vaddr : 0;
	const char *what = "is free already";

	if (pool->native) {
		dma_pool_free(pool->native, (void *)vaddr, dma);
		return;
	}
	if (!chunk)
		what = "is not of this pool";
	else if (offset & pool->unit_mask ||
		 READ_ONCE(chunk->state[to_unit(pool, offset)]) == NO_BLOCK)
		what = "is not where a block begins";
	else if (dma != chunk->dma + offset)
		what = "does not belong to this DMA address";
	granule_count_bad_free();
	dev_err_ratelimited(pool->dev, "rhi_pool_free %s, %p/%pad: %s: ignored\n",
			    pool->name, vaddr, &dma, what);
}

static noinline void put_slow(struct rhi_pool *pool, struct chunk *chunk, size_t unit)
{
	struct magazine *magazine;

	guard(local_lock_irqsave)(&pool->magazines->lock);
	magazine = this_cpu_ptr(pool->magazines);
	/* On another CPU by now, perhaps. */
	if (magazine->nr >= pool->magazine_size) {
		guard(spinlock)(&pool->lock);
		magazine_drain(pool, magazine, pool->magazine_size / 2);
	}
	magazine->blocks[magazine->nr++] = (struct block){ chunk, unit };
}

static noinline void wipe_and_put(struct rhi_pool *pool, struct chunk *chunk, size_t unit)
{
	memset(chunk->vaddr + to_offset(pool, unit), 0, pool->layout.size);
	put_slow(pool, chunk, unit);
}

/**
 * rhi_pool_free() - give a block back, as dma_pool_free() does
 * @pool: the pool that it is of
 * @vaddr: from rhi_pool_alloc()
 * @dma: its DMA address
 *
 * What is no block of @pool in use is reported, and changes nothing.
 *
 * Context: Any.
 */
void rhi_pool_free(struct rhi_pool *pool, void *vaddr, dma_addr_t dma)
{
	struct magazine *magazine;
	size_t offset, unit;
	unsigned long flags;
	struct chunk *chunk;

	chunk = find_chunk(pool, vaddr);
	if (unlikely(!chunk))
		goto bad;
	offset = vaddr - chunk->vaddr;
	if (unlikely(offset & pool->unit_mask || dma != chunk->dma + offset))
		goto bad;
	unit = to_unit(pool, offset);
	/* One of two that free the same block loses. What is in it passes on by the locks below. */
	if (unlikely(cmpxchg_relaxed(&chunk->state[unit], USED, FREE) != USED))
		goto bad;
	if (want_init_on_free()) {
		wipe_and_put(pool, chunk, unit);
		return;
	}

	local_lock_irqsave(&pool->magazines->lock, flags);
	magazine = this_cpu_ptr(pool->magazines);
	if (unlikely(magazine->nr >= pool->magazine_size)) {
		local_unlock_irqrestore(&pool->magazines->lock, flags);
		put_slow(pool, chunk, unit);
		return;
	}
	magazine->blocks[magazine->nr++] = (struct block){ chunk, unit };
	local_unlock_irqrestore(&pool->magazines->lock, flags);
	return;
bad:
	free_other(pool, vaddr, dma);
}
EXPORT_SYMBOL_GPL(rhi_pool_free);

/**
 * blocks_create_native() - get a new pool ready that stands for one of the kernel's
 * @pool: the pool, its native one filled in
 *
 * Context: Any.
 */
void blocks_create_native(struct rhi_pool *pool)
{
	pool->magazines = &no_magazine;
	pool->index = &no_index;
}

/**
 * blocks_create() - get a new pool ready to give out blocks
 * @pool: the pool, its layout filled in. No memory is shared yet: its driver may not have
 *	set its mask
 *
 * Context: Process, may sleep.
 * Return: %0 or %-ENOMEM.
 */
int blocks_create(struct rhi_pool *pool)
{
	spin_lock_init(&pool->lock);
	pool->unit_mask = (1UL << pool->layout.unit_shift) - 1;
	pool->index = chunk_index_make(1, pool->node, GFP_KERNEL);
	if (!pool->index)
		return -ENOMEM;
	if (magazines_create(pool)) {
		kvfree(pool->index);
		return -ENOMEM;
	}
	pool_grow_create(pool);
	return 0;
}

static void free_chunks(struct rhi_pool *pool)
{
	struct chunk *chunk, *older;
	bool busy = false;

	for (chunk = pool->chunks; chunk; chunk = older) {
		/* A device may still write there. */
		const bool used = chunk->nr_free != chunk->nr_blocks;

		older = chunk->older;
		trace_pool_shrink(pool->dev, pool->name, chunk->size, --pool->nr_chunks);
		busy |= used;
		chunk_discard(chunk, pool->dev, used);
	}
	if (busy)
		dev_err(pool->dev, "rhi_pool_destroy %s busy: the blocks in use stay shared and are leaked\n",
			pool->name);
}

/**
 * blocks_destroy() - undo blocks_create(), and give all memory back
 * @pool: the pool, not native. Nobody uses it any more
 *
 * Context: Process, may sleep.
 */
void blocks_destroy(struct rhi_pool *pool)
{
	struct chunk_index *index, *older;

	/* The refill worker collects blocks: it goes first. */
	pool_grow_destroy(pool);
	magazines_destroy(pool);
	free_chunks(pool);
	for (index = pool->index; index; index = older) {
		older = index->older;
		kvfree(index);
	}
}
