// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dma_pool over shared granules. The kernel's keeps its free list in the blocks, where the
 * host can rewrite it and choose what the next allocation returns; here the host can write
 * the blocks alone, and everything that is decided on stands in protected memory.
 *
 * A free block is in the magazine of a CPU, or on the stack of its chunk. A byte of state
 * for each place where a block may begin tells a block from all else: freeing something
 * twice, or something that was never allocated, finds no state USED and changes nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/dma-direct.h>
#include <linux/dmapool.h>
#include <linux/hash.h>
#include <linux/local_lock.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <rhi_pool.h>

#include "granule.h"
#include "hostconf.h"
#include "pool.h"
#include "pool_chunk.h"
#include "trace.h"

/**
 * struct block - a free block
 * @vaddr: where it is
 * @dma: where it is for the device
 * @chunk: what it is of
 * @unit: at which unit of @chunk it begins
 */
struct block {
	void *vaddr;
	dma_addr_t dma;
	struct chunk *chunk;
	size_t unit;
};

#define MAGAZINE_MAX	64

struct magazine {
	local_lock_t lock;
	unsigned long nr;
	struct block blocks[];
};

/**
 * struct rhi_pool - a pool
 * @magazines: per CPU
 * @magazine_size: blocks that a magazine holds
 * @unit_mask: bits of an offset that are 0 where a block can begin
 * @index: of all chunks
 * @layout: how a chunk is cut
 * @native: the kernel's own pool, for a device whose memory need not be shared; else NULL
 * @lock: protects all from here to @atomic_misses
 * @chunks: all, the youngest first
 * @partial: those with free blocks; blocks are taken from the first one
 * @nr_chunks: all
 * @nr_free: blocks on the stacks of chunks
 * @reserve: blocks that a worker keeps free for GFP_ATOMIC, once there was such a request
 * @atomic_misses: GFP_ATOMIC requests that found nothing
 * @grow_lock: one conversion at a time, so that two that find nothing share one chunk
 * @refill: the worker
 * @dev: whose
 * @node: NUMA node for metadata
 * @list: of all pools
 * @name: for people
 */
struct rhi_pool {
	struct magazine __percpu *magazines;
	unsigned long magazine_size;
	size_t unit_mask;
	struct chunk_index *index;
	struct pool_layout layout;
	struct dma_pool *native;

	spinlock_t lock;	/* see above */
	struct chunk *chunks, *partial;
	unsigned int nr_chunks;
	unsigned long nr_free;
	unsigned long reserve;
	unsigned long atomic_misses;

	struct mutex grow_lock;	/* see above */
	struct work_struct refill;
	struct device *dev;
	int node;
	struct list_head list;
	char name[32];
};

static DEFINE_MUTEX(pools_lock);
static LIST_HEAD(pools);
static struct workqueue_struct *refill_wq;

/* The masks say what is known, and so spare UBSAN its checks on the way of every free. */
static __always_inline size_t to_unit(const struct rhi_pool *pool, size_t offset)
{
	return offset >> (pool->layout.unit_shift & (BITS_PER_LONG - 1));
}

static __always_inline struct block block_at(const struct rhi_pool *pool, struct chunk *chunk,
					     size_t unit)
{
	const size_t offset = unit << (pool->layout.unit_shift & (BITS_PER_LONG - 1));

	return (struct block){ chunk->mem.vaddr + offset, chunk->dma + offset, chunk, unit };
}

static __always_inline struct chunk *find_chunk(const struct rhi_pool *pool, const void *vaddr)
{
	return chunk_index_find(READ_ONCE(pool->index), vaddr);
}

