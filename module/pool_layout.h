/* SPDX-License-Identifier: GPL-2.0-only */
/* Where blocks stand in a chunk. No kernel is needed: see tests/unit. */
#ifndef _POOL_LAYOUT_H
#define _POOL_LAYOUT_H

#include <linux/types.h>

/**
 * struct pool_layout - how a chunk is cut into blocks
 * @size: bytes of a block, rounded up as dma_pool does
 * @boundary: bytes, a power of two that no block crosses
 * @chunk_size: bytes, whole granules
 * @unit_shift: log2 of the largest power of two that divides @size: every block begins at a
 *	multiple of it, so that a block is known by its offset without a division
 * @nr_blocks: in a chunk
 */
struct pool_layout {
	size_t size, boundary, chunk_size;
	unsigned int unit_shift;
	unsigned int nr_blocks;
};

bool pool_layout_init(struct pool_layout *layout, size_t size, size_t align, size_t boundary,
		      size_t granule, size_t max);
size_t pool_layout_next(const struct pool_layout *layout, size_t offset);

#endif /* _POOL_LAYOUT_H */
