// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dma_pool over shared granules. The kernel's dma_pool keeps its free list inside the blocks,
 * where the host can rewrite it and choose what the next allocation returns. Here the host can
 * write only the blocks; all metadata is in private memory.
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
 * rhi_pool_create_node() - create a pool, as dma_pool_create_node() does
 * @name: for reports
 * @dev: the device that does the DMA
 * @size: block size in bytes
 * @align: bytes, a power of two, or 0
 * @boundary: bytes, a power of two that no block crosses, or 0
 * @node: NUMA node of the metadata; the blocks are near @dev
 *
 * Memory is shared on demand. If the memory of @dev need not be shared, the pool is a wrapper
 * around a dma_pool of the kernel.
 *
 * Context: Process, may sleep.
 * Return: The pool; NULL if dma_pool_create() would refuse the arguments, if out of memory, or
 *	if the granule is unknown (the log says so).
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
 * rhi_pool_destroy() - destroy a pool, as dma_pool_destroy() does
 * @pool: a pool no longer in use, or NULL
 *
 * Blocks still in use are reported, and their chunks stay shared for good.
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
 * rhim_pool_create() - create a pool that is destroyed when the driver is unbound
 * @name: for reports
 * @dev: the device that does the DMA
 * @size: block size in bytes
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
 * rhim_pool_destroy() - destroy a managed pool early
 * @pool: from rhim_pool_create()
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
	/* The counts are not read atomically; keep used blocks from going negative. */
	nr_free = min(nr_free + magazines_blocks(pool), total);
	/* The name goes last: it may contain spaces. */
	seq_printf(s, "%s %zu %lu %lu %u %zu %lu shared %s\n", dev_name(pool->dev),
		   pool->layout.size, total - nr_free, total, chunks, shared, misses, pool->name);
}

/**
 * pool_show_all() - print one line per pool
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
 * pool_init() - prepare to create pools
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
	/* In this range of states the CPU is already dead when the callback runs. */
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
 * pool_exit() - undo pool_init(); no pool exists any more
 *
 * Context: Process.
 */
void pool_exit(void)
{
	cpuhp_remove_state_nocalls(cpuhp_state);
	pool_grow_exit();
	magazines_exit();
}
