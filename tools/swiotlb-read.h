/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's bounce buffer. */
#ifndef SWIOTLB_READ_H
#define SWIOTLB_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

#define SWIOTLB_SLAB_BYTES	2048	/* IO_TLB_SIZE of the kernel */

enum swiotlb_figure {
	SWIOTLB_SIZE,
	SWIOTLB_USED,
	SWIOTLB_USED_MAX,
	SWIOTLB_TRANSIENT,	/* buffers for a single request, when it grows */
	NR_SWIOTLB
};

/**
 * struct swiotlb_pool - a run of memory that is shared as a whole
 * @start: first address
 * @end: first address after the pool
 * @misaligned: bytes in granules that are not completely in the pool, if the granule is known
 */
struct swiotlb_pool {
	uint64_t start, end;
	struct answer misaligned;
};

/**
 * struct swiotlb - figures of the buffer
 * @bytes: the known figures
 * @untracked_peak: SWIOTLB_USED_MAX is not given because the kernel does not track it, as far as
 *	its command line tells
 * @from_module: rhi_probe reported it, or invalid content; else the kernel did, without @grows and
 *	@pools
 * @grows: 1 if the kernel adds pools when it is full
 * @pools: the pools, in no order
 * @nr_pools: entries in @pools
 */
struct swiotlb {
	struct answer bytes[NR_SWIOTLB];
	bool untracked_peak;
	bool from_module;
	uint64_t grows;
	struct swiotlb_pool *pools;
	size_t nr_pools;
};

struct sysroot;

int swiotlb_read(const struct sysroot *root, struct swiotlb *swiotlb);
void swiotlb_free(struct swiotlb *swiotlb);
struct answer swiotlb_misaligned(const struct swiotlb *swiotlb);

#endif
