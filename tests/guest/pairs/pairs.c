// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that knows nothing of rhi_probe, and does nothing but allocate from a dma_pool and
 * free: what that takes with the hook off and on (scripts/bench). The figure is in
 * /sys/module/pairs/parameters/ns.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/version.h>

static unsigned int count = 10000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "Pairs (10000)");

static unsigned int size = 256;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "Bytes of a block (256)");

static ulong ns;
module_param(ns, ulong, 0444);
MODULE_PARM_DESC(ns, "Nanoseconds that all pairs took: not to be set");

static int measure(struct device *dev)
{
	struct dma_pool *pool = dma_pool_create("pairs", dev, size, 0, 0);
	int err = 0;
	u64 start;

	if (!pool)
		return -ENOMEM;
	start = ktime_get_ns();
	for (unsigned int i = 0; i < count && !err; i++) {
		dma_addr_t dma;
		void *vaddr = dma_pool_alloc(pool, GFP_KERNEL, &dma);

		if (vaddr)
			dma_pool_free(pool, vaddr, dma);
		else
			err = -ENOMEM;
	}
	ns = ktime_get_ns() - start;
	dma_pool_destroy(pool);
	return err;
}

static int __init pairs_init(void)
{
	struct platform_device *pdev = platform_device_register_simple("pairs",
							PLATFORM_DEVID_NONE, NULL, 0);
	int err;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
	dev_assign_dma_coherent(&pdev->dev, true);
#else
	pdev->dev.dma_coherent = true;
#endif
	err = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (!err)
		err = measure(&pdev->dev);
	platform_device_unregister(pdev);
	return err;
}
module_init(pairs_init);

static void __exit pairs_exit(void)
{
}
module_exit(pairs_exit);

MODULE_DESCRIPTION("What a pair of dma_pool_alloc() and dma_pool_free() takes");
MODULE_LICENSE("GPL");
