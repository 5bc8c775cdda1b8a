// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks that are checked when allocated and when freed. A bitmap with one bit per 16 bytes of RAM
 * records blocks in use: no two blocks may overlap, across all pools and CPUs.
 */
#include <linux/bitmap.h>
#include <linux/dma-direct.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <compat.h>

#include "pool_test.h"

#define UNIT	16

const char * const no_block = "no block available";

static unsigned long *taken;
static phys_addr_t ram_start, ram_end;

int block_init(void)
{
	int node;

	ram_start = PHYS_ADDR_MAX;
	for_each_online_node(node) {
		ram_start = min(ram_start, PFN_PHYS(node_start_pfn(node)));
		ram_end = max(ram_end, PFN_PHYS(node_end_pfn(node)));
	}
	taken = vzalloc(BITS_TO_LONGS((ram_end - ram_start) / UNIT) * sizeof(long));
	return taken ? 0 : -ENOMEM;
}

void block_exit(void)
{
	vfree(taken);
}

/* Returns true if no block was in use. */
bool block_forget_all(void)
{
	const size_t bits = (ram_end - ram_start) / UNIT;
	bool none = bitmap_empty(taken, bits);

	if (!none)
		bitmap_zero(taken, bits);
	return none;
}

/* Blocks allocated without blocking may have no linear address. */
static phys_addr_t block_phys(const struct block *block)
{
	return dma_to_phys(test_dev, block->dma);
}

static const char *set_taken(const struct block *block, size_t bytes, bool yes)
{
	unsigned long bit = (block_phys(block) - ram_start) / UNIT;
	bool good = true;

	for (size_t i = 0; i < bytes; i += UNIT, bit++)
		good &= (yes ? test_and_set_bit(bit, taken) : !test_and_clear_bit(bit, taken)) == 0;
	if (good)
		return NULL;
	return yes ? "overlaps another block" : "was not allocated";
}

static u32 pattern(const struct block *block, size_t i)
{
	return block->id * 2654435761U + i;
}

static void block_fill(const struct shape *shape, const struct block *block)
{
	u32 *p = block->vaddr;

	if (!content)
		return;
	for (size_t i = 0; i < shape->size / sizeof(*p); i++)
		WRITE_ONCE(p[i], pattern(block, i));
}

/* Check that a block still has its pattern. */
const char *block_look(const struct shape *shape, const struct block *block)
{
	const u32 *p = block->vaddr;

	for (size_t i = 0; content && i < shape->size / sizeof(*p); i++) {
		if (READ_ONCE(p[i]) != pattern(block, i))
			return "overwritten";
	}
	return NULL;
}

static bool crosses(u64 at, const struct shape *shape)
{
	return shape->boundary &&
	       at / shape->boundary != (at + shape->size - 1) / shape->boundary;
}

static const char *where_it_is(const struct shape *shape, const struct block *block)
{
	const phys_addr_t phys = block_phys(block);
	const size_t align = max_t(size_t, shape->align, 1);

	if (phys < ram_start || phys + shape->size > ram_end)
		return "not in RAM";
	if (is_vmalloc_addr(block->vaddr) ? offset_in_page(block->vaddr) != offset_in_page(phys) :
	    block->vaddr != phys_to_virt(phys))
		return "wrong DMA address";
	if (block->dma != phys_to_dma_unencrypted(test_dev, phys))
		return "not a shared address";
	if (shape->size <= PAGE_SIZE && offset_in_page(phys) + shape->size > PAGE_SIZE)
		return "crosses a page";
	if (!IS_ALIGNED((unsigned long)block->vaddr | block->dma, align))
		return "not aligned";
	if (crosses(phys, shape) || crosses(block->dma, shape))
		return "crosses a boundary";
	return NULL;
}

/* Allocate a block, check all guarantees, and fill it. */
const char *block_get(struct rhi_pool *pool, const struct shape *shape, gfp_t gfp, u32 id,
		      struct block *block)
{
	const char *wrong;

	*block = (struct block){ .id = id, .dma = ~0ULL };
	block->vaddr = rhi_pool_alloc(pool, gfp, &block->dma);
	if (!block->vaddr)
		return no_block;
	wrong = where_it_is(shape, block);
	if (!wrong)
		wrong = set_taken(block, shape->size, true);
	if (wrong) {
		block->vaddr = NULL;	/* do not access or free it */
		return wrong;
	}
	if (gfp & __GFP_ZERO && content && memchr_inv(block->vaddr, 0, shape->size))
		wrong = "not zeroed";
	block_fill(shape, block);
	return wrong;
}

/* Check the contents of a block, and free it. */
const char *block_put(struct rhi_pool *pool, const struct shape *shape, struct block *block)
{
	void *vaddr = block->vaddr;
	const char *wrong, *wrong_bits;

	if (!vaddr)
		return NULL;
	wrong = block_look(shape, block);
	wrong_bits = set_taken(block, shape->size, false);
	block->vaddr = NULL;
	rhi_pool_free(pool, vaddr, block->dma);
	return wrong ?: wrong_bits;
}

/* Stop tracking a block that stays allocated. */
void block_forget(const struct shape *shape, struct block *block)
{
	set_taken(block, shape->size, false);
	block->vaddr = NULL;
}

static bool all_is(phys_addr_t start, size_t bytes, enum ripas want)
{
	const phys_addr_t end = PAGE_ALIGN(start + bytes);

	start &= PAGE_MASK;
	while (start < end) {
		enum ripas ripas;
		phys_addr_t top;

		if (rsi_ipa_state_get(start, end, &ripas, &top) || ripas != want || top <= start)
			return false;
		start = top;
	}
	return true;
}

bool is_ram(phys_addr_t start, size_t bytes)
{
	return all_is(start, bytes, RSI_RIPAS_RAM);
}

bool is_shared(phys_addr_t start, size_t bytes)
{
	return all_is(start, bytes, RSI_RIPAS_EMPTY);
}

/* Check that all granules of a block are completely shared. */
const char *block_in_whole_granules(const struct shape *shape, const struct block *block)
{
	const phys_addr_t phys = block_phys(block);
	const phys_addr_t start = round_down(phys, granule);

	if (is_shared(start, round_up(phys + shape->size, granule) - start))
		return NULL;
	return "its granules are partly private";
}
