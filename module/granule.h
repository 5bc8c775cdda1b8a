/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory shared with the host, in whole granules. */
#ifndef _GRANULE_H
#define _GRANULE_H

#include <linux/list.h>
#include <linux/types.h>

struct cma;
struct device;

#define GRANULE_NAME	40

/**
 * struct granule_chunk - one run of whole granules, shared with the host
 * @vaddr: in the linear map; aligned to the granule, and to get_order(@size) as memory of
 *	dma_alloc_coherent() is
 * @size: bytes, a multiple of the granule
 * @cma: where it comes from; NULL: the page allocator
 * @owner: what for, for people
 * @dev: name of the device it is for, or "-"; the device may be gone
 * @list: of all chunks
 */
struct granule_chunk {
	void *vaddr;
	size_t size;
	struct cma *cma;
	const char *owner;
	char dev[GRANULE_NAME];
	struct list_head list;
};

/**
 * struct granule_stats - what was done so far
 * @chunks: shared now
 * @bytes: shared now
 * @shares: conversions to shared that succeeded
 * @unshares: conversions back that succeeded
 * @refused: conversions that the host refused before it had done anything: nothing was lost
 * @leaked: bytes that the host has or that nobody can vouch for, lost until the Realm ends
 * @transferred: bytes that stay shared and now belong to another owner
 * @bad_frees: what was freed twice, or never allocated: refused
 */
struct granule_stats {
	u64 chunks, bytes, shares, unshares, refused, leaked, transferred, bad_frees;
};

int granule_alloc(struct granule_chunk *chunk, struct device *dev, const char *owner,
		  size_t size, gfp_t gfp);
int granule_take_back(struct granule_chunk *chunk);
void granule_drop(struct granule_chunk *chunk);
void granule_free(struct granule_chunk *chunk);
void granule_leak(struct granule_chunk *chunk);
void granule_count_leak(const struct granule_chunk *chunk);
void granule_give_away(struct granule_chunk *chunk);
bool granule_dev_shares(struct device *dev);
void granule_count_bad_free(void);
void granule_get_stats(struct granule_stats *stats);
bool granule_describe(phys_addr_t phys, phys_addr_t *end, char *text, size_t size);

#endif /* _GRANULE_H */