/* Add a chunk unless another task did, or more than @enough blocks are free. */
static int grow(struct rhi_pool *pool, gfp_t gfp, unsigned long enough)
{
	struct chunk_index *index;
	struct chunk *chunk;

	/* Granules do not come from a zone of the caller's choice. */
	gfp &= ~(__GFP_ZERO | __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM);

	guard(mutex)(&pool->grow_lock);
	if (READ_ONCE(pool->nr_free) > enough)
		return 0;

	index = chunk_index_larger(pool->index, pool->nr_chunks, pool->layout.chunk_size,
				   pool->node, gfp);
	if (IS_ERR(index))
		return PTR_ERR(index);
	chunk = chunk_make(pool->dev, pool->name, &pool->layout, pool->node, gfp);
	if (IS_ERR(chunk)) {
		kvfree(index);
		return PTR_ERR(chunk);
	}
	trace_pool_grow(pool->dev, pool->name, pool->layout.chunk_size, pool->nr_chunks + 1);

	guard(spinlock_irqsave)(&pool->lock);
	if (index) {
		for (struct chunk *old = pool->chunks; old; old = old->older)
			chunk_index_insert(index, old);
		index->older = pool->index;
		/* Pairs with find_chunk(): it was filled before. */
		smp_store_release(&pool->index, index);
	}
	chunk_index_insert(pool->index, chunk);
	chunk->older = pool->chunks;
	pool->chunks = chunk;
	chunk->next = pool->partial;
	pool->partial = chunk;
	pool->nr_chunks++;
	pool->nr_free += chunk->nr_free;
	return 0;
}

static void refill_worker(struct work_struct *work)
{
	struct rhi_pool *pool = container_of(work, struct rhi_pool, refill);

	/* It may serve the device that memory is written out to. */
	grow(pool, GFP_NOIO | __GFP_NOWARN, pool->reserve - 1);
}

/* Move blocks to the stacks of their chunks, until @keep are left. */
static void drain(struct rhi_pool *pool, struct magazine *magazine, unsigned long keep)
{
	lockdep_assert_held(&pool->lock);
	pool->nr_free += magazine->nr - keep;
	while (magazine->nr > keep) {
		const struct block *block = &magazine->blocks[--magazine->nr];
		struct chunk *chunk = block->chunk;

		if (!chunk->nr_free) {
			chunk->next = pool->partial;
			pool->partial = chunk;
		}
		chunk->stack[chunk->nr_free++] = block->unit;
	}
}

/* Move blocks from the stacks of chunks to an empty magazine: @want, if there are so many. */
static void fill(struct rhi_pool *pool, struct magazine *magazine, unsigned long want)
{
	struct chunk *chunk;

	lockdep_assert_held(&pool->lock);
	while (magazine->nr < want && (chunk = pool->partial)) {
		const size_t unit = chunk->stack[--chunk->nr_free];

		magazine->blocks[magazine->nr++] = block_at(pool, chunk, unit);
		if (!chunk->nr_free)
			pool->partial = chunk->next;
	}
	pool->nr_free -= magazine->nr;
}

/*
 * Magazines hold up to half a chunk, see magazine_size(): so a pool of which little is in use
 * keeps this free too without a second chunk.
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
	if (!gfpflags_allow_blocking(gfp)) {
		if (!pool->reserve)
			pool->reserve = reserve_size(&pool->layout);
		if (!magazine->nr)
			pool->atomic_misses++;
	}
	low = pool->nr_free < pool->reserve;
	spin_unlock(&pool->lock);

	if (low)
		queue_work(refill_wq, &pool->refill);
}

/* Mark the magazine's last block as used. */
static __always_inline void *take(struct magazine *magazine, dma_addr_t *handle)
{
	const struct block *block = &magazine->blocks[--magazine->nr];

	WRITE_ONCE(block->chunk->state[block->unit], USED);
	*handle = block->dma;
	return block->vaddr;
}

static noinline void *alloc_slow(struct rhi_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	unsigned long flags;
	void *vaddr = NULL;

	for (;;) {
		struct magazine *magazine;

		local_lock_irqsave(&pool->magazines->lock, flags);
		magazine = this_cpu_ptr(pool->magazines);
		/* On another CPU by now, perhaps. */
		if (!magazine->nr)
			refill(pool, magazine, gfp);
		if (magazine->nr)
			vaddr = take(magazine, handle);
		local_unlock_irqrestore(&pool->magazines->lock, flags);

		if (vaddr)
			break;
		if (!gfpflags_allow_blocking(gfp) || grow(pool, gfp, 0))
			return NULL;
	}
	if (want_init_on_alloc(gfp))
		memset(vaddr, 0, pool->layout.size);
	return vaddr;
}

