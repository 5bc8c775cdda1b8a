/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool's blocks: who has them, and how there come to be more. */
#ifndef _POOL_BLOCK_H
#define _POOL_BLOCK_H

#include <linux/local_lock.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <rhi_pool.h>

#include "pool_chunk.h"
#include "pool_layout.h"

#define MAGAZINE_MAX	64

/**
 * struct block - a free block
 * @chunk: what it is of
 * @unit: at which unit of @chunk it begins
 */
struct block {
	struct chunk *chunk;
	size_t unit;
};

/**
 * struct magazine - free blocks of one CPU
 * @lock: of this CPU, for @nr and @blocks
 * @nr: how many there are
 * @pool: whose
 * @drain: gives all of them back, on this CPU
 * @blocks: these, MAGAZINE_MAX at most
 */
struct magazine {
	local_lock_t lock;
	unsigned long nr;
	struct rhi_pool *pool;
	struct work_struct drain;
	struct block blocks[];
};

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

int blocks_init(void);
void blocks_exit(void);
int blocks_create(struct rhi_pool *pool);
void blocks_create_native(struct rhi_pool *pool);
void blocks_destroy(struct rhi_pool *pool);
void blocks_cpu_dead(struct rhi_pool *pool, unsigned int cpu);
unsigned long blocks_in_magazines(const struct rhi_pool *pool);

#endif /* _POOL_BLOCK_H */
