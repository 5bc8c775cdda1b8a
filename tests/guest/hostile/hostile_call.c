// SPDX-License-Identifier: GPL-2.0-only
/*
 * Set the seed of the simulator's hostile host from a shell or from other modules. Does not
 * depend on rhi_probe, which can be loaded and unloaded meanwhile.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/arm-smccc.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "hostile_call.h"

#define FID_TEST_HOSTILE	0xc3000001
#define ONLY_READ		1

static struct dentry *file;

static int call(u64 seed, u64 kinds, u64 flags, struct arm_smccc_res *res)
{
	arm_smccc_smc(FID_TEST_HOSTILE, seed, kinds, flags, 0, 0, 0, 0, res);
	return res->a0 ? -ENXIO : 0;
}

/* Returns %-ENXIO if the host is not hostile. */
int hostile_reset(u64 seed, u64 kinds)
{
	struct arm_smccc_res res;

	return call(seed, kinds, 0, &res);
}
EXPORT_SYMBOL_GPL(hostile_reset);

static int hostile_show(struct seq_file *s, void *unused)
{
	struct arm_smccc_res res;
	int err = call(0, 0, ONLY_READ, &res);

	if (!err)
		seq_printf(s, "answers %lu\ndigest %lx\n", res.a1, res.a2);
	return err;
}

/* "SEED [KINDS]" */
static ssize_t hostile_write(struct file *unused, const char __user *from, size_t size,
			     loff_t *pos)
{
	u64 seed, kinds = HOSTILE_ALL;
	char text[64];
	int err;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	if (sscanf(text, "%llu %llx", &seed, &kinds) < 1)
		return -EINVAL;
	err = hostile_reset(seed, kinds);
	return err ?: size;
}
DEFINE_SHOW_STORE_ATTRIBUTE(hostile);

static int __init hostile_call_init(void)
{
	struct arm_smccc_res res;
	int err = call(0, 0, ONLY_READ, &res);

	if (err)
		return err;
	file = debugfs_create_file("hostile", 0600, NULL, NULL, &hostile_fops);
	return 0;
}
module_init(hostile_call_init);

static void __exit hostile_call_exit(void)
{
	debugfs_remove(file);
}
module_exit(hostile_call_exit);

MODULE_DESCRIPTION("Set the seed of the simulator's hostile host");
MODULE_LICENSE("GPL");