/**
 * rhi_pool_alloc() - get a block, as dma_pool_alloc() does
 * @pool: a pool
 * @gfp: GFP flags. Without blocking nothing is converted: what was shared before, and a
 *	reserve that a worker refills, is all that there is
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

	if (unlikely(pool->native))
		return dma_pool_alloc(pool->native, gfp, handle);
	might_alloc(gfp);

	local_lock_irqsave(&pool->magazines->lock, flags);
	magazine = this_cpu_ptr(pool->magazines);
	if (unlikely(!magazine->nr)) {
		local_unlock_irqrestore(&pool->magazines->lock, flags);
		return alloc_slow(pool, gfp, handle);
	}
	vaddr = take(magazine, handle);
	local_unlock_irqrestore(&pool->magazines->lock, flags);

	if (want_init_on_alloc(gfp))
		memset(vaddr, 0, pool->layout.size);
	return vaddr;
}
EXPORT_SYMBOL_GPL(rhi_pool_alloc);

static noinline void report_bad_free(struct rhi_pool *pool, const void *vaddr, dma_addr_t dma)
{
	struct chunk *chunk = find_chunk(pool, vaddr);
	size_t offset = chunk ? vaddr - chunk->mem.vaddr : 0;
	const char *what = "is free already";

	if (!chunk)
		what = "is not of this pool";
	else if (offset & pool->unit_mask ||
		 READ_ONCE(chunk->state[to_unit(pool, offset)]) == NO_BLOCK)
		what = "is not where a block begins";
	else if (dma != chunk->dma + offset)
		what = "does not belong to this DMA address";
	dev_err(pool->dev, "rhi_pool_free %s, %p/%pad: %s: nothing was freed\n", pool->name, vaddr,
		&dma, what);
}

static noinline void put_slow(struct rhi_pool *pool, struct chunk *chunk, size_t unit)
{
	struct magazine *magazine;

	guard(local_lock_irqsave)(&pool->magazines->lock);
	magazine = this_cpu_ptr(pool->magazines);
	/* On another CPU by now, perhaps. */
	if (magazine->nr == pool->magazine_size) {
		guard(spinlock)(&pool->lock);
		drain(pool, magazine, pool->magazine_size / 2);
	}
	magazine->blocks[magazine->nr++] = block_at(pool, chunk, unit);
}

static noinline void wipe_and_put(struct rhi_pool *pool, struct chunk *chunk, size_t unit)
{
	memset(block_at(pool, chunk, unit).vaddr, 0, pool->layout.size);
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

	if (unlikely(pool->native)) {
		dma_pool_free(pool->native, vaddr, dma);
		return;
	}

	chunk = find_chunk(pool, vaddr);
	if (unlikely(!chunk))
		goto bad;
	offset = vaddr - chunk->mem.vaddr;
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
	if (unlikely(magazine->nr == pool->magazine_size)) {
		local_unlock_irqrestore(&pool->magazines->lock, flags);
		put_slow(pool, chunk, unit);
		return;
	}
	magazine->blocks[magazine->nr++] = (struct block){ vaddr, dma, chunk, unit };
	local_unlock_irqrestore(&pool->magazines->lock, flags);
	return;
bad:
	report_bad_free(pool, vaddr, dma);
}
EXPORT_SYMBOL_GPL(rhi_pool_free);

/*
 * So many that the magazines of all CPUs together hold no more than half a chunk; but at
 * least one, for pairs of alloc and free.
 */
static unsigned int magazine_size(const struct pool_layout *layout)
{
	return clamp(layout->nr_blocks / (2 * num_possible_cpus()), 1U, (unsigned int)MAGAZINE_MAX);
}

static void discard(struct rhi_pool *pool)
{
	struct chunk_index *index, *older;

	for (index = pool->index; index; index = older) {
		older = index->older;
		kvfree(index);
	}
	free_percpu(pool->magazines);
	kfree(pool);
}

