// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/set_memory.h>
#include <linux/string.h>

#include <asm/rsi.h>

#include "compat.h"
#include "granule.h"
#include "hostconf.h"
#include "trace.h"

/*
 * How often the host may be asked for the same page without it getting anywhere. The RMM
 * may stop after any page (DEN0137, RSI_IPA_STATE_SET), but then it did that page.
 */
#define MAX_STALLS	8

static DEFINE_MUTEX(chunks_lock);
static LIST_HEAD(chunks);
static struct granule_stats stats;

/**
 * granule_dev_shares() - does this device's coherent memory have to be shared with the host?
 * @dev: a device
 *
 * False for devices that reach private memory (behind an IOMMU), or whose memory is shared
 * already (its own swiotlb or reserved pool): these go to the kernel's own allocators.
 *
 * Context: Any.
 * Return: true if it would take dma-direct's path to set_memory_decrypted().
 */
bool granule_dev_shares(struct device *dev)
{
	if (hostconf.status != HOSTCONF_NOT_REALM && !force_dma_unencrypted(dev))
		return false;
	if (get_dma_ops(dev) || use_dma_iommu(dev) || !dev_is_dma_coherent(dev))
		return false;
#ifdef CONFIG_DMA_DECLARE_COHERENT
	if (dev->dma_mem)
		return false;
#endif
	return !is_swiotlb_for_alloc(dev);
}

/**
 * granule_max_size() - the largest chunk that can be asked for
 *
 * Context: Any.
 * Return: Bytes.
 */
size_t granule_max_size(void)
{
	return PAGE_SIZE << MAX_PAGE_ORDER;
}

/* As dma_coherent_ok() in kernel/dma/direct.c, which modules cannot call. */
static bool dev_can_address(struct device *dev, struct page *page, size_t size)
{
	dma_addr_t dma;

	if (!dev)
		return true;
	dma = phys_to_dma_unencrypted(dev, page_to_phys(page));
	return dma != DMA_MAPPING_ERROR &&
	       dma + size - 1 <= min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);
}

static void free_range(struct page *page, unsigned long nr)
{
	while (nr--)
		__free_page(page++);
}

/*
 * Find pages for @size bytes, naturally aligned, each with a reference of its own. With
 * @guard the 2^order pages before them are the caller's too.
 */
static struct page *find_pages(struct device *dev, size_t size, gfp_t gfp, bool guard)
{
	static const gfp_t zones[] = { 0, GFP_DMA32, GFP_DMA };
	const unsigned int order = get_order(size), block = order + guard;
	const int node = dev ? dev_to_node(dev) : NUMA_NO_NODE;

	if (block > MAX_PAGE_ORDER)
		return NULL;
	if (guard)
		gfp |= __GFP_NOWARN | __GFP_NORETRY;

	for (int i = 0; i < ARRAY_SIZE(zones); i++) {
		struct page *page = alloc_pages_node(node, gfp | zones[i], block);
		unsigned long used = (guard ? 1UL << order : 0) + (size >> PAGE_SHIFT);

		if (!page)
			return NULL;
		if (!dev_can_address(dev, page + used - (size >> PAGE_SHIFT), size)) {
			__free_pages(page, block);
			continue;
		}
		split_page(page, block);
		/* Whole granules: nobody else's page is in ours. */
		free_range(page + used, (1UL << block) - used);
		return page + used - (size >> PAGE_SHIFT);
	}
	return NULL;
}

static bool all_is_ram(phys_addr_t start, phys_addr_t end)
{
	while (start < end) {
		enum ripas ripas;
		phys_addr_t top;

		if (rsi_ipa_state_get(start, end, &ripas, &top) || ripas != RSI_RIPAS_RAM)
			return false;
		if (top <= start || top > end)
			return false;
		start = top;
	}
	return true;
}

/*
 * Convert in bounded steps. rsi_set_memory_range() in the kernel would ask for ever where
 * the host gets nowhere: for a change to EMPTY the RMM does not tell refusal from "go on".
 */
