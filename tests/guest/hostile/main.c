// SPDX-License-Identifier: GPL-2.0-only
/*
 * Use rhi_probe's allocators on a hostile host, one seed after the other: whatever the host
 * answers, allocated memory keeps its guarantees. Write "FIRST COUNT [KINDS]" to
 * /sys/kernel/debug/hostile_test to test COUNT seeds, with KINDS of hostile answers.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <compat.h>
#include <pool_test.h>

#include "hostile_call.h"
#include "hostile_test.h"

unsigned long granule = PAGE_SIZE;
module_param(granule, ulong, 0444);
MODULE_PARM_DESC(granule, "Granule of rhi_probe in bytes");

/* Used by block.c of pool_test */
bool content;
struct device *test_dev;

#define BLOCKS	48

static struct platform_device *pdev;
static struct dentry *file;
static struct tally tally;
static DEFINE_MUTEX(lock);

static struct shape draw_shape(struct rnd_state *rnd)
{
	struct shape shape = { .size = 16 + prandom_u32_state(rnd) % PAGE_SIZE };

	if (prandom_u32_state(rnd) % 4 == 0)
		shape.align = 1UL << prandom_u32_state(rnd) % 13;
	if (prandom_u32_state(rnd) % 4 == 0)
		shape.boundary = 2 * PAGE_SIZE;
	return shape;
}

static const char *use_block(struct rhi_pool *pool, const struct shape *shape,
			     struct block *block, struct rnd_state *rnd)
{
	const gfp_t gfp = (prandom_u32_state(rnd) % 8 ? GFP_KERNEL : GFP_NOWAIT) |
			  (prandom_u32_state(rnd) % 4 ? 0 : __GFP_ZERO) | __GFP_NOWARN;
	const char *wrong;

	if (block->vaddr)
		return block_put(pool, shape, block);
	wrong = block_get(pool, shape, gfp, prandom_u32_state(rnd), block);
	if (wrong == no_block) {
		tally.missed++;
		return NULL;
	}
	tally.got++;
	return wrong;
}

static const char *use_pool(struct rnd_state *rnd)
{
	const struct shape shape = draw_shape(rnd);
	struct block *blocks = kcalloc(BLOCKS, sizeof(*blocks), GFP_KERNEL);
	struct rhi_pool *pool = rhi_pool_create("hostile", test_dev, shape.size, shape.align,
						shape.boundary);
	const char *wrong = NULL;

	if (!pool || !blocks)
		wrong = "no pool";
	for (int i = 0; i < 3 * BLOCKS && !wrong; i++)
		wrong = use_block(pool, &shape, &blocks[prandom_u32_state(rnd) % BLOCKS], rnd);
	for (int i = 0; pool && blocks && i < BLOCKS; i++) {
		const char *wrong_put = block_put(pool, &shape, &blocks[i]);

		wrong = wrong ?: wrong_put;
	}
	rhi_pool_destroy(pool);
	kfree(blocks);
	if (!block_forget_all() && !wrong)
		wrong = "block not freed";
	return wrong;
}

static int try_seed(u64 seed, u64 kinds)
{
	struct rnd_state rnd;
	const char *wrong;
	int err;

	prandom_seed_state(&rnd, seed);
	/* Contents can only be checked if the host does not overwrite them. */
	content = prandom_u32_state(&rnd) % 2;
	if (content)
		kinds &= ~HOSTILE_SCRIBBLE;
	err = hostile_reset(seed, kinds);
	if (err)
		return err;
	tally.seeds++;
	wrong = use_pool(&rnd);
	if (!wrong)
		wrong = use_buffers(&rnd, &tally);
	if (!wrong)
		return 0;
	pr_err("seed %llu: %s\n", seed, wrong);
	return -EIO;
}

static ssize_t hostile_test_write(struct file *unused, const char __user *from, size_t size,
				  loff_t *pos)
{
	u64 first, count, kinds = HOSTILE_ALL;
	char text[64];

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	if (sscanf(text, "%llu %llu %llx", &first, &count, &kinds) < 2)
		return -EINVAL;

	guard(mutex)(&lock);
	for (u64 i = 0; i < count; i++) {
		int err = try_seed(first + i, kinds);

		if (err)
			return err;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return size;
}

static int hostile_test_show(struct seq_file *s, void *unused)
{
	guard(mutex)(&lock);
	seq_printf(s, "seeds %lu\ngot %lu\nmissed %lu\n", tally.seeds, tally.got, tally.missed);
	return 0;
}
DEFINE_SHOW_STORE_ATTRIBUTE(hostile_test);

static int __init hostile_test_init(void)
{
	int err = block_init();

	if (err)
		return err;
	pdev = platform_device_register_simple("hostile_test", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev)) {
		block_exit();
		return PTR_ERR(pdev);
	}
	test_dev = &pdev->dev;
	dev_assign_dma_coherent(test_dev, true);
	err = dma_coerce_mask_and_coherent(test_dev, DMA_BIT_MASK(64));
	if (err) {
		platform_device_unregister(pdev);
		block_exit();
		return err;
	}
	file = debugfs_create_file("hostile_test", 0600, NULL, NULL, &hostile_test_fops);
	return 0;
}
module_init(hostile_test_init);

static void __exit hostile_test_exit(void)
{
	debugfs_remove(file);
	platform_device_unregister(pdev);
	block_exit();
}
module_exit(hostile_test_exit);

MODULE_DESCRIPTION("Test rhi_probe on a hostile host with many seeds");
MODULE_LICENSE("GPL");
