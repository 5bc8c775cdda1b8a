// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of rhi_pool from another module's point of view. Reading a file in
 * /sys/kernel/debug/pool_test runs its cases and prints KTAP.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include <compat.h>

#include "pool_test.h"

unsigned long granule = PAGE_SIZE;
module_param(granule, ulong, 0444);
MODULE_PARM_DESC(granule, "Granule of rhi_probe in bytes");

bool content = true;
module_param(content, bool, 0444);
MODULE_PARM_DESC(content, "Check contents of blocks; off for a host that overwrites them (Y)");

unsigned long word;
module_param(word, ulong, 0444);
MODULE_PARM_DESC(word, "Value that the host writes to shared memory at each call (0: none)");

unsigned int size = 64;
module_param(size, uint, 0644);
MODULE_PARM_DESC(size, "Block size for the file 'count' in bytes (64)");

struct device *test_dev;

#define MAX_NOTES	20	/* per case; the rest would repeat them */

static struct platform_device *test_pdev;
static struct dentry *dir;
static struct rhi_pool *kept;
static DEFINE_MUTEX(lock);	/* one run at a time */

static const struct {
	const char *name;
	const struct test_case *cases;
} files[] = {
	{ "create", create_cases },
	{ "use", use_cases },
	{ "misuse", misuse_cases },
	{ "atomic", atomic_cases },
	{ "stress", stress_cases },
	{ "failure", failure_cases },
	{ "hooked", hooked_cases },
	{ "count", count_cases },
	{ "busy", busy_cases },
	{ "refuse", refuse_cases },
	{ "stop", stop_cases },
	{ "scribble", scribble_cases },
	{ "wander", wander_cases },
	{ "after_cpus", after_cpus_cases },
};

void test_note(struct test *test, const char *fmt, ...)
{
	va_list args;

	if (++test->notes > MAX_NOTES)
		return;
	va_start(args, fmt);
	seq_puts(test->s, "# ");
	seq_vprintf(test->s, fmt, args);
	seq_putc(test->s, '\n');
	va_end(args);
}

bool test_check(struct test *test, bool good, const char *file, int line, const char *what)
{
	if (!good) {
		test->failed = true;
		test_note(test, "%s:%d: %s", file, line, what);
	}
	return good;
}

/* Keep a pool for debugfs until the next call or module unload. */
void test_keep(struct rhi_pool *pool)
{
	rhi_pool_destroy(kept);
	kept = pool;
}

u32 test_random(struct test *test, u32 below)
{
	return prandom_u32_state(&test->rnd) % below;
}

static int cases_show(struct seq_file *s, void *unused)
{
	struct test test = { .s = s };
	unsigned int planned = 0;

	guard(mutex)(&lock);
	for (const struct test_case *c = s->private; c->name; c++)
		planned++;
	seq_printf(s, "KTAP version 1\n1..%u\n", planned);
	for (const struct test_case *c = s->private; c->name; c++) {
		test.failed = false;
		test.notes = 0;
		test.skip = NULL;
		prandom_seed_state(&test.rnd, 1);
		c->run(&test);
		CHECK(&test, block_forget_all());
		seq_printf(s, "%sok %u %s", test.failed ? "not " : "", ++test.nr, c->name);
		if (test.skip)
			seq_printf(s, " # SKIP %s", test.skip);
		seq_putc(s, '\n');
	}
	if (test.bad_frees)
		seq_printf(s, "# bad_frees %u\n", test.bad_frees);
	return 0;
}

static int cases_open(struct inode *inode, struct file *file)
{
	/* Large enough that seq_file does not have to run everything twice. */
	return single_open_size(file, cases_show, inode->i_private, SZ_64K);
}

static const struct file_operations cases_fops = {
	.owner = THIS_MODULE,
	.open = cases_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

struct platform_device *test_device_make(const char *name, u64 mask)
{
	struct platform_device *pdev = platform_device_register_simple(name, PLATFORM_DEVID_NONE,
								       NULL, 0);

	if (IS_ERR(pdev))
		return NULL;
	/* Real devices get this from firmware. */
	dev_assign_dma_coherent(&pdev->dev, true);
	if (dma_coerce_mask_and_coherent(&pdev->dev, mask)) {
		platform_device_unregister(pdev);
		return NULL;
	}
	return pdev;
}

static int __init pool_test_init(void)
{
	int err = block_init();

	if (err)
		return err;
	test_pdev = test_device_make("pool_test", DMA_BIT_MASK(64));
	if (!test_pdev) {
		block_exit();
		return -ENODEV;
	}
	test_dev = &test_pdev->dev;

	dir = debugfs_create_dir("pool_test", NULL);
	for (int i = 0; i < ARRAY_SIZE(files); i++)
		debugfs_create_file(files[i].name, 0400, dir, (void *)files[i].cases, &cases_fops);
	return 0;
}
module_init(pool_test_init);

static void __exit pool_test_exit(void)
{
	debugfs_remove(dir);
	test_keep(NULL);
	platform_device_unregister(test_pdev);
	block_exit();
}
module_exit(pool_test_exit);

MODULE_DESCRIPTION("Tests of rhi_pool");
MODULE_LICENSE("GPL");
