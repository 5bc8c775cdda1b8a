/* SPDX-License-Identifier: GPL-2.0-only */
/* Where blocks stand in a chunk. No kernel is needed: see tests/unit. */
#ifndef _POOL_LAYOUT_H
#define _POOL_LAYOUT_H

#include <linux/types.h>

/**
 * struct pool_layout - how memory is cut into blocks
 * @size: bytes of a block, rounded up to 16 and to the alignment
 * @allocation: bytes: what dma_pool takes from dma_alloc_coherent() at a time, and cuts. Here
 *	it is called a cell, and holds the blocks that it would hold there: so none crosses a
 *	page unless it is larger
 * @boundary: bytes within a cell that no block crosses
 * @stride: bytes from one cell to the next, a power of two where there are several
 * @chunk_size: bytes, whole granules, of as many cells as there is room for
 * @unit_shift: log2 of the largest power of two that divides @size, up to a page: every block
 *	begins at a multiple of it, so that a block is known by its offset without a division
 * @nr_blocks: in a chunk
 */
struct pool_layout {
	size_t size, allocation, boundary, stride, chunk_size;
	unsigned int unit_shift;
	unsigned int nr_blocks;
};

bool pool_layout_init(struct pool_layout *layout, size_t size, size_t align, size_t boundary,
		      size_t page, size_t granule);
size_t pool_layout_next(const struct pool_layout *layout, size_t offset, size_t end);
unsigned int pool_layout_blocks(const struct pool_layout *layout, size_t end);

#endif /* _POOL_LAYOUT_H */