static bool init_native(struct rhi_pool *pool, size_t size, size_t align, size_t boundary)
{
	pool->native = dma_pool_create(pool->name, pool->dev, size, align, boundary);
	return pool->native;
}

static bool init_shared(struct rhi_pool *pool)
{
	int cpu, err;

	pool->magazine_size = magazine_size(&pool->layout);
	pool->magazines = __alloc_percpu(struct_size(pool->magazines, blocks, pool->magazine_size),
					 __alignof__(struct magazine));
	if (!pool->magazines)
		return false;
	for_each_possible_cpu(cpu)
		local_lock_init(&per_cpu_ptr(pool->magazines, cpu)->lock);

	/* The first request may be atomic, and an atomic request converts nothing. */
	err = grow(pool, GFP_KERNEL, 0);
	if (err)
		dev_err(pool->dev, "rhi_pool_create %s: no memory could be shared (%pe): see /sys/kernel/debug/rhi\n",
			pool->name, ERR_PTR(err));
	return !err;
}

/**
 * rhi_pool_create_node() - make a pool, as dma_pool_create_node() does
 * @name: for people
 * @dev: the device that does the DMA
 * @size: bytes of a block
 * @align: bytes, a power of two, or 0
 * @boundary: bytes, a power of two that no block crosses, or 0
 * @node: NUMA node of the metadata; blocks are near @dev
 *
 * One chunk is shared at once, for requests that must not block. For a device whose memory
 * need not be shared it is the kernel's own dma_pool in all but name.
 *
 * Context: Process, may sleep.
 * Return: The pool; NULL for what dma_pool_create() refuses, a block larger than
 *	granule_max_size(), without memory, or if nothing can be shared (the log says why).
 */
struct rhi_pool *rhi_pool_create_node(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary, int node)
{
	struct rhi_pool *pool;
	bool shares, good;

	if (!dev)
		return NULL;
	pool = kzalloc_node(sizeof(*pool), GFP_KERNEL, node);
	if (!pool)
		return NULL;
	pool->dev = dev;
	pool->node = node;
	strscpy(pool->name, name);
	spin_lock_init(&pool->lock);
	mutex_init(&pool->grow_lock);
	INIT_WORK(&pool->refill, refill_worker);

	shares = granule_dev_shares(dev);
	if (shares && !hostconf.granule) {
		dev_err(dev, "rhi_pool_create %s: the host's granule is not known: %s\n", name,
			hostconf_meaning());
		good = false;
	} else if (shares) {
		good = pool_layout_init(&pool->layout, size, align, boundary, hostconf.granule,
					granule_max_size());
		if (good) {
			pool->unit_mask = (1UL << pool->layout.unit_shift) - 1;
			good = init_shared(pool);
		}
	} else {
		good = init_native(pool, size, align, boundary);
	}
	if (!good) {
		discard(pool);
		return NULL;
	}

	guard(mutex)(&pools_lock);
	list_add_tail(&pool->list, &pools);
	return pool;
}
EXPORT_SYMBOL_GPL(rhi_pool_create_node);

static void flush_magazines(struct rhi_pool *pool)
{
	int cpu;

	guard(spinlock_irqsave)(&pool->lock);
	for_each_possible_cpu(cpu)
		drain(pool, per_cpu_ptr(pool->magazines, cpu), 0);
}

static void free_chunks(struct rhi_pool *pool)
{
	struct chunk *chunk, *older;
	bool busy = false;

	for (chunk = pool->chunks; chunk; chunk = older) {
		/* A device may still write there. */
		const bool used = chunk->nr_free != pool->layout.nr_blocks;

		older = chunk->older;
		trace_pool_shrink(pool->dev, pool->name, pool->layout.chunk_size,
				  --pool->nr_chunks);
		busy |= used;
		chunk_discard(chunk, used);
	}
	if (busy)
		dev_err(pool->dev, "rhi_pool_destroy %s busy: what is in use stays shared, and is leaked\n",
			pool->name);
}

