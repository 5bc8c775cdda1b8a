/* SPDX-License-Identifier: GPL-2.0-only */
/* One round of a benchmark: threads that allocate and free at the same time. */
#ifndef _BENCH_ROUND_H
#define _BENCH_ROUND_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/types.h>

#include "bench_request.h"

struct device;

struct bench_ops {
	const char *name;
	void *(*create)(struct device *dev, size_t size);
	void *(*alloc)(void *pool, gfp_t gfp, dma_addr_t *dma);
	void (*free)(void *pool, void *vaddr, dma_addr_t dma);
	void (*destroy)(void *pool);
};

enum { DMA_POOL, RHI_POOL, NR_POOLS };

extern const struct bench_ops bench_ops[NR_POOLS];

struct bench_block {
	void *vaddr;
	dma_addr_t dma;
};

struct bench;

struct bench_thread {
	struct bench *bench;
	struct bench_block *blocks;	/* its part of bench->blocks */
	struct completion done;
	u64 start, end;
	int err;
};

/**
 * struct bench - a run
 * @request: what to measure
 * @dev: whose pools these are
 * @ops: of the pool whose turn it is
 * @pool: that pool
 * @nr_blocks: in use at the same time, of all threads
 * @blocks: these
 * @order: in which a thread frees, for RHI_BENCH_RANDOM
 * @arrived: threads that are ready
 * @stop: the user has lost patience, or a thread failed
 * @threads: the threads
 */
struct bench {
	struct bench_request request;
	struct device *dev;
	const struct bench_ops *ops;
	void *pool;
	unsigned int nr_blocks;
	struct bench_block *blocks;
	u32 *order;
	atomic_t arrived;
	bool stop;
	struct bench_thread threads[];
};

s64 bench_round(struct bench *bench);

#endif /* _BENCH_ROUND_H */
