// SPDX-License-Identifier: GPL-2.0-only
/* rhi_stress: load generator and benchmark for shared memory. Uses only what rhi_probe exports. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "bench.h"
#include "run.h"
#include "stress.h"

static struct dentry *bench_file, *stress_file;

static char *copy_text(const char __user *from, size_t size, size_t max)
{
	return size > max ? ERR_PTR(-EINVAL) : memdup_user_nul(from, size);
}

static int bench_file_show(struct seq_file *s, void *unused)
{
	bench_show(s);
	return 0;
}

static ssize_t bench_file_write(struct file *file, const char __user *from, size_t size,
				loff_t *pos)
{
	/* 256: longer than any valid request. */
	char *text = copy_text(from, size, 256);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = bench_run(text);
	kfree(text);
	return err ?: size;
}
DEFINE_SHOW_STORE_ATTRIBUTE(bench_file);

static int stress_file_show(struct seq_file *s, void *unused)
{
	stress_show(s);
	return 0;
}

static int stress_file_open(struct inode *inode, struct file *file)
{
	return single_open(file, stress_file_show, NULL);
}

static ssize_t stress_file_write(struct file *file, const char __user *from, size_t size,
				 loff_t *pos)
{
	char *text = copy_text(from, size, RHI_STRESS_MAX_TEXT);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = stress_write(file, text);
	kfree(text);
	return err ?: size;
}

static int stress_file_release(struct inode *inode, struct file *file)
{
	stress_release(file);
	return single_release(inode, file);
}

static const struct file_operations stress_file_fops = {
	.owner = THIS_MODULE,
	.open = stress_file_open,
	.read = seq_read,
	.write = stress_file_write,
	.llseek = seq_lseek,
	.release = stress_file_release,
};

static int __init rhi_stress_init(void)
{
	struct dentry *dir = debugfs_lookup("rhi", NULL);

	/* Without debugfs the module has no interface. */
	if (IS_ERR_OR_NULL(dir)) {
		pr_err("cannot find /sys/kernel/debug/rhi: is debugfs disabled?\n");
		return -ENODEV;
	}
	bench_file = debugfs_create_file("bench", 0600, dir, NULL, &bench_file_fops);
	stress_file = debugfs_create_file("stress", 0600, dir, NULL, &stress_file_fops);
	dput(dir);
	return 0;
}
module_init(rhi_stress_init);

static void __exit rhi_stress_exit(void)
{
	/* Waits for readers and writers; an open file pins the module. */
	debugfs_remove(stress_file);
	debugfs_remove(bench_file);
	stress_exit();
}
module_exit(rhi_stress_exit);

MODULE_DESCRIPTION("Load for the shared memory of Arm CCA Realms, and a benchmark");
MODULE_AUTHOR("rhi-probe maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(RHI_PROBE_VERSION);
