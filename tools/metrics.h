/* SPDX-License-Identifier: GPL-2.0-only */
/* Metrics of rhictl info --prometheus. */
#ifndef METRICS_H
#define METRICS_H

#include "decode.h"
#include "hook.h"
#include "info.h"
#include "swiotlb-read.h"

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

struct metrics {
	struct info info;	/* data from sysfs only */
	struct hook hook;
	struct answer totals[NR_TOTALS];
	struct swiotlb swiotlb;
};

struct sysroot;

int metrics_read_totals(const struct sysroot *root, struct answer answers[NR_TOTALS]);
int metrics_read(const struct sysroot *root, struct metrics *metrics);
void metrics_free(struct metrics *metrics);

#endif
