/* SPDX-License-Identifier: GPL-2.0-only */
/* Chunks of a pool: shared memory cut into blocks, found by a pointer into it. */
#ifndef _POOL_CHUNK_H
#define _POOL_CHUNK_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/hash.h>
#include <linux/types.h>

#include "granule.h"
#include "pool_layout.h"

struct device;

enum block_state {
	NO_BLOCK,	/* no block begins here */
	FREE,
	USED,
};

/**
 * struct chunk - shared memory that is cut into blocks
 * @vaddr: its first byte
 * @size: bytes
 * @dma: @vaddr for the device
 * @mem: the granules; of no use if @borrowed
 * @borrowed: a single cell, of the kernel's pool for atomic requests
 * @older: for the pool: the next one of all chunks
 * @next: for the pool: the next one with free blocks, while @nr_free > 0
 * @nr_blocks: all
 * @nr_free: blocks on @stack
 * @stack: units at which free blocks begin
 * @state: of each unit, enum block_state
 */
struct chunk {
	void *vaddr;
	size_t size;
	dma_addr_t dma;
	struct granule_chunk mem;
	bool borrowed;
	struct chunk *older, *next;
	unsigned int nr_blocks, nr_free;
	u32 *stack;
	u8 state[];
};

/**
 * struct chunk_index - open addressing, at most half full
 * @older: the one that this replaced. It stays until the pool goes, for a reader takes no
 *	lock; and together they are smaller than the last
 * @hash_shift: of a 32-bit hash, which leaves a slot
 * @granule_shift: log2 of the granule. A chunk that is larger has but one block, so that a
 *	block and its chunk begin in the same granule
 * @mask: slots, a power of two, less one
 * @slots: a chunk, or NULL
 */
struct chunk_index {
	struct chunk_index *older;
	unsigned int hash_shift, granule_shift;
	unsigned long mask;
	struct chunk *slots[];
};

static __always_inline unsigned long chunk_index_slot(const struct chunk_index *index,
						      const void *vaddr)
{
	/* The masks say what is known, and so spare UBSAN its checks. */
	const u32 key = (unsigned long)vaddr >> (index->granule_shift & (BITS_PER_LONG - 1));

	/* Chunks come at a constant distance, often: some distances alone would share slots. */
	return (key ^ key >> 4) * GOLDEN_RATIO_32 >> (index->hash_shift & 31);
}

/**
 * chunk_index_find() - which chunk is it of?
 * @index: an index, or a younger one of the same pool's
 * @vaddr: any pointer; it is not followed
 *
 * Context: Any, beside chunk_index_insert().
 * Return: The chunk that @vaddr lies in, or NULL.
 */
static __always_inline struct chunk *chunk_index_find(const struct chunk_index *index,
						      const void *vaddr)
{
	for (unsigned long i = chunk_index_slot(index, vaddr);; i = (i + 1) & index->mask) {
		struct chunk *chunk = READ_ONCE(index->slots[i]);

		if (!chunk || (size_t)(vaddr - chunk->vaddr) < chunk->size)
			return chunk;
	}
}

/**
 * chunk_index_has_room() - is there a slot for one more?
 * @index: an index
 * @nr_chunks: in it
 *
 * Context: Any.
 * Return: true if so.
 */
static inline bool chunk_index_has_room(const struct chunk_index *index, unsigned int nr_chunks)
{
	return 2 * (nr_chunks + 1) <= index->mask + 1;
}

void chunk_index_insert(struct chunk_index *index, struct chunk *chunk);
struct chunk_index *chunk_index_make(unsigned int nr_chunks, int node, gfp_t gfp);

struct chunk *chunk_make(struct device *dev, const char *owner,
			 const struct pool_layout *layout, int node, gfp_t gfp);
void chunk_discard(struct chunk *chunk, struct device *dev, bool busy);

#endif /* _POOL_CHUNK_H */
