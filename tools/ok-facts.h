/* SPDX-License-Identifier: GPL-2.0-only */
/* Input of the checks of rhictl ok, read once before the first check. */
#ifndef OK_FACTS_H
#define OK_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "about-read.h"
#include "decode.h"
#include "devices-read.h"
#include "hook.h"
#include "info.h"
#include "kernel-has.h"
#include "kernel-log.h"
#include "metrics.h"
#include "swiotlb-read.h"

#define DEBUGFS_ROOT	"/sys/kernel/debug"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define DMA_POOLS	"/sys/kernel/debug/dma_pools"

struct facts {
	const struct sysroot *root;
	bool captured;

	enum known realm;
	const char *realm_by;	/* the source of @realm */

	struct kernel_has kernel;
	struct kernel_log log;
	int debugfs;		/* 0, -ENODATA: not mounted, -ENOENT: missing, or another -errno */
	int lockdown_error;
	char lockdown[32];	/* none, integrity or confidentiality; "" if unknown */
	enum known sig_enforce;
	uint64_t page_size;	/* bytes; 0: unknown */

	bool loaded;		/* the members from here to @totals are valid only if true */
	int module_error;	/* 0, or -errno from the module's files, already reported */
	struct info info;
	struct hook hook;
	int about_error;	/* -ENOENT, -EACCES or -EPERM if @about is missing */
	struct about about;
	int totals_error;	/* -ENOENT, -EACCES or -EPERM if @totals are missing */
	struct answer totals[NR_TOTALS];

	struct swiotlb swiotlb;
	int atomic_error;
	uint64_t atomic_bytes;
	struct bound_devices devices;
};

void facts_read(const struct sysroot *root, struct facts *facts);
void facts_free(struct facts *facts);

bool facts_granule_is_page(const struct facts *facts);
bool facts_is_misaligned(const struct facts *facts, uint64_t start, uint64_t end);
bool facts_swiotlb_is_misaligned(const struct facts *facts);
bool facts_hook_is(const struct facts *facts, const char *word);
bool facts_has_memory(const struct facts *facts, const char *device);

#endif
