/* SPDX-License-Identifier: GPL-2.0-only */
/* Parse a request for a benchmark. */
#ifndef _BENCH_REQUEST_H
#define _BENCH_REQUEST_H

#include <linux/types.h>

#include <uapi/rhi_bench.h>

/**
 * struct bench_request - parameters of a benchmark
 * @size: block size in bytes
 * @count: pairs of alloc and free per thread and round
 * @threads: number of threads, each on its own CPU
 * @pattern: order of alloc and free
 */
struct bench_request {
	u32 size, count, threads;
	enum rhi_bench_pattern pattern;
};

extern const char * const bench_patterns[RHI_BENCH_NR_PATTERNS];

int bench_parse(char *text, struct bench_request *request);

#endif /* _BENCH_REQUEST_H */
