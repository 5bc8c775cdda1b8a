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
 * chunk_index_insert() - add a chunk
 * @index: an index with room
 * @chunk: the chunk, initialized
 *
 * Context: Any; one writer at a time, concurrent readers allowed.
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
 * chunk_index_make() - allocate an index with spare room
 * @nr_chunks: chunks it will soon hold
 * @node: NUMA node
 * @gfp: GFP flags
 *
 * Context: Any that @gfp allows.
 * Return: An empty index, or NULL if out of memory.
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

/* Fill the stack from its end, so that the lowest address is handed out first. */
static void chunk_cut(struct chunk *chunk, const struct pool_layout *layout)
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
 * Nothing can be converted in atomic context. The kernel's dma_pool then takes a page that was
 * shared at boot; do the same. That memory is outside the linear map.
 */
static int chunk_borrow(struct chunk *chunk, struct device *dev, gfp_t gfp)
{
	chunk->borrowed = true;
	chunk->vaddr = dma_alloc_coherent(dev, chunk->size, &chunk->dma, gfp | __GFP_NOWARN);
	return chunk->vaddr ? 0 : -ENOMEM;
}

static int chunk_share(struct chunk *chunk, struct device *dev, const char *owner, gfp_t gfp)
{
	int err = granule_alloc(&chunk->mem, dev, owner, chunk->size, gfp);

	if (err)
		return err;
	chunk->vaddr = chunk->mem.vaddr;
	chunk->dma = phys_to_dma_unencrypted(dev, virt_to_phys(chunk->vaddr));
	return 0;
}

/**
 * chunk_make() - allocate shared memory and divide it into blocks
 * @dev: the device that does the DMA
 * @owner: purpose, for reports; must outlive the chunk
 * @layout: how to divide it
 * @node: NUMA node of the metadata; the granules are near @dev
 * @gfp: GFP flags. If they do not allow blocking, the chunk is a single cell of memory that is
 *	already shared
 *
 * Context: Any that @gfp allows.
 * Return: The chunk, with all blocks free; or ERR_PTR() of %-ENOMEM or an error of
 *	granule_alloc().
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
		err = blocks ? chunk_share(chunk, dev, owner, gfp) : chunk_borrow(chunk, dev, gfp);
	if (err) {
		kvfree(chunk->stack);
		kvfree(chunk);
		return ERR_PTR(err);
	}
	chunk_cut(chunk, layout);
	return chunk;
}

/**
 * chunk_discard() - free a chunk
 * @chunk: from chunk_make()
 * @dev: the device that did the DMA
 * @busy: a device may still write to it: leak the memory, which stays shared
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
