// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "hostconf.h"
#include "pages.h"
#include "pool_chunk.h"

#define MIN_SLOTS	4

/**
 * chunk_index_insert() - let a chunk be found
 * @index: an index that has room
 * @chunk: the chunk, filled in
 *
 * Context: Any; one caller at a time, readers beside it.
 */
void chunk_index_insert(struct chunk_index *index, struct chunk *chunk)
{
	unsigned long i = chunk_index_slot(index, chunk->vaddr);

	while (index->slots[i])
		i = (i + 1) & index->mask;
	/* Pairs with the address dependency in chunk_index_find(). */
	smp_store_release(&index->slots[i], chunk);
}

/**
 * chunk_index_make() - make an index with room to spare
 * @nr_chunks: that it will have soon
 * @node: NUMA node
 * @gfp: GFP flags
 *
 * Context: As @gfp says.
 * Return: An empty index, or NULL without memory.
 */
struct chunk_index *chunk_index_make(unsigned int nr_chunks, int node, gfp_t gfp)
{
	const unsigned long slots = roundup_pow_of_two(max(4UL * nr_chunks, MIN_SLOTS));
	struct chunk_index *index;

	index = kvzalloc_node(struct_size(index, slots, slots), gfp, node);
	if (!index)
		return NULL;
	index->mask = slots - 1;
	index->hash_shift = 32 - ilog2(slots);
	index->granule_shift = ilog2(hostconf.granule);
	return index;
}

/* The lowest address goes first, so it is put last. */
static void cut(struct chunk *chunk, const struct pool_layout *layout)
{
	unsigned int nr = chunk->nr_blocks;

	for (size_t at = pool_layout_next(layout, 0, chunk->size); at < chunk->size;
	     at = pool_layout_next(layout, at + layout->size, chunk->size)) {
		chunk->stack[--nr] = at >> layout->unit_shift;
		chunk->state[at >> layout->unit_shift] = FREE;
	}
	chunk->nr_free = chunk->nr_blocks;
}

/*
 * Where nothing may block nothing can be converted. The kernel's dma_pool then takes a page
 * that was shared at boot; so does this. It has no place in the linear map.
 */
static int borrow(struct chunk *chunk, struct device *dev, gfp_t gfp)
{
	chunk->borrowed = true;
	chunk->vaddr = dma_alloc_coherent(dev, chunk->size, &chunk->dma, gfp | __GFP_NOWARN);
	return chunk->vaddr ? 0 : -ENOMEM;
}

static int share(struct chunk *chunk, struct device *dev, const char *owner, gfp_t gfp)
{
	int err = granule_alloc(&chunk->mem, dev, owner, chunk->size, gfp);

	if (err)
		return err;
	chunk->vaddr = chunk->mem.vaddr;
	chunk->dma = phys_to_dma_unencrypted(dev, virt_to_phys(chunk->vaddr));
	return 0;
}

/**
 * chunk_make() - get shared memory and cut it into blocks
 * @dev: whose DMA it is
 * @owner: what for, for people; must outlive the chunk
 * @layout: how to cut
 * @node: NUMA node of what describes them; the granules are near @dev
 * @gfp: GFP flags. Without blocking it is a single cell, of memory that is shared already
 *
 * Context: As @gfp says.
 * Return: The chunk, all of whose blocks are free; or %-ENOMEM or an error of
 *	granule_alloc() as a pointer.
 */
struct chunk *chunk_make(struct device *dev, const char *owner,
			 const struct pool_layout *layout, int node, gfp_t gfp)
{
	const bool blocks = gfpflags_allow_blocking(gfp);
	const size_t size = blocks ? layout->chunk_size : PAGE_ALIGN(layout->allocation);
	const gfp_t meta = pages_metadata_gfp(gfp);
	struct chunk *chunk;
	int err = -ENOMEM;

	chunk = kvzalloc_node(struct_size(chunk, state, size >> layout->unit_shift), meta, node);
	if (!chunk)
		return ERR_PTR(-ENOMEM);
	chunk->size = size;
	chunk->nr_blocks = blocks ? layout->nr_blocks : pool_layout_blocks(layout, size);
	chunk->stack = kvmalloc_node(array_size(chunk->nr_blocks, sizeof(*chunk->stack)), meta,
				     node);
	if (chunk->stack)
		err = blocks ? share(chunk, dev, owner, gfp) : borrow(chunk, dev, gfp);
	if (err) {
		kvfree(chunk->stack);
		kvfree(chunk);
		return ERR_PTR(err);
	}
	cut(chunk, layout);
	return chunk;
}

/**
 * chunk_discard() - the end of a chunk
 * @chunk: from chunk_make()
 * @dev: whose DMA it was
 * @busy: a device may still write there: then its memory stays shared, and is lost
 *
 * Context: Process, may sleep.
 */
void chunk_discard(struct chunk *chunk, struct device *dev, bool busy)
{
	if (chunk->borrowed) {
		if (!busy)
			dma_free_coherent(dev, chunk->size, chunk->vaddr, chunk->dma);
	} else if (busy) {
		granule_leak(&chunk->mem);
	} else {
		granule_free(&chunk->mem);
	}
	kvfree(chunk->stack);
	kvfree(chunk);
}
