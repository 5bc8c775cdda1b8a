// SPDX-License-Identifier: GPL-2.0-only
/* API misuse that the kernel tolerates */
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "contract.h"

/*
 * The kernel accepts any size that covers the same pages; only CONFIG_DMA_API_DEBUG checks the
 * exact size.
 */
static void other_size(struct facts *f, size_t size, size_t freed)
{
	struct buffer b = { .dev = test_dev, .size = size };

	if (IS_ENABLED(CONFIG_DMA_API_DEBUG))
		return;
	facts_begin(f, b.dev, "dma_alloc_coherent %zu, dma_free_coherent %zu", size, freed);
	b.vaddr = dma_alloc_coherent(b.dev, size, &b.dma, GFP_KERNEL);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr)
		dma_free_coherent(b.dev, freed, b.vaddr, b.dma);
	facts_end(f);
}

/* Freed with other attributes: both names share one implementation. */
static void other_attrs(struct facts *f)
{
	struct buffer b = { .dev = test_dev, .size = 5000 };

	facts_begin(f, b.dev, "dma_alloc_coherent 5000, freed with DMA_ATTR_WRITE_COMBINE");
	b.vaddr = dma_alloc_coherent(b.dev, b.size, &b.dma, GFP_KERNEL);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr)
		dma_free_attrs(b.dev, b.size, b.vaddr, b.dma, DMA_ATTR_WRITE_COMBINE);
	facts_end(f);
}

/* A block is still in use: the kernel warns, and its memory stays shared forever. */
static void busy(struct facts *f)
{
	struct dma_pool *pool;
	dma_addr_t dma;
	u8 *vaddr;

	facts_begin(f, NULL, "dma_pool_destroy with a block in use");
	pool = dma_pool_create("in_use", test_dev, 64, 0, 0);
	vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma) : NULL;
	dma_pool_destroy(pool);
	facts_check(f, vaddr, "ok", "NULL");
	if (vaddr) {
		/* Device and driver may continue to use it. */
		memset(vaddr, 0x77, 64);
		facts_check(f, !memchr_inv(vaddr, 0x77, 64), "kept", "NOT KEPT");
		facts_check(f, phys_shared(virt_to_phys(vaddr), 64), "still shared",
			    "NO LONGER SHARED");
	}
	facts_end(f);
}

void misuse_run(struct facts *f)
{
	other_size(f, 5000, 8192);
	other_size(f, 1, PAGE_SIZE);
	other_size(f, SZ_64K, SZ_64K - 1);
	other_size(f, SZ_256K - 5, SZ_256K);
	other_attrs(f);
	busy(f);
}