static int rsi_share(phys_addr_t start, phys_addr_t end)
{
	int stalls = 0;

	while (start < end) {
		phys_addr_t top;

		if (rsi_set_addr_range_state(start, end, RSI_RIPAS_EMPTY,
					     RSI_CHANGE_DESTROYED, &top))
			return -EIO;
		if (top < start || top > end)
			return -EIO;
		if (top > start)
			stalls = 0;
		else if (++stalls == MAX_STALLS)
			return -EIO;
		start = top;
		cond_resched();
	}
	return 0;
}

/* Time is taken for the trace alone: 0 if nobody looks. */
static u64 convert_begin(void)
{
	return trace_convert_enabled() ? ktime_get_ns() : 0;
}

/* What was under way when the event was switched on is left out. */
static void convert_end(u64 start, struct device *dev, const char *owner, const void *vaddr,
			size_t size, bool share, int result)
{
	if (start)
		trace_convert(dev, owner, virt_to_phys(vaddr), size, share, result,
			      ktime_get_ns() - start);
}

static void count_leak(struct device *dev, const char *owner, size_t size)
{
	trace_chunk_leak(dev, owner, size);
	guard(mutex)(&chunks_lock);
	stats.leaked += size;
	pr_err_once("the host stopped in the middle of a conversion: memory of unknown state is leaked (counted in debugfs)\n");
}

/*
 * Share @size bytes from @page on. Returns -EIO with nothing changed, or -EUCLEAN with
 * pages that must never be touched again.
 *
 * Between rsi_share() and the moment set_memory_decrypted() takes the linear mapping away, a
 * load_unaligned_zeropad() at the end of the page before would touch the first page, and
 * that abort is fatal: hence @guarded, the page before is ours. Without it the kernel
 * converts alone.
 *
 * set_memory_decrypted() asks for EMPTY once more. A host that refuses only then holds this
 * task for ever; it could as well never run this CPU again.
 */
static int share(struct page *page, size_t size, bool guarded)
{
	const phys_addr_t start = page_to_phys(page), end = start + size;
	void *vaddr = page_address(page);

	if (guarded && hostconf.status != HOSTCONF_NOT_REALM && rsi_share(start, end))
		return all_is_ram(start, end) ? -EIO : -EUCLEAN;
	/* A failure leaves the mapping invalid. */
	return set_memory_decrypted((unsigned long)vaddr, size >> PAGE_SHIFT) ? -EUCLEAN : 0;
}

/**
 * granule_alloc() - get memory that is shared with the host
 * @chunk: filled in; not to be moved while it is in use
 * @dev: who must be able to address it, and near whom it is; or NULL
 * @owner: what for, for people; must outlive @chunk
 * @size: bytes, rounded up to whole granules
 * @gfp: where from; must allow blocking. Zone flags are ignored: @dev decides
 *
 * The memory is zeroed. The doubled request is what guards the conversion, see share(); it
 * goes back at once. Where there is no such block (and for the largest one) the kernel
 * converts alone, and is as patient with the host as it always is.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - @chunk can be used
 * * %-EINVAL - @size is 0 or more than granule_max_size()
 * * %-EWOULDBLOCK - @gfp does not allow blocking
 * * %-EOPNOTSUPP - the granule is not known
 * * %-ENOMEM - there is no such block that @dev can address
 * * %-EIO - the host refused; nothing is lost
 * * %-EUCLEAN - the host stopped half-way; the pages are leaked
 */
int granule_alloc(struct granule_chunk *chunk, struct device *dev, const char *owner,
		  size_t size, gfp_t gfp)
{
	bool guarded = true;
	struct page *page;
	unsigned int order;
	u64 started;
	int err;

	if (!hostconf.granule)
		return -EOPNOTSUPP;
	if (!size || size > granule_max_size())
		return -EINVAL;
	if (WARN_ON_ONCE(!gfpflags_allow_blocking(gfp)))
		return -EWOULDBLOCK;
	might_sleep();

	size = round_up(size, hostconf.granule);
	order = get_order(size);
	gfp &= ~(__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_COMP | __GFP_ZERO);

	page = find_pages(dev, size, gfp, true);
	if (!page) {
		guarded = false;
		page = find_pages(dev, size, gfp, false);
	}
	if (!page)
		return -ENOMEM;

	memset(page_address(page), 0, size);
	started = convert_begin();
	err = share(page, size, guarded);
	convert_end(started, dev, owner, page_address(page), size, true, err);
	if (err == -EUCLEAN) {
		/* The page before stays as well: reading past its end is not safe any more. */
		if (guarded)
			free_range(page - (1UL << order), (1UL << order) - 1);
		count_leak(dev, owner, size + (guarded ? PAGE_SIZE : 0));
		return err;
	}
	if (guarded)
		free_range(page - (1UL << order), 1UL << order);
	/* What was there is undefined after the conversion (DEN0137). */
	if (!err)
		memset(page_address(page), 0, size);

	guard(mutex)(&chunks_lock);
	if (err) {
		stats.refused++;
		free_range(page, size >> PAGE_SHIFT);
		return err;
	}
	chunk->vaddr = page_address(page);
	chunk->size = size;
	chunk->dev = dev;
	chunk->owner = owner;
	list_add_tail(&chunk->list, &chunks);
	stats.chunks++;
	stats.bytes += size;
	stats.shares++;
	return 0;
}