/**
 * rhi_pool_destroy() - give a pool's memory back, as dma_pool_destroy() does
 * @pool: a pool, or NULL. Nobody uses it any more
 *
 * Blocks that are in use are reported; their chunks stay shared for good.
 *
 * Context: Process, may sleep.
 */
void rhi_pool_destroy(struct rhi_pool *pool)
{
	if (!pool)
		return;
	scoped_guard(mutex, &pools_lock)
		list_del(&pool->list);

	dma_pool_destroy(pool->native);
	if (!pool->native) {
		cancel_work_sync(&pool->refill);
		flush_magazines(pool);
		free_chunks(pool);
	}
	discard(pool);
}
EXPORT_SYMBOL_GPL(rhi_pool_destroy);

static void destroy_action(void *pool)
{
	rhi_pool_destroy(pool);
}

/**
 * rhim_pool_create() - a pool that goes when the driver leaves its device
 * @name: for people
 * @dev: the device that does the DMA
 * @size: bytes of a block
 * @align: bytes, a power of two, or 0
 * @boundary: bytes, a power of two that no block crosses, or 0
 *
 * Context: Process, may sleep.
 * Return: As rhi_pool_create_node().
 */
struct rhi_pool *rhim_pool_create(const char *name, struct device *dev, size_t size,
				  size_t align, size_t boundary)
{
	struct rhi_pool *pool = rhi_pool_create(name, dev, size, align, boundary);

	if (!pool || devm_add_action_or_reset(dev, destroy_action, pool))
		return NULL;
	return pool;
}
EXPORT_SYMBOL_GPL(rhim_pool_create);

/**
 * rhim_pool_destroy() - destroy a pool of rhim_pool_create() early
 * @pool: the pool
 *
 * Context: Process, may sleep.
 */
void rhim_pool_destroy(struct rhi_pool *pool)
{
	devm_release_action(pool->dev, destroy_action, pool);
}
EXPORT_SYMBOL_GPL(rhim_pool_destroy);

static void show_pool(struct seq_file *s, struct rhi_pool *pool)
{
	unsigned long nr_free, total, misses;
	int cpu;

	if (pool->native) {
		seq_printf(s, "%s - - - - - - native %s\n", dev_name(pool->dev), pool->name);
		return;
	}
	scoped_guard(spinlock_irqsave, &pool->lock) {
		total = (unsigned long)pool->nr_chunks * pool->layout.nr_blocks;
		nr_free = pool->nr_free;
		misses = pool->atomic_misses;
	}
	for_each_possible_cpu(cpu)
		nr_free += READ_ONCE(per_cpu_ptr(pool->magazines, cpu)->nr);
	/* Magazines are read while they are in use: never more used than there are. */
	nr_free = min(nr_free, total);
	/* The name goes last: it may have blanks in it. */
	seq_printf(s, "%s %zu %lu %lu %u %zu %lu shared %s\n", dev_name(pool->dev),
		   pool->layout.size, total - nr_free, total, pool->nr_chunks,
		   pool->nr_chunks * pool->layout.chunk_size, misses, pool->name);
}

/**
 * pool_show_all() - print a line for each pool
 * @s: a seq_file
 *
 * Context: Process, may sleep.
 */
void pool_show_all(struct seq_file *s)
{
	struct rhi_pool *pool;

	seq_puts(s, "# device block_bytes used blocks chunks shared_bytes atomic_misses kind name\n");
	guard(mutex)(&pools_lock);
	list_for_each_entry(pool, &pools, list)
		show_pool(s, pool);
}

/**
 * pool_init() - get ready to make pools
 *
 * Context: Process.
 * Return: %0 or %-ENOMEM.
 */
int __init pool_init(void)
{
	refill_wq = alloc_workqueue("rhi_pool", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return refill_wq ? 0 : -ENOMEM;
}

/**
 * pool_exit() - undo pool_init(); there is no pool any more
 *
 * Context: Process.
 */
void pool_exit(void)
{
	destroy_workqueue(refill_wq);
}
