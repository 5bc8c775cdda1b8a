// SPDX-License-Identifier: GPL-2.0-only
/*
 * A free block is in the magazine of a CPU, or on the stack of its chunk. A byte of state
 * for each place where a block may begin tells a block from all else: freeing something
 * twice, or something that was never allocated, finds no state USED and changes nothing.
 *
 * No lock is held while memory is allocated or converted.
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
#include "pages.h"
#include "trace.h"

static struct workqueue_struct *refill_wq, *drain_wq;

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

/* Move blocks to the stacks of their chunks, until @keep are left. */
static void drain(struct rhi_pool *pool, struct magazine *magazine, unsigned long keep)
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

/* Move blocks from the stacks of chunks to an empty magazine: @want, if there are so many. */
static void fill(struct rhi_pool *pool, struct magazine *magazine, unsigned long want)
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
	drain(pool, this_cpu_ptr(pool->magazines), 0);
}

/**
 * blocks_in_magazines() - how many free blocks are in magazines?
 * @pool: a pool, not native
 *
 * They are read while they are in use: the sum may never have been true.
 *
 * Context: Any.
 * Return: Their number, about.
 */
unsigned long blocks_in_magazines(const struct rhi_pool *pool)
{
	unsigned long nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		nr += READ_ONCE(per_cpu_ptr(pool->magazines, cpu)->nr);
	return nr;
}

/*
 * A chunk of large blocks has few of them: before another one is shared, what lies in the
 * magazines of other CPUs is used.
 */
static void collect(struct rhi_pool *pool)
{
	int cpu;

	if (2 * blocks_in_magazines(pool) <= pool->layout.nr_blocks)
		return;
	for_each_online_cpu(cpu) {
		struct magazine *magazine = per_cpu_ptr(pool->magazines, cpu);

		if (READ_ONCE(magazine->nr))
			queue_work_on(cpu, drain_wq, &magazine->drain);
	}
	for_each_possible_cpu(cpu)
		flush_work(&per_cpu_ptr(pool->magazines, cpu)->drain);
}

/*
 * Magazines of all CPUs hold no more than half of the blocks that there are; but one, for
 * pairs of alloc and free.
 */
static unsigned long magazine_size(unsigned long nr_blocks)
{
	return clamp(nr_blocks / (2 * num_possible_cpus()), 1UL, (unsigned long)MAGAZINE_MAX);
}

/* Returns false if the index has no room for it. */
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
		/* Another task may have been faster. */
		if (chunk_index_has_room(pool->index, pool->nr_chunks) ||
		    !chunk_index_has_room(index, pool->nr_chunks))
			break;
		for (struct chunk *chunk = pool->chunks; chunk; chunk = chunk->older)
			chunk_index_insert(index, chunk);
		index->older = pool->index;
		/* Pairs with find_chunk(): it was filled before. */
		smp_store_release(&pool->index, index);
		index = NULL;
	}
	kvfree(index);
	return 0;
}

