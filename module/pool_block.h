/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool's blocks, and who has them. */
#ifndef _POOL_BLOCK_H
#define _POOL_BLOCK_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <rhi_pool.h>

#include "pool_layout.h"
#include "pool_magazine.h"

/**
 * struct rhi_pool - a pool
 * @magazines: per CPU; always empty ones if @native
 * @magazine_size: blocks that a magazine holds at present; never more than MAGAZINE_MAX
 * @unit_mask: bits of an offset that are 0 where a block can begin
 * @index: of all chunks
 * @layout: how a chunk is cut
 * @native: the kernel's own pool, for a device whose memory need not be shared; else NULL
 * @shadow: for the hook: the kernel's own pool of this name, which has no memory; or NULL
 * @lock: protects all from here to @atomic_misses
 * @chunks: all, the youngest first
 * @partial: those with free blocks; blocks are taken from the first one
 * @nr_chunks: all
 * @shared: bytes of all
 * @nr_blocks: of all
 * @nr_free: blocks on the stacks of chunks
 * @reserve: blocks that a worker keeps free for GFP_ATOMIC, once there was such a request
 * @atomic_misses: GFP_ATOMIC requests that found nothing
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
