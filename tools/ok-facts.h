/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of rhictl ok go by: read once, before the first of them. */
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

#define DEBUGFS_ROOT	"/sys/kernel/debug"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define DMA_POOLS	"/sys/kernel/debug/dma_pools"

struct facts {
	const struct sysroot *root;
	bool captured;

	enum known realm;
	const char *realm_by;	/* what tells it */

	struct kernel_has kernel;
	struct kernel_log log;
	int debugfs;		/* 0; -ENOENT: none, -ENODATA: not mounted, or another -errno */
	int lockdown_error;
	char lockdown[32];	/* none, integrity or confidentiality; "" if not known */
	enum known sig_enforce;
	uint64_t page_size;	/* bytes; 0: not known */

	bool loaded;		/* all else of the module is only there if it is */
	int module_error;	/* 0, or why its files could not be read, which was said */
	struct info info;
	struct hook hook;
	int about_error;	/* why there is no @about: -ENOENT, -EACCES or -EPERM */
	struct about about;
	int totals_error;	/* why there are none: -ENOENT, -EACCES or -EPERM */
	struct answer totals[NR_TOTALS];

	struct answer swiotlb[NR_SWIOTLB];
	bool has_peak;		/* SWIOTLB_USED_MAX was counted */
	int atomic_error;
	uint64_t atomic_bytes;
	struct bound_devices devices;
};

void facts_read(const struct sysroot *root, struct facts *facts);
void facts_free(struct facts *facts);

bool facts_granule_is_page(const struct facts *facts);
bool facts_is_misaligned(const struct facts *facts, uint64_t start, uint64_t end);
bool facts_hook_is(const struct facts *facts, const char *word);
bool facts_has_memory(const struct facts *facts, const char *device);

#endif