/* Add a chunk, unless more than @enough blocks are free. */
static int grow(struct rhi_pool *pool, gfp_t gfp, unsigned long enough)
{
	struct chunk *chunk;
	int err;

	/* Zeroed is what is handed out, not what is added. */
	gfp &= ~__GFP_ZERO;
	if (gfpflags_allow_blocking(gfp))
		collect(pool);
	if (READ_ONCE(pool->nr_free) > enough)
		return 0;

	/* First, for what is borrowed cannot be given back where interrupts are off. */
	if (!chunk_index_has_room(READ_ONCE(pool->index), READ_ONCE(pool->nr_chunks))) {
		err = enlarge_index(pool, gfp);
		if (err)
			return err;
	}
	chunk = chunk_make(pool->dev, pool->name, &pool->layout, pool->node, gfp);
	if (IS_ERR(chunk)) {
		if (PTR_ERR(chunk) != -ENOMEM)
			dev_err_ratelimited(pool->dev, "pool %s: no memory could be shared (%pe): see /sys/kernel/debug/rhi/pools\n",
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

	/* It may serve the device that memory is written out to. */
	grow(pool, GFP_NOIO | __GFP_NOWARN, READ_ONCE(pool->reserve) - 1);
}

/*
 * Magazines hold up to half of all blocks, see magazine_size(): so a pool of which little is
 * in use keeps this free too without a second chunk.
 */
static unsigned long reserve_size(const struct pool_layout *layout)
{
	return layout->nr_blocks / 4 + 1;
}

/* The magazine is empty. What is taken beside the caller's block fills half of it. */
static void refill(struct rhi_pool *pool, struct magazine *magazine, gfp_t gfp)
{
	bool low;

	spin_lock(&pool->lock);
	fill(pool, magazine, pool->magazine_size / 2 + 1);
	if (!gfpflags_allow_blocking(gfp) && !pool->reserve)
		pool->reserve = reserve_size(&pool->layout);
	low = pool->nr_free < pool->reserve;
	spin_unlock(&pool->lock);

	if (low)
		queue_work(refill_wq, &pool->refill);
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
		if (!grow(pool, gfp, 0))
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
	dev_err_ratelimited(pool->dev, "rhi_pool_free %s, %p/%pad: %s: nothing was freed\n",
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
		drain(pool, magazine, pool->magazine_size / 2);
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
 * blocks_cpu_dead() - use the blocks of a CPU that went offline
 * @pool: a pool, not native
 * @cpu: the CPU
 *
 * Context: Any.
 */
void blocks_cpu_dead(struct rhi_pool *pool, unsigned int cpu)
{
	guard(spinlock_irqsave)(&pool->lock);
	drain(pool, per_cpu_ptr(pool->magazines, cpu), 0);
}

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
	int cpu;

	spin_lock_init(&pool->lock);
	INIT_WORK(&pool->refill, refill_worker);
	pool->unit_mask = (1UL << pool->layout.unit_shift) - 1;
	pool->magazine_size = 1;
	pool->index = chunk_index_make(1, pool->node, GFP_KERNEL);
	if (!pool->index)
		return -ENOMEM;
	pool->magazines = __alloc_percpu(struct_size_t(struct magazine, blocks, MAGAZINE_MAX),
					 __alignof__(struct magazine));
	if (!pool->magazines) {
		kvfree(pool->index);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		struct magazine *magazine = per_cpu_ptr(pool->magazines, cpu);

		local_lock_init(&magazine->lock);
		magazine->pool = pool;
		INIT_WORK(&magazine->drain, drain_worker);
	}
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
		dev_err(pool->dev, "rhi_pool_destroy %s busy: what is in use stays shared, and is leaked\n",
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
	int cpu;

	/* The refill worker may wait for drain workers: it goes first. */
	cancel_work_sync(&pool->refill);
	for_each_possible_cpu(cpu) {
		cancel_work_sync(&per_cpu_ptr(pool->magazines, cpu)->drain);
		blocks_cpu_dead(pool, cpu);
	}
	free_chunks(pool);
	for (index = pool->index; index; index = older) {
		older = index->older;
		kvfree(index);
	}
	free_percpu(pool->magazines);
}

/**
 * blocks_init() - get ready
 *
 * Context: Process.
 * Return: %0 or %-ENOMEM.
 */
int __init blocks_init(void)
{
	refill_wq = alloc_workqueue("rhi_pool", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!refill_wq)
		return -ENOMEM;
	drain_wq = alloc_workqueue("rhi_pool_drain", WQ_PERCPU | WQ_MEM_RECLAIM, 0);
	if (drain_wq)
		return 0;
	destroy_workqueue(refill_wq);
	return -ENOMEM;
}

/**
 * blocks_exit() - undo blocks_init(); there is no pool any more
 *
 * Context: Process.
 */
void blocks_exit(void)
{
	destroy_workqueue(drain_wq);
	destroy_workqueue(refill_wq);
}
