/* SPDX-License-Identifier: GPL-2.0-only */
/* Run one round of a benchmark: threads allocate and free concurrently. */
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
 * @request: parameters
 * @dev: the device of the pools
 * @ops: functions of the pool being measured
 * @pool: that pool
 * @nr_blocks: blocks in use at a time by all threads
 * @blocks: these blocks
 * @order: order in which a thread frees, for RHI_BENCH_RANDOM
 * @arrived: threads that are ready
 * @stop: the user killed the run, or a thread failed
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
