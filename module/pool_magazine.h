/* SPDX-License-Identifier: GPL-2.0-only */
/* Free blocks of each CPU. */
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
