// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shares single pages far and wide, as no driver should: the second page of each of @count
 * blocks of 2^@order pages, whose other pages nobody uses. For a look at what it leaves.
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
MODULE_PARM_DESC(order, "log2 of the pages of a block, 1 at least");

static struct page **blocks;
static unsigned int nr;

/* A page that cannot be made private again is lost, and so is its block. */
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
			/* In a state that nobody knows. */
			give_back();
			return -EIO;
		}
		cond_resched();
	}
	pr_info("scatter: the first page is at 0x%llx\n", (u64)page_to_phys(blocks[0] + 1));
	return 0;
}
module_init(scatter_init);

static void __exit scatter_exit(void)
{
	give_back();
}
module_exit(scatter_exit);

MODULE_DESCRIPTION("Shares single pages far and wide");
MODULE_LICENSE("GPL");
