/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory shared with the host in whole granules. */
#ifndef _GRANULE_H
#define _GRANULE_H

#include <linux/list.h>
#include <linux/types.h>

struct cma;
struct device;

#define GRANULE_NAME	40

/**
 * struct granule_chunk - a run of whole granules shared with the host
 * @vaddr: linear-map address; aligned to the granule and to get_order(@size), as
 *	dma_alloc_coherent() aligns
 * @size: bytes, a multiple of the granule
 * @cma: CMA area of the pages; NULL if they are from the page allocator
 * @owner: purpose, for reports
 * @dev: name of the device it was allocated for, or "-"; the device may be gone
 * @list: entry in the list of all chunks
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
 * struct granule_stats - counters since the module was loaded
 * @chunks: chunks shared now
 * @bytes: bytes shared now
 * @shares: successful conversions to shared
 * @unshares: successful conversions to private
 * @refused: conversions to shared that the host refused before changing anything; no memory was
 *	lost
 * @leaked: bytes lost until the Realm ends: the host kept them, their state is unknown, or a
 *	device may still use them
 * @transferred: bytes that stay shared and now belong to another owner
 * @bad_frees: rejected frees: of memory already free or never allocated
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
void granule_transfer(struct granule_chunk *chunk);
bool granule_dev_shares(struct device *dev);
void granule_count_bad_free(void);
void granule_get_stats(struct granule_stats *stats);
bool granule_describe(phys_addr_t phys, phys_addr_t *end, char *text, size_t size);

#endif /* _GRANULE_H */
