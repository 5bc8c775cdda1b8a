// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include <rhi_granule.h>
#include <rhi_pool.h>

#include "source.h"

static bool source_needs(const struct stress_run *run, enum rhi_stress_source source)
{
	return run->request.source == source || run->request.source == RHI_STRESS_ANY_SOURCE;
}

/* Draw one size per power of two that the request allows, with an alignment and a boundary. */
static void draw_classes(struct stress_run *run, struct rnd_state *rnd)
{
	const u64 min = run->request.min, max = run->request.max;

	for (unsigned int bit = ilog2(min); bit <= ilog2(max); bit++) {
		struct stress_class *class = &run->classes[run->nr_classes++];
		const u64 low = max(min, BIT_ULL(bit)), high = min(max, BIT_ULL(bit + 1) - 1);

		class->size = low + prandom_u32_state(rnd) % (high - low + 1);
		class->align = 1UL << prandom_u32_state(rnd) % (bit + 1);
		if (prandom_u32_state(rnd) % 2)
			class->boundary = roundup_pow_of_two(round_up(class->size, class->align)) <<
					  prandom_u32_state(rnd) % 3;
	}
}

/**
 * source_create() - create the pools of a run
 * @run: the run, with its device
 *
 * Context: Process, may sleep.
 * Return: %0 or %-ENOMEM; call source_destroy() in both cases.
 */
int source_create(struct stress_run *run)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, pattern_mix(run->request.seed));
	draw_classes(run, &rnd);
	for (unsigned int i = 0; i < run->nr_classes; i++) {
		struct stress_class *class = &run->classes[i];

		if (source_needs(run, RHI_STRESS_POOL)) {
			class->rhi = rhi_pool_create("stress", run->dev, class->size, class->align,
						     class->boundary);
			if (!class->rhi)
				return -ENOMEM;
		}
		if (source_needs(run, RHI_STRESS_DMA)) {
			class->dma = dma_pool_create("stress", run->dev, class->size, class->align,
						     class->boundary);
			if (!class->dma)
				return -ENOMEM;
		}
	}
	return 0;
}

/**
 * source_destroy() - undo source_create(); no block is live
 * @run: the run
 *
 * Context: Process, may sleep.
 */
void source_destroy(struct stress_run *run)
{
	for (unsigned int i = 0; i < run->nr_classes; i++) {
		rhi_pool_destroy(run->classes[i].rhi);
		dma_pool_destroy(run->classes[i].dma);
	}
}

/**
 * source_is_atomic() - check whether an API can be used in atomic context
 * @kind: the API
 * @is_free: true for freeing, false for allocating
 *
 * dma_alloc_pages() is excluded: before 7.3 dma_direct_alloc_from_pool() passes it an address
 * instead of a page. Coherent memory cannot be freed with interrupts off.
 *
 * Context: Any.
 * Return: true if it can.
 */
bool source_is_atomic(enum stress_kind kind, bool is_free)
{
	return kind == KIND_POOL || kind == KIND_DMA_POOL || (kind == KIND_COHERENT && !is_free);
}

static bool source_share(struct stress_run *run, struct stress_block *block, gfp_t gfp)
{
	struct rhi_granule *granule = rhi_granule_share(run->dev, "stress", 1, gfp);

	if (IS_ERR(granule))
		return false;
	block->granule = granule;
	block->vaddr = rhi_granule_vaddr(granule);
	block->size = rhi_granule_size(granule);
	block->dma = phys_to_dma_unencrypted(run->dev, virt_to_phys(block->vaddr));
	return true;
}

/**
 * source_alloc() - allocate a block
 * @run: the run
 * @block: with kind and class set; address and size are filled in
 * @gfp: GFP flags; atomic ones only if source_is_atomic() is true
 *
 * Context: Any that @gfp allows.
 * Return: false if the allocation failed.
 */
bool source_alloc(struct stress_run *run, struct stress_block *block, gfp_t gfp)
{
	struct stress_class *class = block->class;
	struct page *page;

	gfp |= __GFP_NOWARN;
	block->size = class->size;
	switch (block->kind) {
	case KIND_POOL:
		block->vaddr = rhi_pool_alloc(class->rhi, gfp, &block->dma);
		break;
	case KIND_DMA_POOL:
		block->vaddr = dma_pool_alloc(class->dma, gfp, &block->dma);
		break;
	case KIND_COHERENT:
		block->vaddr = dma_alloc_coherent(run->dev, block->size, &block->dma, gfp);
		break;
	case KIND_PAGES:
		page = dma_alloc_pages(run->dev, block->size, &block->dma, DMA_BIDIRECTIONAL, gfp);
		block->vaddr = page ? page_address(page) : NULL;
		break;
	default:
		return source_share(run, block, gfp);
	}
	return block->vaddr;
}

/**
 * source_free() - free a block
 * @run: the run
 * @block: from source_alloc(); not a granule
 *
 * Context: Any if source_is_atomic() is true, else process.
 */
void source_free(struct stress_run *run, struct stress_block *block)
{
	switch (block->kind) {
	case KIND_POOL:
		rhi_pool_free(block->class->rhi, block->vaddr, block->dma);
		break;
	case KIND_DMA_POOL:
		dma_pool_free(block->class->dma, block->vaddr, block->dma);
		break;
	case KIND_COHERENT:
		dma_free_coherent(run->dev, block->size, block->vaddr, block->dma);
		break;
	case KIND_PAGES:
		dma_free_pages(run->dev, block->size, virt_to_page(block->vaddr), block->dma,
			       DMA_BIDIRECTIONAL);
		break;
	default:
		break;
	}
}
