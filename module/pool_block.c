// SPDX-License-Identifier: GPL-2.0-only
/*
 * A free block is in a CPU's magazine or on the stack of its chunk. Each place where a block can
 * begin has a byte of state. Freeing a block twice, or an address that is not a block, finds a
 * state other than USED and changes nothing.
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

/* For native pools: these stay empty, so each call takes the slow path. */
static DEFINE_PER_CPU(struct magazine, no_magazine) = { .lock = INIT_LOCAL_LOCK(lock) };
static struct chunk_index no_index = { .hash_shift = 31, .slots = { NULL, NULL } };

/* The masks bound the shift, so UBSAN adds no check to the fast path. */
static __always_inline size_t to_unit(const struct rhi_pool *pool, size_t offset)
{
	return offset >> (pool->layout.unit_shift & (BITS_PER_LONG - 1));
}

static __always_inline size_t to_offset(const struct rhi_pool *pool, size_t unit)
{
	return unit << (pool->layout.unit_shift & (BITS_PER_LONG - 1));
}

static __always_inline struct chunk *pool_find_chunk(const struct rhi_pool *pool, const void *vaddr)
{
	return chunk_index_find(READ_ONCE(pool->index), vaddr);
}

/* The magazine is empty. Fill it to half, plus the block for the caller. */
static void pool_refill_magazine(struct rhi_pool *pool, struct magazine *magazine, gfp_t gfp)
{
	bool low;

	spin_lock(&pool->lock);
	magazine_fill(pool, magazine, pool->magazine_size / 2 + 1);
	low = pool_reserve_is_low(pool, gfp);
	spin_unlock(&pool->lock);

	if (low)
		pool_refill(pool);
}

static __always_inline void *pool_take(const struct rhi_pool *pool, struct magazine *magazine,
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
	/* The task may have moved to another CPU meanwhile. */
	if (!magazine->nr)
		pool_refill_magazine(pool, magazine, gfp);
	return magazine->nr ? pool_take(pool, magazine, handle) : NULL;
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
 * rhi_pool_alloc() - allocate a block, as dma_pool_alloc() does
 * @pool: a pool
 * @gfp: GFP flags. If they do not allow blocking, no memory is converted: the block comes from
 *	memory already shared, from a reserve that a worker refills, or from the kernel's pool
 *	for atomic requests
 * @handle: set to the DMA address of the block
 *
 * Context: Any that @gfp allows.
 * Return: The block, zeroed if @gfp or init_on_alloc= asks for it; NULL if none is available.
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
	vaddr = pool_take(pool, magazine, handle);
	local_unlock_irqrestore(&pool->magazines->lock, flags);

	if (want_init_on_alloc(gfp))
		return memset(vaddr, 0, pool->layout.size);
	return vaddr;
}
EXPORT_SYMBOL_GPL(rhi_pool_alloc);

/* Not a used block of a chunk: a block of the native pool, or an invalid free. */
static noinline void free_other(struct rhi_pool *pool, const void *vaddr, dma_addr_t dma)
{
	struct chunk *chunk = pool_find_chunk(pool, vaddr);
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
	/* The task may have moved to another CPU meanwhile. */
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
 * rhi_pool_free() - free a block, as dma_pool_free() does
 * @pool: the pool it was allocated from
 * @vaddr: from rhi_pool_alloc()
 * @dma: its DMA address
 *
 * Anything that is not a used block of @pool is reported and ignored.
 *
 * Context: Any.
 */
void rhi_pool_free(struct rhi_pool *pool, void *vaddr, dma_addr_t dma)
{
	struct magazine *magazine;
	size_t offset, unit;
	unsigned long flags;
	struct chunk *chunk;

	chunk = pool_find_chunk(pool, vaddr);
	if (unlikely(!chunk))
		goto bad;
	offset = vaddr - chunk->vaddr;
	if (unlikely(offset & pool->unit_mask || dma != chunk->dma + offset))
		goto bad;
	unit = to_unit(pool, offset);
	/*
	 * Only one of two concurrent frees of a block succeeds. Relaxed: the locks below order
	 * the block's content.
	 */
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
 * blocks_create_native() - initialize a pool that wraps a pool of the kernel
 * @pool: the pool, with @native set
 *
 * Context: Any.
 */
void blocks_create_native(struct rhi_pool *pool)
{
	pool->magazines = &no_magazine;
	pool->index = &no_index;
}

/**
 * blocks_create() - initialize a pool that shares memory
 * @pool: the pool, with its layout set. No memory is shared yet: the driver may still have to
 *	set its DMA mask
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
		/* A device may still write to these blocks. */
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
 * blocks_destroy() - undo blocks_create() and free all memory
 * @pool: the pool, not native, no longer in use
 *
 * Context: Process, may sleep.
 */
void blocks_destroy(struct rhi_pool *pool)
{
	struct chunk_index *index, *older;

	/* Stop the refill worker first: it collects blocks from magazines. */
	pool_grow_destroy(pool);
	magazines_destroy(pool);
	free_chunks(pool);
	for (index = pool->index; index; index = older) {
		older = index->older;
		kvfree(index);
	}
}
