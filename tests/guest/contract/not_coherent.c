// SPDX-License-Identifier: GPL-2.0-only
/* A device that does not snoop caches: all its memory is remapped. */
#include <linux/dmapool.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "contract.h"

void not_coherent_run(struct facts *f)
{
	static const size_t sizes[] = { 1, 5000, SZ_64K, SZ_256K };
	struct platform_device *pdev;
	struct buffer b = {};
	struct dma_pool *pool;

	pdev = platform_device_register_simple("contract_snoopless", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return;
	b.dev = &pdev->dev;
	dma_set_coherent_mask(b.dev, DMA_BIT_MASK(64));
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		b.size = sizes[i];
		facts_begin(f, b.dev, "not coherent, dma_alloc_coherent %zu", b.size);
		buffer_take(f, &b, GFP_KERNEL, 0);
		buffer_give(f, &b, 0);
		facts_end(f);
	}
	facts_begin(f, b.dev, "not coherent, dma_pool");
	pool = dma_pool_create("snoopless", b.dev, 64, 0, 0);
	b.size = 64;
	b.vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &b.dma) : NULL;
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr)
		dma_pool_free(pool, b.vaddr, b.dma);
	dma_pool_destroy(pool);
	facts_end(f);
	platform_device_unregister(pdev);
}
