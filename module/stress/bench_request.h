/* SPDX-License-Identifier: GPL-2.0-only */
/* What a benchmark measures, as people write it. */
#ifndef _BENCH_REQUEST_H
#define _BENCH_REQUEST_H

#include <linux/types.h>

#include <uapi/rhi_bench.h>

/**
 * struct bench_request - what to measure
 * @size: bytes of a block
 * @count: pairs of alloc and free for each thread in a round
 * @threads: on CPUs of their own
 * @pattern: the order of alloc and free
 */
struct bench_request {
	u32 size, count, threads;
	enum rhi_bench_pattern pattern;
};

extern const char * const bench_patterns[RHI_BENCH_NR_PATTERNS];

int bench_parse(char *text, struct bench_request *request);

#endif /* _BENCH_REQUEST_H */
