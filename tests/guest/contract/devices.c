// SPDX-License-Identifier: GPL-2.0-only
/* Unusual devices, and references to devices */
#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "contract.h"

#ifdef CONFIG_ARCH_HAS_DMA_OPS
static unsigned int nr_alloc, nr_free;

static void *own_alloc(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
		       unsigned long attrs)
{
	struct page *page = alloc_pages(gfp | __GFP_ZERO, get_order(size));

	if (!page)
		return NULL;
	nr_alloc++;
	*dma = page_to_phys(page);
	return page_address(page);
}

static void own_free(struct device *dev, size_t size, void *vaddr, dma_addr_t dma,
		     unsigned long attrs)
{
	nr_free++;
	free_pages((unsigned long)vaddr, get_order(size));
}

static const struct dma_map_ops own_ops = {
	.alloc = own_alloc,
	.free = own_free,
};

/* Some buses install dma_map_ops on the devices behind them. */
static void own_operations(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_ops");
	struct dma_pool *pool;
	dma_addr_t dma;
	void *vaddr;

	if (!pdev)
		return;
	dma_set_coherent_mask(&pdev->dev, DMA_BIT_MASK(64));
	set_dma_ops(&pdev->dev, &own_ops);
	nr_alloc = 0;
	nr_free = 0;
	facts_begin(f, &pdev->dev, "own operations, dma_alloc_coherent 5000");
	vaddr = dma_alloc_coherent(&pdev->dev, 5000, &dma, GFP_KERNEL);
	facts_check(f, vaddr, "ok", "NULL");
	if (vaddr)
		dma_free_coherent(&pdev->dev, 5000, vaddr, dma);
	facts_say(f, "%u calls of alloc, %u of free", nr_alloc, nr_free);
	facts_end(f);

	facts_begin(f, &pdev->dev, "own operations, dma_pool");
	pool = dma_pool_create("own", &pdev->dev, 64, 0, 0);
	vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma) : NULL;
	facts_check(f, vaddr, "ok", "NULL");
	if (vaddr)
		dma_pool_free(pool, vaddr, dma);
	dma_pool_destroy(pool);
	facts_say(f, "%u calls of alloc, %u of free", nr_alloc, nr_free);
	facts_end(f);

	facts_begin(f, &pdev->dev, "own operations, dma_alloc_pages and dma_alloc_noncontiguous");
	facts_check(f, dma_alloc_pages(&pdev->dev, 5000, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL),
		    "ok", "NULL");
	facts_check(f, dma_alloc_noncontiguous(&pdev->dev, 5000, DMA_BIDIRECTIONAL, GFP_KERNEL, 0),
		    "ok", "NULL");
	facts_say(f, "can mmap: %d", dma_can_mmap(&pdev->dev));
	facts_end(f);
	set_dma_ops(&pdev->dev, NULL);
	platform_device_unregister(pdev);
}
#else
static void own_operations(struct facts *f)
{
	facts_line(f, "own operations: this kernel has no CONFIG_ARCH_HAS_DMA_OPS");
}
#endif

static int references(struct device *dev, unsigned int before)
{
	return (int)kref_read(&dev->kobj.kref) - (int)before;
}

/* Memory in use must not delay the release of a device: that is the driver's responsibility. */
static void held(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_held");
	struct buffer b = { .size = 5000 }, large = { .size = SZ_256K };
	struct dma_pool *pool;
	unsigned int before;

	if (!pdev)
		return;
	b.dev = &pdev->dev;
	large.dev = b.dev;
	dma_set_coherent_mask(b.dev, DMA_BIT_MASK(64));
	before = kref_read(&b.dev->kobj.kref);
	b.vaddr = dma_alloc_coherent(b.dev, b.size, &b.dma, GFP_KERNEL);
	large.vaddr = dma_alloc_coherent(b.dev, large.size, &large.dma, GFP_KERNEL);
	facts_line(f, "references to the device with two buffers: %d more",
		   references(b.dev, before));
	if (b.vaddr)
		dma_free_coherent(b.dev, b.size, b.vaddr, b.dma);
	if (large.vaddr)
		dma_free_coherent(b.dev, large.size, large.vaddr, large.dma);

	before = kref_read(&b.dev->kobj.kref);
	pool = dma_pool_create("held", b.dev, 64, 0, 0);
	facts_line(f, "references to the device with a pool: %d more", references(b.dev, before));
	dma_pool_destroy(pool);
	platform_device_unregister(pdev);
}

/*
 * A new device of the same name, possibly at the same address, does not inherit from the old one.
 */
static void come_and_go(struct facts *f)
{
	unsigned int got = 0, released = 0;

	facts_begin(f, NULL, "50 times a new device with a buffer and a pool");
	for (int i = 0; i < 50; i++) {
		struct platform_device *pdev = device_make("contract_again");
		struct buffer b = { .size = 5000 };
		struct dma_pool *pool;
		dma_addr_t dma;
		void *vaddr;

		if (!pdev)
			continue;
		b.dev = &pdev->dev;
		dma_set_coherent_mask(b.dev, DMA_BIT_MASK(64));
		b.vaddr = dma_alloc_coherent(b.dev, b.size, &b.dma, GFP_KERNEL);
		pool = dma_pool_create("again", b.dev, 64, 0, 0);
		vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma) : NULL;
		got += b.vaddr && vaddr;
		if (vaddr)
			dma_pool_free(pool, vaddr, dma);
		dma_pool_destroy(pool);
		if (b.vaddr)
			dma_free_coherent(b.dev, b.size, b.vaddr, b.dma);
		platform_device_unregister(pdev);
		released++;
	}
	facts_say(f, "%u ok, %u released", got, released);
	facts_end(f);
}

void devices_run(struct facts *f)
{
	own_operations(f);
	held(f);
	come_and_go(f);
}
