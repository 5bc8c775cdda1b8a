// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/dma-direct.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/timex.h>

#include "../compat.h"
#include "block.h"
#include "counter.h"
#include "fail.h"
#include "source.h"

/* dma_alloc_coherent() aligns a buffer to its order, but CMA at most to this order. */
#define MAX_BUFFER_ORDER	8

/* Read the counter directly: ktime_get_ns() takes as long as some of the measured calls. */
static u64 block_begin(const struct stress_run *run)
{
	return run->request.bare ? 0 : get_cycles();
}

static void block_end(struct stress_worker *w, enum rhi_stress_latency which, u64 start)
{
	if (start && w)
		histogram_add(&w->latency[which],
			      (get_cycles() - start) * w->run->ns_mult >> RUN_NS_SHIFT);
}

static u64 block_alignment(const struct stress_run *run, const struct stress_block *block)
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

/* Check alignment, boundary and mask of a block, and its DMA address against its memory. */
static bool check_place(struct stress_worker *w, struct stress_block *block)
{
	struct stress_run *run = w->run;
	const u64 align = block_alignment(run, block);
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

/* Check a block that must be zero: after a conversion, or with __GFP_ZERO. */
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
 * block_create() - allocate a block, check its address and fill it
 * @w: a worker
 * @block: an empty descriptor with kind and class set
 * @gfp: GFP flags
 *
 * Context: Any that @gfp allows.
 * Return: false if the allocation failed.
 */
bool block_create(struct stress_worker *w, struct stress_block *block, gfp_t gfp)
{
	struct stress_run *run = w->run;
	const bool is_granule = block->kind == KIND_GRANULE;
	const u64 start = block_begin(run);

	if (!source_alloc(run, block, gfp)) {
		counter_add(&w->misses[block->kind], 1);
		block->vaddr = NULL;
		return false;
	}
	block_end(w, is_granule ? RHI_STRESS_SHARE : RHI_STRESS_ALLOC, start);
	counter_add(&w->allocs[block->kind], 1);
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
 * block_verify() - check whether a block still holds its pattern
 * @run: the run
 * @w: a worker; NULL if the workers are gone
 * @block: a live block
 *
 * Context: Any.
 * Return: false if not, which fails the run; also false if the block had failed a check before.
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

/* The RIPAS reported by the RMM decides whether the host can access the memory. */
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

		/*
		 * An invalid answer is a fault of the RMM or the host, not of the code under
		 * test.
		 */
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

static void block_unshare(struct stress_run *run, struct stress_worker *w,
			  struct stress_block *block)
{
	const u64 start = block_begin(run);

	if (rhi_granule_unshare(block->granule)) {
		if (w)
			counter_add(&w->kept, 1);
	} else {
		block_end(w, RHI_STRESS_UNSHARE, start);
		if (!run->request.bare && (!check_private(run, w, block) ||
					   !check_zero(run, w, block))) {
			/* The block stays in its slot for the report. */
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
 * @w: a worker; NULL if the workers are gone
 * @block: a live, verified block; a suspect one is left alone
 *
 * Context: Process, or any if source_is_atomic() is true.
 */
void block_destroy(struct stress_run *run, struct stress_worker *w, struct stress_block *block)
{
	const u64 start = block_begin(run);

	if (block->is_suspect)
		return;
	if (block->kind == KIND_GRANULE) {
		block_unshare(run, w, block);
		if (block->is_suspect)
			return;
		atomic_dec(&run->granules);
	} else {
		source_free(run, block);
		block_end(w, RHI_STRESS_FREE, start);
	}
	if (w)
		counter_add(&w->frees[block->kind], 1);
	block->vaddr = NULL;
}
