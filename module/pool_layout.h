/* SPDX-License-Identifier: GPL-2.0-only */
/* Positions of blocks in a chunk. Independent of the kernel: see tests/unit. */
#ifndef _POOL_LAYOUT_H
#define _POOL_LAYOUT_H

#include <linux/types.h>

/**
 * struct pool_layout - how memory is divided into blocks
 * @size: block size in bytes, rounded up to 16 and to the alignment
 * @allocation: bytes that dma_pool takes from dma_alloc_coherent() at a time and divides. Here
 *	it is called a cell, and holds the same blocks as in dma_pool: no block crosses a page
 *	unless it is larger than a page
 * @boundary: bytes within a cell that no block crosses
 * @stride: bytes from one cell to the next; a power of two if a chunk has several cells
 * @chunk_size: bytes, whole granules, filled with as many cells as fit
 * @unit_shift: log2 of the largest power of two that divides @size, at most a page. Every block
 *	begins at a multiple of it, so an offset identifies a block without a division
 * @nr_blocks: blocks in a chunk
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
