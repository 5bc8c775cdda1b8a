/* SPDX-License-Identifier: GPL-2.0-only */
/* Metrics of rhictl info --prometheus. */
#ifndef METRICS_H
#define METRICS_H

#include "decode.h"
#include "hook.h"
#include "info.h"

/* The module's totals over all devices. */
enum metrics_total {
	TOTAL_SHARED_CHUNKS,
	TOTAL_SHARED_BYTES,
	TOTAL_SHARES,
	TOTAL_UNSHARES,
	TOTAL_REFUSED,
	TOTAL_LEAKED_BYTES,
	TOTAL_TRANSFERRED_BYTES,
	TOTAL_BAD_FREES,
	NR_TOTALS
};

/* Counters of the kernel's bounce buffer. */
enum metrics_swiotlb { SWIOTLB_SIZE, SWIOTLB_USED, SWIOTLB_USED_MAX, NR_SWIOTLB };

#define SWIOTLB_SLAB_BYTES	2048	/* IO_TLB_SIZE of the kernel */

struct metrics {
	struct info info;	/* data from sysfs only */
	struct hook hook;
	struct answer totals[NR_TOTALS];
	struct answer swiotlb[NR_SWIOTLB];
};

struct sysroot;

int metrics_read_totals(const struct sysroot *root, struct answer answers[NR_TOTALS]);
int metrics_read_swiotlb(const struct sysroot *root, struct answer bytes[NR_SWIOTLB]);
int metrics_read(const struct sysroot *root, struct metrics *metrics);
void metrics_free(struct metrics *metrics);

#endif
