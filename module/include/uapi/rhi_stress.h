/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What /sys/kernel/debug/rhi/stress takes. The module refuses everything else; tools check
 * it before they ask, to say what is wrong.
 */
#ifndef _UAPI_RHI_STRESS_H
#define _UAPI_RHI_STRESS_H

#define RHI_STRESS_MAX_WORKERS		256
#define RHI_STRESS_MAX_SECONDS		604800
/* An operation's number has so many bits in a pattern. */
#define RHI_STRESS_OPERATION_BITS	40
#define RHI_STRESS_MAX_OPERATIONS	((1ULL << RHI_STRESS_OPERATION_BITS) - 1)

/* Bytes of a block. */
#define RHI_STRESS_MIN_SIZE		16
#define RHI_STRESS_MAX_SIZE		65536

/* Live blocks of each worker; and the bytes of all, were they as large as can be. */
#define RHI_STRESS_MAX_BLOCKS		1024
#define RHI_STRESS_MAX_BYTES		(256ULL << 20)

/* Bits of the device's mask. */
#define RHI_STRESS_MIN_MASK		32
#define RHI_STRESS_MAX_MASK		64

/* Of so many lines of 64 bytes one is written and verified, and the first and the last. */
#define RHI_STRESS_MAX_EVERY		1024

/* Per cent of the memory that is free. */
#define RHI_STRESS_MAX_PRESSURE		90

/* What is not said. */
#define RHI_STRESS_SECONDS		10
#define RHI_STRESS_BLOCKS		16
#define RHI_STRESS_ATOMIC		25
#define RHI_STRESS_HANDOVER		10
#define RHI_STRESS_MASK			48
#define RHI_STRESS_EVERY		16

/* The longest request, in bytes. */
#define RHI_STRESS_MAX_TEXT		512

enum rhi_stress_source {
	RHI_STRESS_POOL,	/* rhi_pool */
	RHI_STRESS_DMA,		/* dma_pool and coherent buffers, as drivers call them */
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

/* What can be wrong. */
enum rhi_stress_failure {
	RHI_STRESS_GOOD,
	RHI_STRESS_LOST_WRITE,		/* what was written is not there: older content is */
	RHI_STRESS_FOREIGN_WRITE,	/* somebody else wrote into a block */
	RHI_STRESS_OVERLAP,		/* two blocks have memory in common */
	RHI_STRESS_ALIGNMENT,		/* a block does not stand where it was asked for */
	RHI_STRESS_BOUNDARY,		/* a block crosses a boundary */
	RHI_STRESS_MASK_EXCEEDED,	/* the device cannot reach it */
	RHI_STRESS_DMA_ADDRESS,		/* the DMA address is not that of the memory */
	RHI_STRESS_CONTENT,		/* content survived a conversion, or memory is not zeroed */
	RHI_STRESS_STILL_SHARED,	/* freed, and the host has it still */
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

/* As words, in these orders. */
#define RHI_STRESS_SOURCES	"pool", "dma", "granule", "mix"
#define RHI_STRESS_CONTEXTS	"process", "softirq", "hardirq", "mix"
#define RHI_STRESS_FAILURES	"none", "lost_write", "foreign_write", "overlap", "alignment", \
				"boundary", "mask", "dma_address", "content", "still_shared", \
				"misaligned_conversion"
#define RHI_STRESS_LATENCIES	"alloc", "free", "share", "unshare"

/* What blocks come from. */
#define RHI_STRESS_NR_APIS	5
#define RHI_STRESS_APIS		"rhi_pool", "dma_pool", "coherent", "pages", "granule"

/* A latency is known to one part in so many. */
#define RHI_STRESS_RESOLUTION	32

#endif /* _UAPI_RHI_STRESS_H */
