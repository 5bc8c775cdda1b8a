// SPDX-License-Identifier: GPL-2.0-only
/* Addresses that a device can reach: DMA masks, including masks that change */
#include <linux/dmapool.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "contract.h"

static void buffer(struct facts *f, struct device *dev, size_t size, gfp_t gfp, const char *when)
{
	struct buffer b = { .dev = dev, .size = size };

	facts_begin(f, dev, "%s, dma_alloc_coherent %zu %s", when, size,
		    gfp == GFP_KERNEL ? "GFP_KERNEL" : "GFP_ATOMIC");
	buffer_take(f, &b, gfp, DMA_ATTR_NO_WARN);
	buffer_give(f, &b, DMA_ATTR_NO_WARN);
	facts_end(f);
}

static void block(struct facts *f, struct device *dev, struct dma_pool *pool, gfp_t gfp,
		  const char *when)
{
	struct buffer b = { .dev = dev, .size = 64 };

	facts_begin(f, NULL, "%s, dma_pool_alloc %s", when,
		    gfp_has_io_fs(gfp) ? "GFP_KERNEL" : "GFP_ATOMIC");
	if (!pool) {
		facts_say(f, "NO POOL");
		facts_end(f);
		return;
	}
	b.vaddr = dma_pool_alloc(pool, gfp | __GFP_NOWARN, &b.dma);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr) {
		facts_check(f, buffer_reachable(&b), "below the mask", "BEYOND THE MASK");
		dma_pool_free(pool, b.vaddr, b.dma);
	}
	facts_end(f);
}

static void set(struct facts *f, struct device *dev, unsigned int bits)
{
	facts_line(f, "dma_set_coherent_mask of %u bits: %s", bits,
		   dma_set_coherent_mask(dev, DMA_BIT_MASK(bits)) ? "refused" : "ok");
}

/* USB host drivers create pools before they set a mask. */
static void pool_first(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_pool_first");
	struct dma_pool *pool, *other;
	struct device *dev;

	if (!pdev)
		return;
	dev = &pdev->dev;
	pool = dma_pool_create("first", dev, 64, 0, 0);
	facts_line(f, "dma_pool_create before a mask of 64 bits: %s", pool ? "ok" : "NULL");
	block(f, dev, pool, GFP_KERNEL, "32 bits, pool first");
	set(f, dev, 64);
	block(f, dev, pool, GFP_KERNEL, "then 64 bits");
	block(f, dev, pool, GFP_ATOMIC, "then 64 bits");
	other = dma_pool_create("second", dev, 64, 0, 0);
	facts_line(f, "dma_pool_create with a mask of 64 bits: %s", other ? "ok" : "NULL");
	block(f, dev, other, GFP_KERNEL, "64 bits");
	dma_pool_destroy(other);
	dma_pool_destroy(pool);
	platform_device_unregister(pdev);
}

/* Narrow the mask while memory from before is still in use. */
static void narrower(struct facts *f, unsigned int bits)
{
	struct platform_device *pdev = device_make("contract_narrower");
	struct buffer held = { .size = 5000 };
	struct device *dev;
	char when[40];

	if (!pdev)
		return;
	dev = &pdev->dev;
	held.dev = dev;
	set(f, dev, 64);
	buffer(f, dev, 5000, GFP_KERNEL, "64 bits");
	held.vaddr = dma_alloc_coherent(dev, held.size, &held.dma, GFP_KERNEL);

	/* dma_set_coherent_mask() may refuse; drivers also write the mask directly. */
	set(f, dev, bits);
	dev->coherent_dma_mask = DMA_BIT_MASK(bits);
	snprintf(when, sizeof(when), "64 bits, then %u", bits);
	buffer(f, dev, 48, GFP_KERNEL, when);
	buffer(f, dev, 5000, GFP_KERNEL, when);
	buffer(f, dev, SZ_256K, GFP_KERNEL, when);
	buffer(f, dev, 5000, GFP_ATOMIC, when);

	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	snprintf(when, sizeof(when), "64 bits, then %u, then 64", bits);
	buffer(f, dev, 5000, GFP_KERNEL, when);
	if (held.vaddr)
		dma_free_coherent(dev, held.size, held.vaddr, held.dma);
	platform_device_unregister(pdev);
}

/* The mask shrinks while the pool has free blocks: it hands them out without a check. */
static void pool_then_narrower(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_pool_then");
	struct dma_pool *pool;
	struct device *dev;

	if (!pdev)
		return;
	dev = &pdev->dev;
	set(f, dev, 64);
	pool = dma_pool_create("then", dev, 64, 0, 0);
	dev->coherent_dma_mask = DMA_BIT_MASK(32);
	block(f, dev, pool, GFP_KERNEL, "pool with 64 bits, then 32 before its first block");
	dma_pool_destroy(pool);
	platform_device_unregister(pdev);
}

static void limited_by_bus(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_bus");
	struct device *dev;

	if (!pdev)
		return;
	dev = &pdev->dev;
	set(f, dev, 64);
	dev->bus_dma_limit = DMA_BIT_MASK(32);
	buffer(f, dev, 5000, GFP_KERNEL, "64 bits, 32 of the bus");
	buffer(f, dev, SZ_256K, GFP_KERNEL, "64 bits, 32 of the bus");
	dev->bus_dma_limit = DMA_BIT_MASK(40);
	buffer(f, dev, 5000, GFP_KERNEL, "64 bits, 40 of the bus");
	platform_device_unregister(pdev);
}

/* One device's mask must not depend on another device's memory. */
static void two_devices(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_other");
	struct buffer held = { .dev = test_dev, .size = 100 };

	if (!pdev)
		return;
	held.vaddr = dma_alloc_coherent(held.dev, held.size, &held.dma, GFP_KERNEL);
	buffer(f, &pdev->dev, 100, GFP_KERNEL, "32 bits, next to a device with 64");
	if (held.vaddr)
		dma_free_coherent(held.dev, held.size, held.vaddr, held.dma);
	platform_device_unregister(pdev);
}

static void none(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_none");

	if (!pdev)
		return;
	pdev->dev.coherent_dma_mask = 0;
	buffer(f, &pdev->dev, 5000, GFP_KERNEL, "no mask");
	pdev->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	platform_device_unregister(pdev);
}

void masks_run(struct facts *f)
{
	pool_first(f);
	narrower(f, 40);
	narrower(f, 36);
	narrower(f, 35);
	narrower(f, 32);
	narrower(f, 31);
	pool_then_narrower(f);
	limited_by_bus(f);
	two_devices(f);
	none(f);
}
