/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bench_pool { DMA_POOL, RHI_POOL, NR_POOLS };

/* Names in the module's file, and JSON keys. */
extern const char *const bench_pools[NR_POOLS];

struct bench_figures {
	uint64_t pairs;			/* allocations, each with its free, in a round */
	uint64_t best_ns, median_ns;	/* time of a round */
	uint64_t fill_ns;		/* time of the first allocation of all blocks */
	uint64_t conversions;
	uint64_t shared_bytes;
};

/* One run measures one block size. */
struct bench_run {
	uint64_t size_bytes;
	uint64_t used_bytes;		/* total size of the blocks in use at the same time */
	struct bench_figures pools[NR_POOLS];
};

struct bench {
	const char *pattern;
	uint64_t threads;
	uint64_t granule_bytes;
	char hook[16];			/* state, as the module names it */
	bool always_zeroed;		/* the kernel zeroes every allocation, with any pattern */
	struct bench_run *runs;
	size_t nr_runs;
};

/* A request to the module, which repeats it in its answer. */
struct bench_request {
	const char *pattern;
	uint64_t size, count, threads;
};

#define BENCH_FILE	DEBUGFS "/bench"

struct sysroot;

int bench_read(const struct sysroot *root, const struct bench_request *request,
	       struct bench *bench, struct bench_run *run);

#endif
