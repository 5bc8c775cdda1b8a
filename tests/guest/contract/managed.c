// SPDX-License-Identifier: GPL-2.0-only
/* Managed memory and pools: dmam_alloc_coherent(), dmam_pool_create(), and their counterparts */
#include <linux/dmapool.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "contract.h"

static struct facts *facts;
static int (*probe)(struct device *dev);

static int managed_probe(struct platform_device *pdev)
{
	return probe(&pdev->dev);
}

static struct platform_driver managed_driver = {
	.probe = managed_probe,
	.driver.name = "contract_managed",
};

static void note(void *what)
{
	watch_note(what);
}

/* Resources are released in reverse order. */
static int buffers(struct device *dev)
{
	dma_addr_t dma;

	facts_check(facts, dmam_alloc_coherent(dev, 5000, &dma, GFP_KERNEL), "ok", "NULL");
	if (devm_add_action(dev, note, "between"))
		return -ENOMEM;
	facts_check(facts, dmam_alloc_coherent(dev, SZ_64K, &dma, GFP_KERNEL), "ok", "NULL");
	facts_check(facts, dmam_alloc_attrs(dev, 100, &dma, GFP_KERNEL, DMA_ATTR_WRITE_COMBINE),
		    "ok", "NULL");
	return devm_add_action(dev, note, "last action");
}

static int freed(struct device *dev)
{
	struct buffer a = { .dev = dev, .size = 5000 }, b = { .dev = dev, .size = SZ_256K };

	a.vaddr = dmam_alloc_coherent(dev, a.size, &a.dma, GFP_KERNEL);
	buffer_describe_zeroed(facts, &a);
	b.vaddr = dmam_alloc_coherent(dev, b.size, &b.dma, GFP_KERNEL);
	buffer_describe_zeroed(facts, &b);
	watch_note("allocated");
	if (a.vaddr)
		dmam_free_coherent(dev, a.size, a.vaddr, a.dma);
	if (b.vaddr)
		dmam_free_coherent(dev, b.size, b.vaddr, b.dma);
	watch_note("freed");
	return 0;
}

static int probe_fails(struct device *dev)
{
	dma_addr_t dma;

	facts_check(facts, dmam_alloc_coherent(dev, 5000, &dma, GFP_KERNEL), "ok", "NULL");
	watch_note("probe fails");
	return -ENXIO;
}

static int pools(struct device *dev)
{
	struct dma_pool *pool = dmam_pool_create("managed", dev, 64, 0, 0);
	dma_addr_t dma;
	void *vaddr;

	facts_check(facts, pool, "ok", "NULL");
	if (!pool)
		return 0;
	if (devm_add_action(dev, note, "before the pool"))
		return -ENOMEM;
	vaddr = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	facts_check(facts, vaddr, "a block", "NO BLOCK");
	if (vaddr)
		dma_pool_free(pool, vaddr, dma);
	return 0;
}

static int pool_destroyed(struct device *dev)
{
	struct dma_pool *pool = dmam_pool_create("early", dev, 64, 0, 0);
	dma_addr_t dma;
	void *vaddr;

	facts_check(facts, pool, "ok", "NULL");
	if (!pool)
		return 0;
	vaddr = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	facts_check(facts, vaddr, "a block", "NO BLOCK");
	if (vaddr)
		dma_pool_free(pool, vaddr, dma);
	dmam_pool_destroy(pool);
	watch_note("destroyed");
	return 0;
}

static int pool_refused(struct device *dev)
{
	facts_check(facts, dmam_pool_create("refused", dev, 0, 0, 0), "ok", "NULL");
	facts_check(facts, dmam_pool_create("refused", dev, 64, 3, 0), "ok", "NULL");
	return 0;
}

static void go(struct facts *f, const char *name, int (*what)(struct device *dev))
{
	struct platform_device *pdev = device_make("contract_managed");

	if (!pdev)
		return;
	facts = f;
	probe = what;
	dma_set_coherent_mask(&pdev->dev, DMA_BIT_MASK(64));
	facts_begin(f, &pdev->dev, "%s", name);
	if (platform_driver_register(&managed_driver)) {
		facts_say(f, "NO DRIVER");
	} else {
		watch_note("driver unregistered");
		platform_driver_unregister(&managed_driver);
	}
	facts_end(f);
	platform_device_unregister(pdev);
}

/* A device that never had a driver can have managed memory too. */
static void without_driver(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_alone");
	dma_addr_t dma;

	if (!pdev)
		return;
	dma_set_coherent_mask(&pdev->dev, DMA_BIT_MASK(64));
	facts_begin(f, &pdev->dev, "dmam_alloc_coherent 5000 of a device without a driver");
	facts_check(f, dmam_alloc_coherent(&pdev->dev, 5000, &dma, GFP_KERNEL), "ok", "NULL");
	watch_note("device unregistered");
	platform_device_unregister(pdev);
	facts_end(f);
}

void managed_run(struct facts *f)
{
	go(f, "dmam_alloc_coherent, released with the driver", buffers);
	go(f, "dmam_free_coherent", freed);
	go(f, "dmam_alloc_coherent with a failing probe", probe_fails);
	go(f, "dmam_pool_create, released with the driver", pools);
	go(f, "dmam_pool_create with bad arguments", pool_refused);
	without_driver(f);
	/* Last, because it once crashed the kernel. */
	go(f, "dmam_pool_destroy", pool_destroyed);
}
