// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that uses rhi_probe to share memory with the host in whole granules: descriptors from
 * a pool, and a mailbox of whole granules. docs/pool.md explains it.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <rhi_granule.h>
#include <rhi_pool.h>

#include "device.h"

#define NR_DESCRIPTORS	16

/* Shared with the host, which can write to all of it at any time. */
struct sample_descriptor {
	__le64 address;
	__le32 length;
	__le32 done;
};

/*
 * Private. The driver keeps everything that it relies on here. It takes no pointer, index or
 * length from shared memory.
 */
struct sample {
	struct rhi_pool *pool;
	struct sample_descriptor *ring[NR_DESCRIPTORS];
	dma_addr_t dma[NR_DESCRIPTORS];
	struct rhi_granule *mailbox;
};

/* devres runs the latest action first, so blocks are freed before their pool. */
static void free_ring(void *data)
{
	struct sample *sample = data;

	for (int i = 0; i < NR_DESCRIPTORS && sample->ring[i]; i++)
		rhi_pool_free(sample->pool, sample->ring[i], sample->dma[i]);
}

static int alloc_ring(struct device *dev, struct sample *sample)
{
	int err;

	/* Like dmam_pool_create(). Allocating the first block shares memory. */
	sample->pool = rhim_pool_create("descriptors", dev, sizeof(struct sample_descriptor),
					__alignof__(__le64), 0);
	if (!sample->pool)
		return -ENOMEM;
	err = devm_add_action(dev, free_ring, sample);
	if (err)
		return err;
	for (int i = 0; i < NR_DESCRIPTORS; i++) {
		/* GFP_ATOMIC converts nothing: it needs a free block. */
		sample->ring[i] = rhi_pool_zalloc(sample->pool, GFP_KERNEL, &sample->dma[i]);
		if (!sample->ring[i])
			return -ENOMEM;
		sample->ring[i]->length = cpu_to_le32(SZ_4K);
	}
	return 0;
}

static void free_mailbox(void *data)
{
	rhi_granule_free(data);
}

/*
 * Host and Realm exchange data in it without a device. It has no DMA address: the driver must tell
 * the host where it is.
 */
static int share_mailbox(struct device *dev, struct sample *sample)
{
	sample->mailbox = rhi_granule_share(dev, "sample mailbox", SZ_4K, GFP_KERNEL);
	if (IS_ERR(sample->mailbox))
		return PTR_ERR(sample->mailbox);
	strscpy(rhi_granule_vaddr(sample->mailbox), "hello", rhi_granule_size(sample->mailbox));
	return devm_add_action_or_reset(dev, free_mailbox, sample->mailbox);
}

/* Count the descriptors that the host has finished: read each value once, then check it. */
static ssize_t done_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sample *sample = dev_get_drvdata(dev);
	unsigned int done = 0;

	for (int i = 0; i < NR_DESCRIPTORS; i++)
		if (le32_to_cpu(READ_ONCE(sample->ring[i]->done)) == 1)
			done++;
	return sysfs_emit(buf, "%u\n", done);
}
static DEVICE_ATTR_RO(done);

/* The DMA address of each descriptor, one per line; then the size of the mailbox in bytes. */
static ssize_t shared_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sample *sample = dev_get_drvdata(dev);
	int len = 0;

	for (int i = 0; i < NR_DESCRIPTORS; i++)
		len += sysfs_emit_at(buf, len, "descriptor %pad\n", &sample->dma[i]);
	return len + sysfs_emit_at(buf, len, "mailbox %zu\n", rhi_granule_size(sample->mailbox));
}
static DEVICE_ATTR_ADMIN_RO(shared);

static struct attribute *sample_attrs[] = {
	&dev_attr_done.attr,
	&dev_attr_shared.attr,
	NULL
};
ATTRIBUTE_GROUPS(sample);

static int sample_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct sample *sample;
	int err;

	/* Without a granule all calls below fail: report the reason. */
	if (!rhi_granule_bytes())
		return dev_err_probe(dev, -EOPNOTSUPP, "nothing can be shared: %s\n",
				     rhi_granule_meaning());

	sample = devm_kzalloc(dev, sizeof(*sample), GFP_KERNEL);
	if (!sample)
		return -ENOMEM;
	platform_set_drvdata(pdev, sample);

	/* Set the mask first: it decides which memory the allocations below use. */
	err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(48));
	if (err)
		return dev_err_probe(dev, err, "no DMA with 48 bits\n");
	err = alloc_ring(dev, sample) ?: share_mailbox(dev, sample);
	return err ? dev_err_probe(dev, err, "no shared memory\n") : 0;
}

static struct platform_driver sample_driver = {
	.probe = sample_probe,
	.driver = {
		.name = "rhi_sample",
		.dev_groups = sample_groups,
	},
};

static int __init sample_init(void)
{
	int err = sample_device_add();

	if (err)
		return err;
	err = platform_driver_register(&sample_driver);
	if (err)
		sample_device_remove();
	return err;
}
module_init(sample_init);

static void __exit sample_exit(void)
{
	platform_driver_unregister(&sample_driver);
	sample_device_remove();
}
module_exit(sample_exit);

MODULE_DESCRIPTION("Sample driver: memory in whole granules, by rhi_probe");
MODULE_LICENSE("GPL");
