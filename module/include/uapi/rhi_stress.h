/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Requests that /sys/kernel/debug/rhi/stress accepts. The module rejects all others; tools check
 * a request first, to give a better message.
 */
#ifndef _UAPI_RHI_STRESS_H
#define _UAPI_RHI_STRESS_H

#define RHI_STRESS_MAX_WORKERS		256
#define RHI_STRESS_MAX_SECONDS		604800
/* Bits of an operation number in a pattern */
#define RHI_STRESS_OPERATION_BITS	40
#define RHI_STRESS_MAX_OPERATIONS	((1ULL << RHI_STRESS_OPERATION_BITS) - 1)

/* Block size in bytes */
#define RHI_STRESS_MIN_SIZE		16
#define RHI_STRESS_MAX_SIZE		65536

/* Live blocks per worker; bytes of all live blocks if each has the largest size */
#define RHI_STRESS_MAX_BLOCKS		1024
#define RHI_STRESS_MAX_BYTES		(256ULL << 20)

/* Bits of the device's DMA mask */
#define RHI_STRESS_MIN_MASK		32
#define RHI_STRESS_MAX_MASK		64

/* One of this many 64-byte lines is written and verified, besides the first and the last */
#define RHI_STRESS_MAX_EVERY		1024

/* Per cent of available memory */
#define RHI_STRESS_MAX_PRESSURE		90

/* Defaults */
#define RHI_STRESS_SECONDS		10
#define RHI_STRESS_BLOCKS		16
#define RHI_STRESS_ATOMIC		25
#define RHI_STRESS_HANDOVER		10
#define RHI_STRESS_MASK			48
#define RHI_STRESS_EVERY		16

/* Longest request, in bytes */
#define RHI_STRESS_MAX_TEXT		512

enum rhi_stress_source {
	RHI_STRESS_POOL,	/* rhi_pool */
	RHI_STRESS_DMA,		/* dma_pool and coherent buffers, through the kernel's API */
	RHI_STRESS_GRANULE,	/* whole granules: share, unshare */
	RHI_STRESS_ANY_SOURCE,
	RHI_STRESS_NR_SOURCES
};

enum rhi_stress_context {
	RHI_STRESS_PROCESS,
	RHI_STRESS_SOFTIRQ,
	RHI_STRESS_HARDIRQ,
	RHI_STRESS_ANY_CONTEXT,
	RHI_STRESS_NR_CONTEXTS
};

/* Failures */
enum rhi_stress_failure {
	RHI_STRESS_GOOD,
	RHI_STRESS_LOST_WRITE,		/* a write was lost: older content is there */
	RHI_STRESS_FOREIGN_WRITE,	/* content that no worker wrote */
	RHI_STRESS_OVERLAP,		/* two live blocks overlap */
	RHI_STRESS_ALIGNMENT,		/* a block is not aligned as requested */
	RHI_STRESS_BOUNDARY,		/* a block crosses a boundary */
	RHI_STRESS_MASK_EXCEEDED,	/* the address exceeds the DMA mask */
	RHI_STRESS_DMA_ADDRESS,		/* the DMA address does not match the memory */
	RHI_STRESS_CONTENT,		/* not zero after a conversion or with __GFP_ZERO */
	RHI_STRESS_STILL_SHARED,	/* unshared memory whose RIPAS is not RAM */
	RHI_STRESS_MISALIGNED,		/* a conversion of less than whole granules */
	RHI_STRESS_NR_FAILURES
};

enum rhi_stress_latency {
	RHI_STRESS_ALLOC,
	RHI_STRESS_FREE,
	RHI_STRESS_SHARE,
	RHI_STRESS_UNSHARE,
	RHI_STRESS_NR_LATENCIES
};

/* Names, in the order of the enums above */
#define RHI_STRESS_SOURCES	"pool", "dma", "granule", "mix"
#define RHI_STRESS_CONTEXTS	"process", "softirq", "hardirq", "mix"
#define RHI_STRESS_FAILURES	"none", "lost_write", "foreign_write", "overlap", "alignment", \
				"boundary", "mask", "dma_address", "content", "still_shared", \
				"misaligned_conversion"
#define RHI_STRESS_LATENCIES	"alloc", "free", "share", "unshare"

/* APIs that blocks come from */
#define RHI_STRESS_NR_APIS	5
#define RHI_STRESS_APIS		"rhi_pool", "dma_pool", "coherent", "pages", "granule"

/* Latencies are accurate to one part in this many */
#define RHI_STRESS_RESOLUTION	32

#endif /* _UAPI_RHI_STRESS_H */
