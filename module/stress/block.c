// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/dma-direct.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/timex.h>

#include <asm/rsi.h>

#include "block.h"
#include "fail.h"
#include "source.h"

/* dma_alloc_coherent() aligns to the order of a buffer, but CMA to no more than this. */
#define MAX_BUFFER_ORDER	8

/* The counter itself: ktime_get_ns() takes as long as some of what is measured. */
static u64 begin(const struct stress_run *run)
{
	return run->request.bare ? 0 : get_cycles();
}

static void end(struct stress_worker *w, enum rhi_stress_latency which, u64 start)
{
	if (start && w)
		histogram_add(&w->latency[which],
			      (get_cycles() - start) * w->run->ns_mult >> RUN_NS_SHIFT);
}

static u64 alignment(const struct stress_run *run, const struct stress_block *block)
{
	switch (block->kind) {
	case KIND_POOL:
	case KIND_DMA_POOL:
		return block->class->align;
	case KIND_GRANULE:
		return run->granule;
	default:
		return PAGE_SIZE << min(get_order(block->size), MAX_BUFFER_ORDER);
	}
}

/* Is the block where it was asked for, and where the DMA address says? */
static bool check_place(struct stress_worker *w, struct stress_block *block)
{
	struct stress_run *run = w->run;
	const u64 align = alignment(run, block);
	const u64 last = block->dma + block->size - 1;
	const bool is_of_pool = block->kind == KIND_POOL || block->kind == KIND_DMA_POOL;
	const u64 boundary = is_of_pool ? block->class->boundary : 0;
	dma_addr_t dma;

	if (run->request.mask < 64 && last >> run->request.mask) {
		stress_fail(run, w, RHI_STRESS_MASK_EXCEEDED, block, 0,
			    DMA_BIT_MASK(run->request.mask), last);
		return false;
	}
	if (!IS_ALIGNED(block->dma, align) ||
	    (block->kind == KIND_GRANULE && !IS_ALIGNED(block->size, align))) {
		stress_fail(run, w, RHI_STRESS_ALIGNMENT, block, 0, align, block->dma);
		return false;
	}
	if (boundary && (block->dma ^ last) & ~(boundary - 1)) {
		stress_fail(run, w, RHI_STRESS_BOUNDARY, block, 0, boundary, block->dma);
		return false;
	}
	dma = phys_to_dma_unencrypted(run->dev, stress_phys(block->vaddr));
	if (dma != block->dma) {
		stress_fail(run, w, RHI_STRESS_DMA_ADDRESS, block, 0, dma, block->dma);
		return false;
	}
	return true;
}

/* A block that ought to be zero: memory of a conversion, or what was asked for so. */
static bool check_zero(struct stress_run *run, struct stress_worker *w, struct stress_block *block)
{
	u64 found;
	const size_t offset = pattern_is_zero(block->vaddr, block->size, block->key,
					      run->request.every, &found);

	if (offset == PATTERN_GOOD)
		return true;
	stress_fail(run, w, RHI_STRESS_CONTENT, block, offset, 0, found);
	return false;
}

/**
 * block_create() - allocate a block, check where it is, and fill it
 * @w: a worker
 * @block: with kind and class, and no block
 * @gfp: how
 *
 * Context: As @gfp says.
 * Return: false if there is none.
 */
bool block_create(struct stress_worker *w, struct stress_block *block, gfp_t gfp)
{
	struct stress_run *run = w->run;
	const bool is_granule = block->kind == KIND_GRANULE;
	const u64 start = begin(run);

	if (!source_alloc(run, block, gfp)) {
		w->misses[block->kind]++;
		block->vaddr = NULL;
		return false;
	}
	end(w, is_granule ? RHI_STRESS_SHARE : RHI_STRESS_ALLOC, start);
	w->allocs[block->kind]++;
	block->mark = (struct stress_mark){ w->index, w->operation };
	if (run->request.bare)
		return true;

	block->key = pattern_key(run->request.seed, &block->mark);
	if (!check_place(w, block))
		return true;
	if ((is_granule || gfp & __GFP_ZERO) &&
	    !check_zero(run, w, block))
		return true;
	pattern_fill(block->vaddr, block->size, block->key, run->request.every);
	return true;
}

/**
 * block_verify() - has a block what was written into it?
 * @run: the run
 * @w: a worker; NULL: the workers are gone
 * @block: a live block
 *
 * Context: Any.
 * Return: false if it has not, and the run has failed; or if it failed with this block.
 */
bool block_verify(struct stress_run *run, struct stress_worker *w, struct stress_block *block)
{
	u64 expected, found;
	size_t offset;

	if (block->is_suspect)
		return false;
	if (run->request.bare)
		return true;
	offset = pattern_verify(block->vaddr, block->size, block->key, run->request.every,
				&expected, &found);
	if (offset == PATTERN_GOOD)
		return true;
	stress_fail_content(run, w, block, offset, expected, found);
	return false;
}

/* What the RMM says of the memory is what the host can do with it. */
static bool check_private(struct stress_run *run, struct stress_worker *w,
			  struct stress_block *block)
{
	phys_addr_t at = virt_to_phys(block->vaddr);
	const phys_addr_t start = at, top = at + block->size;

	if (!is_realm_world())
		return true;
	while (at < top) {
		enum ripas ripas = RSI_RIPAS_EMPTY;
		phys_addr_t next;

		/* An answer that makes no sense is the RMM's or the host's affair. */
		if (rsi_ipa_state_get(at, top, &ripas, &next) || next <= at || next > top)
			return true;
		if (ripas != RSI_RIPAS_RAM) {
			stress_fail(run, w, RHI_STRESS_STILL_SHARED, block, at - start,
				    RSI_RIPAS_RAM, ripas);
			return false;
		}
		at = next;
	}
	return true;
}

static void unshare(struct stress_run *run, struct stress_worker *w, struct stress_block *block)
{
	const u64 start = begin(run);

	if (rhi_granule_unshare(block->granule)) {
		if (w)
			w->kept++;
	} else {
		end(w, RHI_STRESS_UNSHARE, start);
		if (!run->request.bare && (!check_private(run, w, block) ||
					   !check_zero(run, w, block))) {
			/* It stays in its slot, for the report. */
			rhi_granule_leak(block->granule);
			block->granule = NULL;
			return;
		}
	}
	rhi_granule_free(block->granule);
}

/**
 * block_destroy() - free a block
 * @run: the run
 * @w: a worker; NULL: the workers are gone
 * @block: a live block, verified; a suspect one stays where it is
 *
 * Context: Process, or where source_is_atomic() says so.
 */
void block_destroy(struct stress_run *run, struct stress_worker *w, struct stress_block *block)
{
	const u64 start = begin(run);

	if (block->is_suspect)
		return;
	if (block->kind == KIND_GRANULE) {
		unshare(run, w, block);
		if (block->is_suspect)
			return;
		atomic_dec(&run->granules);
	} else {
		source_free(run, block);
		end(w, RHI_STRESS_FREE, start);
	}
	if (w)
		w->frees[block->kind]++;
	block->vaddr = NULL;
}
