/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Requests that /sys/kernel/debug/rhi/bench accepts. The module rejects all others; tools check
 * a request first, to give a better message.
 */
#ifndef _UAPI_RHI_BENCH_H
#define _UAPI_RHI_BENCH_H

/* Block size in bytes */
#define RHI_BENCH_MIN_SIZE	16
#define RHI_BENCH_MAX_SIZE	65536

/*
 * Limits for all threads together: they bound the memory, and the time until a kill takes
 * effect.
 */
#define RHI_BENCH_MAX_BLOCKS	1000000
#define RHI_BENCH_MAX_BYTES	(64UL << 20)

/* Rounds of measurement; odd, so that the median is one of them */
#define RHI_BENCH_ROUNDS	15

enum rhi_bench_pattern {
	RHI_BENCH_PAIR,		/* allocate a block and free it */
	RHI_BENCH_BATCH,	/* allocate all, then free them in the same order */
	RHI_BENCH_RANDOM,	/* allocate all, then free them in random order */
	RHI_BENCH_ZERO,		/* a pair with __GFP_ZERO */
	RHI_BENCH_NR_PATTERNS
};

/* Names, in the order of enum rhi_bench_pattern */
#define RHI_BENCH_PATTERNS	"pair", "batch", "random", "zero"

#endif /* _UAPI_RHI_BENCH_H */
