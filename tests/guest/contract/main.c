// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guarantees of the kernel's DMA allocators. Reading a file in /sys/kernel/debug/contract tests one
 * subject and prints one fact per line. tests/contract.t compares the lines of the kernel's own
 * allocators with those of the hook.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include <compat.h>

#include "contract.h"

struct device *test_dev;

static struct platform_device *test_pdev;
static struct dentry *dir;
static DEFINE_MUTEX(lock);	/* one subject at a time */

const struct subject subjects[] = {
	{ "coherent", coherent_run },
	{ "attrs", attrs_run },
	{ "gfp", gfp_run },
	{ "masks", masks_run },
	{ "contexts", contexts_run },
	{ "devices", devices_run },
	{ "not_coherent", not_coherent_run },
	{ "pages", pages_run },
	{ "noncontiguous", noncontiguous_run },
	{ "mmap", mmap_run },
	{ "pools", pools_run },
	{ "pool_blocks", pool_blocks_run },
	{ "pool_file", pool_file_run },
	{ "misuse", misuse_run },
	{ "pieces", pieces_run },
	{ "managed", managed_run },
	{ }
};

static int subject_show(struct seq_file *s, void *unused)
{
	const struct subject *subject = s->private;
	struct facts f = { .s = s };

	guard(mutex)(&lock);
	subject->run(&f);
	return 0;
}

static int subject_open(struct inode *inode, struct file *file)
{
	/* Large enough that seq_file does not have to run everything twice. */
	return single_open_size(file, subject_show, inode->i_private, SZ_256K);
}

static const struct file_operations subject_fops = {
	.owner = THIS_MODULE,
	.open = subject_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/* Create a platform device with its default masks of 32 bits, or return NULL. */
struct platform_device *device_make(const char *name)
{
	struct platform_device *pdev = platform_device_register_simple(name, PLATFORM_DEVID_NONE,
								       NULL, 0);

	if (IS_ERR(pdev))
		return NULL;
	/* Real devices get this from firmware. */
	dev_assign_dma_coherent(&pdev->dev, true);
	return pdev;
}

static int __init contract_init(void)
{
	int err = watch_init();

	if (err)
		return err;
	test_pdev = device_make("contract");
	if (!test_pdev) {
		watch_exit();
		return -ENODEV;
	}
	test_dev = &test_pdev->dev;
	err = dma_coerce_mask_and_coherent(test_dev, DMA_BIT_MASK(64));
	if (err) {
		platform_device_unregister(test_pdev);
		watch_exit();
		return err;
	}
	/* Otherwise DMA-API debugging warns about large scatterlists. */
	dma_set_max_seg_size(test_dev, UINT_MAX);
	dir = debugfs_create_dir("contract", NULL);
	for (const struct subject *subject = subjects; subject->name; subject++)
		debugfs_create_file(subject->name, 0400, dir, (void *)subject, &subject_fops);
	return 0;
}
module_init(contract_init);

static void __exit contract_exit(void)
{
	debugfs_remove(dir);
	platform_device_unregister(test_pdev);
	watch_exit();
}
module_exit(contract_exit);

MODULE_DESCRIPTION("Guarantees of the kernel's DMA allocators");
MODULE_LICENSE("GPL");