static void unlist(struct granule_chunk *chunk)
{
	guard(mutex)(&chunks_lock);
	list_del(&chunk->list);
	stats.chunks--;
	stats.bytes -= chunk->size;
}

/**
 * granule_free() - take memory back from the host
 * @chunk: from granule_alloc(); nobody uses it any more, no device either
 *
 * A host that refuses keeps the pages: then they are leaked. The kernel converts alone here:
 * a host that refuses a change to RAM is told apart by the RMM (RSI_REJECT).
 *
 * Context: Process, may sleep.
 */
void granule_free(struct granule_chunk *chunk)
{
	const unsigned long nr = chunk->size >> PAGE_SHIFT;
	u64 started;
	int err;

	unlist(chunk);
	started = convert_begin();
	err = set_memory_encrypted((unsigned long)chunk->vaddr, nr);
	convert_end(started, chunk->dev, chunk->owner, chunk->vaddr, chunk->size, false, err);
	if (err) {
		count_leak(chunk->dev, chunk->owner, chunk->size);
		return;
	}
	memset(chunk->vaddr, 0, chunk->size);
	free_range(virt_to_page(chunk->vaddr), nr);
	guard(mutex)(&chunks_lock);
	stats.unshares++;
}

/**
 * granule_leak() - never use this memory again
 * @chunk: from granule_alloc(), of which somebody (a device, perhaps) still uses a part
 *
 * Context: Process, may sleep.
 */
void granule_leak(struct granule_chunk *chunk)
{
	unlist(chunk);
	trace_chunk_leak(chunk->dev, chunk->owner, chunk->size);
	guard(mutex)(&chunks_lock);
	stats.leaked += chunk->size;
}

/**
 * granule_give_away() - this memory stays shared, and is not this module's any more
 * @chunk: from granule_alloc(); the structure can be discarded
 *
 * Context: Process, may sleep.
 */
void granule_give_away(struct granule_chunk *chunk)
{
	unlist(chunk);
	guard(mutex)(&chunks_lock);
	stats.given += chunk->size;
}

/**
 * granule_get_stats() - what was done so far
 * @to: filled in
 *
 * Context: Process, may sleep.
 */
void granule_get_stats(struct granule_stats *to)
{
	guard(mutex)(&chunks_lock);
	*to = stats;
}

/**
 * granule_describe() - is this memory in a chunk, and whose is it?
 * @phys: an address
 * @end: set to the end of the chunk, if it is
 * @text: filled in with what the chunk is for, if it is
 * @size: of @text, in bytes
 *
 * Context: Process, may sleep.
 * Return: false if it is in no chunk of this module, or in one that was given away.
 */
bool granule_describe(phys_addr_t phys, phys_addr_t *end, char *text, size_t size)
{
	const struct granule_chunk *chunk;

	guard(mutex)(&chunks_lock);
	list_for_each_entry(chunk, &chunks, list) {
		const phys_addr_t start = virt_to_phys(chunk->vaddr);

		if (phys < start || phys - start >= chunk->size)
			continue;
		*end = start + chunk->size;
		snprintf(text, size, "rhi_probe: %s%s%s", chunk->owner, chunk->dev ? " of " : "",
			 chunk->dev ? dev_name(chunk->dev) : "");
		return true;
	}
	return false;
}
