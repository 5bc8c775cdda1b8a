// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include "pool_layout.h"

/* mm/dmapool.c keeps its own list in the blocks, and so has no smaller ones. */
#define MIN_SIZE	16

/**
 * pool_layout_next() - where the next block stands
 * @layout: the layout
 * @offset: where it may begin at the earliest, in bytes
 *
 * Context: Any.
 * Return: The offset of the first block at or behind @offset that does not cross a boundary;
 *	at least the chunk's size if there is no further one.
 */
size_t pool_layout_next(const struct pool_layout *layout, size_t offset)
{
	size_t left = layout->boundary - (offset & (layout->boundary - 1));

	if (left < layout->size)
		offset += left;
	return offset + layout->size <= layout->chunk_size ? offset : layout->chunk_size;
}

/**
 * pool_layout_init() - cut chunks into blocks, by the rules of dma_pool_create()
 * @layout: filled in
 * @size: bytes of a block
 * @align: bytes, a power of two, or 0 for none
 * @boundary: bytes, a power of two that no block may cross, or 0 for none
 * @granule: bytes, a power of two: chunks are whole granules
 * @max: bytes, the largest chunk that there can be
 *
 * Context: Any.
 * Return: false if dma_pool_create() would refuse these, or a block is larger than @max.
 */
bool pool_layout_init(struct pool_layout *layout, size_t size, size_t align, size_t boundary,
		      size_t granule, size_t max)
{
	if (align == 0)
		align = 1;
	if (!is_power_of_2(align) || size == 0 || size > INT_MAX || align > max)
		return false;

	/* A multiple of 16 in every case: 24 bytes take 32, and a unit is never below 16. */
	size = ALIGN(size, max_t(size_t, align, MIN_SIZE));
	if (size > max)
		return false;
	layout->size = size;
	layout->chunk_size = ALIGN(size, granule);

	if (boundary && (boundary < size || !is_power_of_2(boundary)))
		return false;
	/* Chunks are aligned to their own size, rounded up to a power of two. */
	if (!boundary || boundary > layout->chunk_size)
		boundary = roundup_pow_of_two(layout->chunk_size);
	layout->boundary = boundary;

	layout->unit_shift = __ffs(size);
	layout->nr_blocks = 0;
	for (size_t at = pool_layout_next(layout, 0); at < layout->chunk_size;
	     at = pool_layout_next(layout, at + size))
		layout->nr_blocks++;
	return true;
}
