// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs for a stress run to find, one at a time: an allocator that returns bad memory, stray writes,
 * missing and misaligned conversions.
 *
 * A kprobe redirects a function of rhi_probe to a replacement here. The replacement calls the
 * original: calls from this module are not redirected. So the modules themselves contain no test
 * code.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/set_memory.h>
#include <linux/string.h>

#include <rhi_granule.h>
#include <rhi_pool.h>

static char *bug = "none";
module_param(bug, charp, 0444);

/* The first calls are correct, so that there is something to corrupt. */
#define GOOD_CALLS	20
#define FOREIGN_WORD	0x5ca1ab1e5ca1ab1eULL

/* Tests use one worker. */
static void *previous;
static dma_addr_t previous_dma;
static unsigned int calls;
static struct page *page;

typedef void (*spoiler)(void **vaddr, dma_addr_t *dma);
static spoiler spoil;

static void write_foreign(void **vaddr, dma_addr_t *dma)
{
	*(u64 *)previous = FOREIGN_WORD;
}

static void lose_write(void **vaddr, dma_addr_t *dma)
{
	memset(previous, 0, 16);
}

/* A single bit at the end of the block, which is checked last */
static void flip_bit(void **vaddr, dma_addr_t *dma)
{
	*((u8 *)previous + 63) ^= 0x10;
}

static void overlap(void **vaddr, dma_addr_t *dma)
{
	*vaddr = previous;
	*dma = previous_dma;
}

static void overlap_in_part(void **vaddr, dma_addr_t *dma)
{
	*vaddr = previous + 32;
	*dma = previous_dma + 32;
}

static void shift_by_one(void **vaddr, dma_addr_t *dma)
{
	*vaddr += 1;
	*dma += 1;
}

/* For blocks of 64 bytes with a boundary of 64: tests choose a seed with a valid alignment. */
static void shift_by_half(void **vaddr, dma_addr_t *dma)
{
	*vaddr += 32;
	*dma += 32;
}

static void exceed_mask(void **vaddr, dma_addr_t *dma)
{
	*dma |= BIT_ULL(50);
}

static void say_other_address(void **vaddr, dma_addr_t *dma)
{
	*dma += SZ_64K;
}

static noinline void *planted_pool_alloc(struct rhi_pool *pool, gfp_t gfp, dma_addr_t *dma)
{
	void *vaddr = rhi_pool_alloc(pool, gfp, dma);

	if (!vaddr)
		return NULL;
	if (++calls > GOOD_CALLS && previous)
		spoil(&vaddr, dma);
	previous = vaddr;
	previous_dma = *dma;
	return vaddr;
}

static noinline struct rhi_granule *planted_share(struct device *dev, const char *what,
						  size_t size, gfp_t gfp)
{
	struct rhi_granule *granule = rhi_granule_share(dev, what, size, gfp);

	if (!IS_ERR(granule))
		*(u64 *)(rhi_granule_vaddr(granule) + SZ_4K) = FOREIGN_WORD;
	return granule;
}

static noinline int planted_unshare(struct rhi_granule *granule)
{
	int err = rhi_granule_unshare(granule);

	if (!err)
		*(u64 *)(rhi_granule_vaddr(granule) + SZ_4K) = FOREIGN_WORD;
	return err;
}

static noinline struct rhi_granule *planted_misaligned(struct device *dev, const char *what,
						       size_t size, gfp_t gfp)
{
	const unsigned long addr = (unsigned long)page_address(page);
	struct rhi_granule *granule;

	if (set_memory_decrypted(addr, 1) || set_memory_encrypted(addr, 1))
		pr_err("cannot convert a page\n");
	granule = rhi_granule_share(dev, what, size, gfp);
	/* Prevent a tail call: the original must return into this module. */
	barrier();
	return granule;
}

/* convert(page, size, share): do nothing for a change to private. */
static int planted_convert(void)
{
	return 0;
}

static struct planted_bug {
	const char *name, *function;
	void *replacement;
	spoiler spoil;
} bugs[] = {
	{ "foreign_write", "rhi_pool_alloc", planted_pool_alloc, write_foreign },
	{ "flipped_bit", "rhi_pool_alloc", planted_pool_alloc, flip_bit },
	{ "lost_write", "rhi_pool_alloc", planted_pool_alloc, lose_write },
	{ "overlap", "rhi_pool_alloc", planted_pool_alloc, overlap },
	{ "overlap_in_part", "rhi_pool_alloc", planted_pool_alloc, overlap_in_part },
	{ "alignment", "rhi_pool_alloc", planted_pool_alloc, shift_by_one },
	{ "boundary", "rhi_pool_alloc", planted_pool_alloc, shift_by_half },
	{ "mask", "rhi_pool_alloc", planted_pool_alloc, exceed_mask },
	{ "dma_address", "rhi_pool_alloc", planted_pool_alloc, say_other_address },
	{ "content_shared", "rhi_granule_share", planted_share },
	{ "content_private", "rhi_granule_unshare", planted_unshare },
	{ "still_shared", "rhi_probe:convert", planted_convert },
	{ "misaligned_conversion", "rhi_granule_share", planted_misaligned },
	{ }
};

static struct planted_bug *planted;

static int redirect(struct kprobe *kp, struct pt_regs *regs)
{
	if (within_module(regs->regs[30], THIS_MODULE))
		return 0;
	if (planted->replacement == planted_convert && regs_get_kernel_argument(regs, 2) & 1)
		return 0;
	instruction_pointer_set(regs, (unsigned long)planted->replacement);
	return 1;
}

static struct kprobe probe = { .pre_handler = redirect };

static int __init planted_init(void)
{
	int err;

	for (planted = bugs; planted->name && strcmp(planted->name, bug); planted++)
		;
	if (!planted->name) {
		pr_err("unknown bug \"%s\"\n", bug);
		return -EINVAL;
	}
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	spoil = planted->spoil;
	probe.symbol_name = planted->function;
	err = register_kprobe(&probe);
	if (err)
		__free_page(page);
	return err;
}
module_init(planted_init);

/* No call is active: tests end the run first. */
static void __exit planted_exit(void)
{
	unregister_kprobe(&probe);
	__free_page(page);
}
module_exit(planted_exit);

MODULE_DESCRIPTION("Bugs for rhi_stress to find");
MODULE_LICENSE("GPL");
