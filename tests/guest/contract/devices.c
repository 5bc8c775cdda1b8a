// SPDX-License-Identifier: GPL-2.0-only
/* Devices of other kinds, and what a device has to stay for. */
#include <linux/dmapool.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "contract.h"

/* As firmware leaves a device that does not snoop caches: all of it is mapped anew. */
static void not_coherent(struct facts *f)
{
	struct platform_device *pdev = platform_device_register_simple("contract_snoopless",
								       PLATFORM_DEVID_NONE, NULL, 0);
	static const size_t sizes[] = { 1, 5000, SZ_64K, SZ_256K };
	struct buffer b = {};
	struct dma_pool *pool;

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

static int references(struct device *dev, unsigned int before)
{
	return (int)kref_read(&dev->kobj.kref) - (int)before;
}

/* A device's release is its driver's business: memory in use does not put it off. */
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

/* A new device of the same name, which may be at the same address, has no part in the old one's. */
static void come_and_go(struct facts *f)
{
	unsigned int got = 0, released = 0;

	facts_begin(f, NULL, "a device that comes and goes 50 times, with a buffer and a pool");
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
	facts_say(f, "%u ok, %u gone", got, released);
	facts_end(f);
}

void devices_run(struct facts *f)
{
	not_coherent(f);
	held(f);
	come_and_go(f);
}
