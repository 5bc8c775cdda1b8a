// SPDX-License-Identifier: GPL-2.0-only
/*
 * Share single pages scattered over memory, as no driver should: the second page of each of @count
 * blocks of 2^@order pages, whose other pages stay unused. For experiments with the audit.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/set_memory.h>

static unsigned int count = 1;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "Blocks");

static unsigned int order = 1;
module_param(order, uint, 0444);
MODULE_PARM_DESC(order, "log2 of the pages per block, at least 1");

static struct page **blocks;
static unsigned int nr;

/* Leak pages that cannot be made private, with their blocks. */
static void give_back(void)
{
	while (nr--) {
		if (!set_memory_encrypted((unsigned long)page_address(blocks[nr]), 1 << order))
			__free_pages(blocks[nr], order);
		cond_resched();
	}
	kvfree(blocks);
}

static int __init scatter_init(void)
{
	if (!order || order > MAX_PAGE_ORDER || !count)
		return -EINVAL;
	blocks = kvmalloc_array(count, sizeof(*blocks), GFP_KERNEL);
	if (!blocks)
		return -ENOMEM;
	for (nr = 0; nr < count; nr++) {
		struct page *block = alloc_pages(GFP_KERNEL, order);

		if (!block) {
			give_back();
			return -ENOMEM;
		}
		blocks[nr] = block;
		if (set_memory_decrypted((unsigned long)page_address(block + 1), 1)) {
			/* Its state is unknown: leak the block. */
			give_back();
			return -EIO;
		}
		cond_resched();
	}
	pr_info("scatter: first page at 0x%llx\n", (u64)page_to_phys(blocks[0] + 1));
	return 0;
}
module_init(scatter_init);

static void __exit scatter_exit(void)
{
	give_back();
}
module_exit(scatter_exit);

MODULE_DESCRIPTION("Share single pages scattered over memory");
MODULE_LICENSE("GPL");
