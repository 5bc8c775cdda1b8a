// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include "pool_layout.h"

/* mm/dmapool.c keeps its free list in the blocks, so they are at least this large. */
#define MIN_SIZE	16

/**
 * pool_layout_next() - find the next block
 * @layout: the layout
 * @offset: lowest offset at which it may begin, in bytes: 0, or the end of a block
 * @end: bytes available: those of a chunk, or of a single cell
 *
 * Context: Any.
 * Return: The offset of the first block at or after @offset; @end if none is left.
 */
size_t pool_layout_next(const struct pool_layout *layout, size_t offset, size_t end)
{
	size_t cell = offset - offset % layout->stride;
	size_t at = offset - cell;

	/* dma_pool moves a block that would cross a boundary to the boundary. */
	if (at % layout->boundary + layout->size > layout->boundary)
		at = at - at % layout->boundary + layout->boundary;
	if (at + layout->size > layout->allocation) {
		cell += layout->stride;
		at = 0;
	}
	return cell + at + layout->size <= end ? cell + at : end;
}

/**
 * pool_layout_blocks() - count the blocks
 * @layout: the layout
 * @end: bytes available, as for pool_layout_next()
 *
 * Context: Any.
 * Return: The number of blocks.
 */
unsigned int pool_layout_blocks(const struct pool_layout *layout, size_t end)
{
	unsigned int nr = 0;

	for (size_t at = pool_layout_next(layout, 0, end); at < end;
	     at = pool_layout_next(layout, at + layout->size, end))
		nr++;
	return nr;
}

/**
 * pool_layout_init() - compute a layout by the rules of dma_pool_create()
 * @layout: filled in
 * @size: block size in bytes
 * @align: bytes, a power of two, or 0 for none
 * @boundary: bytes, a power of two that no block may cross, or 0 for none
 * @page: bytes of a page, a power of two
 * @granule: bytes, a power of two, at least @page: chunks are whole granules
 *
 * Context: Any.
 * Return: false if dma_pool_create() would refuse the arguments.
 */
bool pool_layout_init(struct pool_layout *layout, size_t size, size_t align, size_t boundary,
		      size_t page, size_t granule)
{
	size_t cell;

	if (align == 0)
		align = 1;
	if (!is_power_of_2(align) || size == 0 || size > INT_MAX || align > INT_MAX)
		return false;

	/* Always a multiple of 16: a block of 24 bytes takes 32, and a unit is at least 16. */
	size = ALIGN(size, max_t(size_t, align, MIN_SIZE));
	if (boundary && (boundary < size || !is_power_of_2(boundary)))
		return false;

	layout->size = size;
	layout->allocation = max_t(size_t, size, page);
	layout->boundary = boundary ? min_t(size_t, boundary, layout->allocation) :
				      layout->allocation;

	/* dma_alloc_coherent() aligns memory to its order; align cells likewise. */
	cell = ALIGN(layout->allocation, page);
	layout->stride = cell < granule ? roundup_pow_of_two(cell) : ALIGN(cell, granule);
	layout->chunk_size = max_t(size_t, layout->stride, granule);
	layout->unit_shift = min_t(unsigned int, __ffs(size), __ffs(page));
	layout->nr_blocks = pool_layout_blocks(layout, layout->chunk_size);
	return true;
}
