/* SPDX-License-Identifier: GPL-2.0-only */
/* Chunks of a pool: shared memory divided into blocks, found by address. */
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
 * struct chunk - shared memory divided into blocks
 * @vaddr: first byte
 * @size: bytes
 * @dma: DMA address of @vaddr
 * @mem: the granules; unused if @borrowed
 * @borrowed: a single cell from the kernel's pool for atomic requests
 * @older: next entry in the pool's list of all chunks
 * @next: next entry in the pool's list of chunks with free blocks, while @nr_free > 0
 * @nr_blocks: number of blocks
 * @nr_free: blocks on @stack
 * @stack: units at which the free blocks begin
 * @state: enum block_state of each unit
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
 * struct chunk_index - hash table of chunks; open addressing, at most half full
 * @older: the index that this one replaced. It lives as long as the pool because readers take no
 *	lock; all older ones together are smaller than this one
 * @hash_shift: right shift of a 32-bit hash that leaves a slot number
 * @granule_shift: log2 of the granule. A chunk larger than a granule has a single block, so a
 *	block and its chunk always begin in the same granule
 * @mask: number of slots, a power of two, minus one
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
	/* The masks bound the shifts, so UBSAN adds no checks. */
	const u32 key = (unsigned long)vaddr >> (index->granule_shift & (BITS_PER_LONG - 1));

	/*
	 * Chunks are often equally spaced, and for some distances the product alone would
	 * collide.
	 */
	return (key ^ key >> 4) * GOLDEN_RATIO_32 >> (index->hash_shift & 31);
}

/**
 * chunk_index_find() - find the chunk that contains an address
 * @index: an index of a pool; chunks added to a newer one only are not found
 * @vaddr: any pointer; never dereferenced
 *
 * Context: Any, also concurrently with chunk_index_insert().
 * Return: The chunk, or NULL.
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
 * chunk_index_has_room() - check for room for one more chunk
 * @index: an index
 * @nr_chunks: chunks in it
 *
 * Context: Any.
 * Return: true if the index stays at most half full.
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
