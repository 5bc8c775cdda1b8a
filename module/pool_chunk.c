// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-direct.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "pool_chunk.h"

#define MIN_SLOTS	4

/**
 * chunk_index_insert() - let a chunk be found
 * @index: an index that is less than half full
 * @chunk: the chunk, filled in
 *
 * Context: Any; one caller at a time, readers beside it.
 */
void chunk_index_insert(struct chunk_index *index, struct chunk *chunk)
{
	unsigned long i = chunk_index_slot(index, chunk->mem.vaddr);

	while (index->slots[i])
		i = (i + 1) & index->mask;
	/* Pairs with the address dependency in chunk_index_find(). */
	smp_store_release(&index->slots[i], chunk);
}

/**
 * chunk_index_larger() - make room for one more chunk
 * @old: the present index, or NULL
 * @nr_chunks: in it
 * @chunk_size: bytes, the same for all of them
 * @node: NUMA node
 * @gfp: GFP flags
 *
 * Context: As @gfp says.
 * Return: An empty index, NULL if @old has room, or %-ENOMEM as a pointer.
 */
struct chunk_index *chunk_index_larger(const struct chunk_index *old, unsigned int nr_chunks,
				       size_t chunk_size, int node, gfp_t gfp)
{
	const unsigned long slots = old ? 2 * (old->mask + 1) : MIN_SLOTS;
	struct chunk_index *index;

	if (old && 2 * (nr_chunks + 1) <= old->mask + 1)
		return NULL;
	index = kvzalloc_node(struct_size(index, slots, slots), gfp, node);
	if (!index)
		return ERR_PTR(-ENOMEM);
	index->mask = slots - 1;
	index->hash_shift = 32 - ilog2(slots);
	index->chunk_shift = PAGE_SHIFT + get_order(chunk_size);
	index->chunk_size = chunk_size;
	return index;
}

/* The lowest address goes first, so it is put last. */
static void cut(struct chunk *chunk, const struct pool_layout *layout)
{
	unsigned int nr = layout->nr_blocks;

	for (size_t at = pool_layout_next(layout, 0); at < layout->chunk_size;
	     at = pool_layout_next(layout, at + layout->size)) {
		chunk->stack[--nr] = at >> layout->unit_shift;
		chunk->state[at >> layout->unit_shift] = FREE;
	}
	chunk->nr_free = layout->nr_blocks;
}

/**
 * chunk_make() - share granules and cut them into blocks
 * @dev: whose DMA it is
 * @owner: what for, for people; must outlive the chunk
 * @layout: how to cut
 * @node: NUMA node of what describes them; the granules are near @dev
 * @gfp: GFP flags that allow blocking
 *
 * Context: Process, may sleep.
 * Return: The chunk, all of whose blocks are free; or %-ENOMEM or an error of
 *	granule_alloc() as a pointer.
 */
struct chunk *chunk_make(struct device *dev, const char *owner,
			 const struct pool_layout *layout, int node, gfp_t gfp)
{
	const size_t units = layout->chunk_size >> layout->unit_shift;
	struct chunk *chunk;
	int err = -ENOMEM;

	chunk = kvzalloc_node(struct_size(chunk, state, units), gfp, node);
	if (!chunk)
		return ERR_PTR(-ENOMEM);
	chunk->stack = kvmalloc_node(array_size(layout->nr_blocks, sizeof(*chunk->stack)), gfp,
				     node);
	if (chunk->stack)
		err = granule_alloc(&chunk->mem, dev, owner, layout->chunk_size, gfp);
	if (err) {
		kvfree(chunk->stack);
		kvfree(chunk);
		return ERR_PTR(err);
	}
	chunk->dma = phys_to_dma_unencrypted(dev, virt_to_phys(chunk->mem.vaddr));
	cut(chunk, layout);
	return chunk;
}

/**
 * chunk_discard() - the end of a chunk
 * @chunk: from chunk_make()
 * @busy: a device may still write there: then its granules stay shared, and are lost
 *
 * Context: Process, may sleep.
 */
void chunk_discard(struct chunk *chunk, bool busy)
{
	if (busy)
		granule_leak(&chunk->mem);
	else
		granule_free(&chunk->mem);
	kvfree(chunk->stack);
	kvfree(chunk);
}
