/* SPDX-License-Identifier: GPL-2.0-only */
/* Per-CPU caches of free blocks. */
#ifndef _POOL_MAGAZINE_H
#define _POOL_MAGAZINE_H

#include <linux/gfp_types.h>
#include <linux/local_lock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#define MAGAZINE_MAX	64

struct chunk;
struct rhi_pool;

/**
 * struct block - a free block
 * @chunk: the chunk it belongs to
 * @unit: the unit of @chunk at which it begins
 */
struct block {
	struct chunk *chunk;
	size_t unit;
};

/**
 * struct magazine - free blocks of one CPU
 * @lock: protects @nr and @blocks, on this CPU
 * @nr: number of blocks
 * @pool: the pool they belong to
 * @drain: work that empties the magazine, on this CPU
 * @blocks: the blocks, at most MAGAZINE_MAX
 */
struct magazine {
	local_lock_t lock;
	unsigned long nr;
	struct rhi_pool *pool;
	struct work_struct drain;
	struct block blocks[];
};

int magazines_init(void);
void magazines_exit(void);
int magazines_create(struct rhi_pool *pool);
void magazines_destroy(struct rhi_pool *pool);
unsigned long magazines_blocks(const struct rhi_pool *pool);
void magazines_collect(struct rhi_pool *pool);
void magazine_drain(struct rhi_pool *pool, struct magazine *magazine, unsigned long keep);
void magazine_fill(struct rhi_pool *pool, struct magazine *magazine, unsigned long want);
void magazine_cpu_dead(struct rhi_pool *pool, unsigned int cpu);
unsigned long magazine_size(unsigned long nr_blocks);

#endif /* _POOL_MAGAZINE_H */
