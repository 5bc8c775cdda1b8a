// SPDX-License-Identifier: GPL-2.0-only
/* dma_pool_create() and dma_pool_destroy(): arguments, and the memory they allocate */
#include <linux/dmapool.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "contract.h"

static void create(struct facts *f, struct device *dev, size_t size, size_t align,
		   size_t boundary)
{
	struct dma_pool *pool;

	facts_begin(f, dev, "dma_pool_create %s, size %zu, align %zu, boundary %zu",
		    dev ? "device" : "no device", size, align, boundary);
	pool = dma_pool_create("create", dev, size, align, boundary);
	facts_check(f, pool, "ok", "NULL");
	dma_pool_destroy(pool);
	facts_end(f);
}

static void arguments(struct facts *f)
{
	create(f, NULL, 64, 0, 0);
	create(f, test_dev, 0, 0, 0);
	create(f, test_dev, (size_t)INT_MAX + 1, 0, 0);
	create(f, test_dev, SIZE_MAX, 0, 0);
	create(f, test_dev, 64, 3, 0);
	create(f, test_dev, 64, 96, 0);
	create(f, test_dev, 64, 0, 32);
	create(f, test_dev, 64, 0, 96);
	create(f, test_dev, 64, 128, 64);
	create(f, test_dev, 64, SZ_1M, 0);
	create(f, test_dev, SZ_4M, 0, 0);
	create(f, test_dev, SZ_4M + 1, 0, 0);
	create(f, test_dev, SZ_8M, 0, 0);
	create(f, test_dev, SZ_1G, 0, 0);
	create(f, test_dev, 64, 0, SZ_1G);
	create(f, test_dev, 1, 1, 16);
	create(f, test_dev, 1, 1, 8);
}

static void node(struct facts *f, int node)
{
	struct dma_pool *pool;
	dma_addr_t dma;
	void *vaddr;

	facts_begin(f, test_dev, "dma_pool_create_node %d", node);
	pool = dma_pool_create_node("node", test_dev, 64, 0, 0, node);
	facts_check(f, pool, "ok", "NULL");
	vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma) : NULL;
	facts_check(f, vaddr, "a block", "NO BLOCK");
	if (vaddr)
		dma_pool_free(pool, vaddr, dma);
	dma_pool_destroy(pool);
	facts_end(f);
}

/* When does a pool allocate memory? The events show it. */
static void memory(struct facts *f, size_t size, unsigned int nr)
{
	static void *vaddr[64];
	static dma_addr_t dma[64];
	struct dma_pool *pool;
	unsigned int got = 0;

	facts_begin(f, test_dev, "events of a pool of %zu with %u blocks", size, nr);
	pool = dma_pool_create("memory", test_dev, size, 0, 0);
	watch_note("created");
	for (unsigned int i = 0; i < nr; i++) {
		vaddr[i] = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma[i]) : NULL;
		got += !!vaddr[i];
	}
	watch_note("allocated");
	for (unsigned int i = 0; i < nr; i++) {
		if (vaddr[i])
			dma_pool_free(pool, vaddr[i], dma[i]);
	}
	watch_note("freed");
	dma_pool_destroy(pool);
	facts_say(f, "%u ok", got);
	facts_end(f);
}

/* A pool holds no device reference: the device must outlive it. */
static void after_destroy(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_references");
	struct dma_pool *pool;
	unsigned int before;

	if (!pdev)
		return;
	dma_set_coherent_mask(&pdev->dev, DMA_BIT_MASK(64));
	before = kref_read(&pdev->dev.kobj.kref);
	pool = dma_pool_create("references", &pdev->dev, 64, 0, 0);
	dma_pool_destroy(pool);
	facts_line(f, "references to the device after dma_pool_destroy(): %d more",
		   (int)kref_read(&pdev->dev.kobj.kref) - (int)before);
	platform_device_unregister(pdev);
}

static void many(struct facts *f)
{
	unsigned int got = 0;

	facts_begin(f, NULL, "a pool created and destroyed 200 times, with a block");
	for (int i = 0; i < 200; i++) {
		struct dma_pool *pool = dma_pool_create("many", test_dev, 64, 0, 0);
		dma_addr_t dma;
		void *vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma) : NULL;

		got += !!vaddr;
		if (vaddr)
			dma_pool_free(pool, vaddr, dma);
		dma_pool_destroy(pool);
	}
	facts_say(f, "%u ok", got);
	facts_end(f);
}

void pools_run(struct facts *f)
{
	arguments(f);
	node(f, NUMA_NO_NODE);
	node(f, 0);
	memory(f, 64, 1);
	memory(f, 3000, 30);
	memory(f, SZ_64K, 2);
	memory(f, SZ_256K, 2);
	dma_pool_destroy(NULL);
	facts_line(f, "dma_pool_destroy of NULL: nothing happens");
	after_destroy(f);
	many(f);
}
