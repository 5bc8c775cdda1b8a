/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool, and the allocation of its blocks. */
#ifndef _POOL_BLOCK_H
#define _POOL_BLOCK_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <rhi_pool.h>

#include "pool_layout.h"
#include "pool_magazine.h"

/**
 * struct rhi_pool - a pool
 * @magazines: per-CPU magazines; always empty if @native
 * @magazine_size: current limit of blocks per magazine, at most MAGAZINE_MAX
 * @unit_mask: bits that are 0 in the offset of any block
 * @index: finds a chunk by address
 * @layout: how a chunk is divided into blocks
 * @native: the kernel's pool, for a device whose memory need not be shared; else NULL
 * @shadow: for the hook: an empty pool of the kernel with this name; or NULL
 * @lock: protects the fields from here to @atomic_misses
 * @chunks: list of all chunks, newest first
 * @partial: list of chunks with free blocks; blocks come from the first one
 * @nr_chunks: number of chunks
 * @shared: bytes in all chunks
 * @nr_blocks: blocks in all chunks
 * @nr_free: blocks on the stacks of all chunks
 * @reserve: free blocks that a worker maintains for GFP_ATOMIC; 0 until the first such request
 * @atomic_misses: failed GFP_ATOMIC requests
 * @refill: the worker
 * @dev: the device that does the DMA
 * @node: NUMA node of the metadata
 * @list: entry in the list of all pools
 * @name: for reports
 */
struct rhi_pool {
	struct magazine __percpu *magazines;
	unsigned long magazine_size;
	size_t unit_mask;
	struct chunk_index *index;
	struct pool_layout layout;
	struct dma_pool *native;
	struct dma_pool *shadow;

	spinlock_t lock;	/* see above */
	struct chunk *chunks, *partial;
	unsigned int nr_chunks;
	size_t shared;
	unsigned long nr_blocks;
	unsigned long nr_free;
	unsigned long reserve;
	unsigned long atomic_misses;

	struct work_struct refill;
	struct device *dev;
	int node;
	struct list_head list;
	char name[32];
};

int blocks_create(struct rhi_pool *pool);
void blocks_create_native(struct rhi_pool *pool);
void blocks_destroy(struct rhi_pool *pool);

#endif /* _POOL_BLOCK_H */
