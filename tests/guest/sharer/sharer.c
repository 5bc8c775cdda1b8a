// SPDX-License-Identifier: GPL-2.0-only
/*
 * Share memory in each way that the kernel offers, by a function of its own each. For the owners in
 * the audit: /sys/module/sharer/parameters/shared has the name of each function and the physical
 * address of its memory.
 */
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/set_memory.h>
#include <linux/version.h>

#define PART_ORDER	2

static bool leak;
module_param(leak, bool, 0644);
MODULE_PARM_DESC(leak, "Keep the last page of sharer_part() shared for ever (off)");

static char shared[1024];
module_param_string(shared, shared, sizeof(shared), 0444);
MODULE_PARM_DESC(shared, "Function and physical address, one per line (read-only)");

static struct platform_device *pdev;
static struct dma_pool *pool;
static void *block, *coherent, *atomic;
static dma_addr_t block_dma, coherent_dma, atomic_dma, pages_dma;
static struct page *pages, *part;
static struct sg_table *sgt;

static void note(const char *function, phys_addr_t at)
{
	const size_t len = strlen(shared);

	snprintf(shared + len, sizeof(shared) - len, "%s%s %pa", len ? "\n" : "", function, &at);
}

static noinline int sharer_coherent(struct device *dev)
{
	coherent = dma_alloc_coherent(dev, PAGE_SIZE, &coherent_dma, GFP_KERNEL);
	if (!coherent)
		return -ENOMEM;
	note(__func__, dma_to_phys(dev, coherent_dma));
	return 0;
}

static noinline int sharer_atomic(struct device *dev)
{
	atomic = dma_alloc_coherent(dev, PAGE_SIZE, &atomic_dma, GFP_ATOMIC);
	if (!atomic)
		return -ENOMEM;
	note(__func__, dma_to_phys(dev, atomic_dma));
	return 0;
}

static noinline int sharer_pages(struct device *dev)
{
	pages = dma_alloc_pages(dev, 2 * PAGE_SIZE, &pages_dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	note(__func__, page_to_phys(pages) + PAGE_SIZE);
	return 0;
}

static noinline int sharer_sgt(struct device *dev)
{
	sgt = dma_alloc_noncontiguous(dev, PAGE_SIZE, DMA_BIDIRECTIONAL, GFP_KERNEL, 0);
	if (!sgt)
		return -ENOMEM;
	note(__func__, sg_phys(sgt->sgl));
	return 0;
}

static noinline int sharer_block(struct device *dev)
{
	pool = dma_pool_create("sharer", dev, 64, 64, 0);
	if (!pool)
		return -ENOMEM;
	block = dma_pool_alloc(pool, GFP_KERNEL, &block_dma);
	if (!block)
		return -ENOMEM;
	note(__func__, dma_to_phys(dev, block_dma));
	return 0;
}

static __always_inline int convert(unsigned int first, unsigned int nr, bool share)
{
	const unsigned long addr = (unsigned long)page_address(part + first);

	return share ? set_memory_decrypted(addr, nr) : set_memory_encrypted(addr, nr);
}

/* Share four pages, and take the two in the middle back. */
static noinline int sharer_part(void)
{
	part = alloc_pages(GFP_KERNEL, PART_ORDER);
	if (!part)
		return -ENOMEM;
	if (convert(0, 4, true) || convert(1, 2, false))
		return -EIO;
	note(__func__, page_to_phys(part));
	note(__func__, page_to_phys(part + 3));
	return 0;
}

static noinline int sharer_again(void)
{
	if (convert(2, 1, true))
		return -EIO;
	note(__func__, page_to_phys(part + 2));
	return 0;
}

/* Memory in an unknown state is leaked: this is a test. */
static void give_back(struct device *dev)
{
	if (coherent)
		dma_free_coherent(dev, PAGE_SIZE, coherent, coherent_dma);
	if (atomic)
		dma_free_coherent(dev, PAGE_SIZE, atomic, atomic_dma);
	if (pages)
		dma_free_pages(dev, 2 * PAGE_SIZE, pages, pages_dma, DMA_BIDIRECTIONAL);
	if (sgt)
		dma_free_noncontiguous(dev, PAGE_SIZE, sgt, DMA_BIDIRECTIONAL);
	if (block)
		dma_pool_free(pool, block, block_dma);
	dma_pool_destroy(pool);
	if (part && !convert(0, leak ? 3 : 4, false) && !leak)
		__free_pages(part, PART_ORDER);
}

static int sharer_probe(struct platform_device *dev)
{
	int err = sharer_coherent(&dev->dev);

	if (!err)
		err = sharer_atomic(&dev->dev);
	if (!err)
		err = sharer_pages(&dev->dev);
	if (!err)
		err = sharer_sgt(&dev->dev);
	if (!err)
		err = sharer_block(&dev->dev);
	if (!err)
		err = sharer_part();
	if (!err)
		err = sharer_again();
	if (err)
		give_back(&dev->dev);
	return err;
}

static void sharer_remove(struct platform_device *dev)
{
	give_back(&dev->dev);
}

static struct platform_driver sharer_driver = {
	.driver.name = "sharer",
	.probe = sharer_probe,
	.remove = sharer_remove,
};

static int __init sharer_init(void)
{
	const struct platform_device_info info = {
		.name = "sharer", .id = PLATFORM_DEVID_NONE, .dma_mask = DMA_BIT_MASK(64),
	};
	int err;

	pdev = platform_device_register_full(&info);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
	dev_assign_dma_coherent(&pdev->dev, true);
#else
	pdev->dev.dma_coherent = true;
#endif
	err = platform_driver_register(&sharer_driver);
	if (err)
		platform_device_unregister(pdev);
	return err;
}
module_init(sharer_init);

static void __exit sharer_exit(void)
{
	platform_driver_unregister(&sharer_driver);
	platform_device_unregister(pdev);
}
module_exit(sharer_exit);

MODULE_DESCRIPTION("Share memory in each way that the kernel offers");
MODULE_LICENSE("GPL");
