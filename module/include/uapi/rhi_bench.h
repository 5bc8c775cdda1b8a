/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What /sys/kernel/debug/rhi/bench takes. The module refuses everything else; tools check
 * it before they ask, to say what is wrong.
 */
#ifndef _UAPI_RHI_BENCH_H
#define _UAPI_RHI_BENCH_H

/* Bytes of a block. */
#define RHI_BENCH_MIN_SIZE	16
#define RHI_BENCH_MAX_SIZE	65536

/* Both limits are for all threads together: they bound the memory, and the time of a kill. */
#define RHI_BENCH_MAX_BLOCKS	1000000
#define RHI_BENCH_MAX_BYTES	(64UL << 20)

/* Measured so often; an odd number, for there is one in the middle. */
#define RHI_BENCH_ROUNDS	15

enum rhi_bench_pattern {
	RHI_BENCH_PAIR,		/* allocate a block and free it */
	RHI_BENCH_BATCH,	/* allocate all, then free them in the same order */
	RHI_BENCH_RANDOM,	/* allocate all, then free them in random order */
	RHI_BENCH_ZERO,		/* a pair with __GFP_ZERO */
	RHI_BENCH_NR_PATTERNS
};

/* As words, in this order. */
#define RHI_BENCH_PATTERNS	"pair", "batch", "random", "zero"

#endif /* _UAPI_RHI_BENCH_H */
