// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dma_pool over shared granules. The kernel's keeps its free list in the blocks, where the
 * host can rewrite it and choose what the next allocation returns; here the host can write
 * the blocks alone, and everything that is decided on stands in protected memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/cpuhotplug.h>
#include <linux/device.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <rhi_pool.h>

#include "granule.h"
#include "hostconf.h"
#include "pool.h"
#include "pool_block.h"
#include "pool_grow.h"
#include "pool_magazine.h"

static DEFINE_MUTEX(pools_lock);
static LIST_HEAD(pools);
static int cpuhp_state;

static bool create_native(struct rhi_pool *pool, size_t size, size_t align, size_t boundary)
{
	pool->native = dma_pool_create(pool->name, pool->dev, size, align, boundary);
	blocks_create_native(pool);
	return pool->native;
}

static bool create_shared(struct rhi_pool *pool, size_t size, size_t align, size_t boundary)
{
	if (!hostconf.granule) {
		dev_err(pool->dev, "pool %s: the host's granule is not known: %s\n", pool->name,
			hostconf_meaning());
		return false;
	}
	return pool_layout_init(&pool->layout, size, align, boundary, PAGE_SIZE,
				hostconf.granule) &&
	       !blocks_create(pool);
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
 * Memory is shared when it is needed. For a device whose memory need not be shared it is the
 * kernel's own dma_pool in all but name.
 *
 * Context: Process, may sleep.
 * Return: The pool; NULL for what dma_pool_create() refuses, without memory, or if the
 *	granule is not known (the log says so).
 */
struct rhi_pool *rhi_pool_create_node(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary, int node)
{
	struct rhi_pool *pool;
	bool good;

	if (!dev)
		return NULL;
	pool = kzalloc_node(sizeof(*pool), GFP_KERNEL, node);
	if (!pool)
		return NULL;
	pool->dev = dev;
	pool->node = node;
	strscpy(pool->name, name);

	good = granule_dev_shares(dev) ? create_shared(pool, size, align, boundary) :
					 create_native(pool, size, align, boundary);
	if (!good) {
		kfree(pool);
		return NULL;
	}
	guard(mutex)(&pools_lock);
	list_add_tail(&pool->list, &pools);
	return pool;
}
EXPORT_SYMBOL_GPL(rhi_pool_create_node);

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
	if (!pool->native)
		blocks_destroy(pool);
	else
		dma_pool_destroy(pool->native);
	kfree(pool);
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
	unsigned int chunks;
	size_t shared;

	if (pool->native) {
		seq_printf(s, "%s - - - - - - native %s\n", dev_name(pool->dev), pool->name);
		return;
	}
	scoped_guard(spinlock_irqsave, &pool->lock) {
		total = pool->nr_blocks;
		nr_free = pool->nr_free;
		misses = pool->atomic_misses;
		chunks = pool->nr_chunks;
		shared = pool->shared;
	}
	/* Never more used than there are. */
	nr_free = min(nr_free + magazines_blocks(pool), total);
	/* The name goes last: it may have blanks in it. */
	seq_printf(s, "%s %zu %lu %lu %u %zu %lu shared %s\n", dev_name(pool->dev),
		   pool->layout.size, total - nr_free, total, chunks, shared, misses, pool->name);
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

static int cpu_dead(unsigned int cpu)
{
	struct rhi_pool *pool;

	guard(mutex)(&pools_lock);
	list_for_each_entry(pool, &pools, list)
		if (!pool->native)
			magazine_cpu_dead(pool, cpu);
	return 0;
}

/**
 * pool_init() - get ready to make pools
 *
 * Context: Process.
 * Return: %0, %-ENOMEM, or an error of cpuhp_setup_state_nocalls().
 */
int __init pool_init(void)
{
	int err = magazines_init();

	if (err)
		return err;
	err = pool_grow_init();
	if (err)
		goto exit_magazines;
	/* In this range of states a CPU is dead when it is called. */
	cpuhp_state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "rhi_pool:dead", NULL,
						cpu_dead);
	if (cpuhp_state >= 0)
		return 0;
	err = cpuhp_state;
	pool_grow_exit();
exit_magazines:
	magazines_exit();
	return err;
}

/**
 * pool_exit() - undo pool_init(); there is no pool any more
 *
 * Context: Process.
 */
void pool_exit(void)
{
	cpuhp_remove_state_nocalls(cpuhp_state);
	pool_grow_exit();
	magazines_exit();
}
