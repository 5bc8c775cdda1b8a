/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For other modules: memory shared with the host in whole granules. For benchmarks and tests:
 * the granule, conversion counters and the hook.
 */
#ifndef _RHI_GRANULE_H
#define _RHI_GRANULE_H

#include <linux/gfp.h>
#include <linux/types.h>

struct device;
struct rhi_granule;

/**
 * struct rhi_granule_stats - conversion counters of rhi_probe, for all its users
 * @shares: successful conversions to shared
 * @unshares: successful conversions to private
 * @bytes: bytes shared now
 * @leaked: bytes lost until the Realm ends
 */
struct rhi_granule_stats {
	u64 shares, unshares, bytes, leaked;
};

u64 rhi_granule_bytes(void);
const char *rhi_granule_meaning(void);
void rhi_granule_get_stats(struct rhi_granule_stats *stats);

struct rhi_granule *rhi_granule_share(struct device *dev, const char *what, size_t size,
				      gfp_t gfp);
int rhi_granule_unshare(struct rhi_granule *granule);
void rhi_granule_free(struct rhi_granule *granule);
void rhi_granule_leak(struct rhi_granule *granule);
void *rhi_granule_vaddr(const struct rhi_granule *granule);
size_t rhi_granule_size(const struct rhi_granule *granule);

const char *rhi_hook_state(void);
void rhi_hook_spare(struct device *dev);

#endif /* _RHI_GRANULE_H */
