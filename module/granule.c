// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "compat.h"
#include "convert.h"
#include "granule.h"
#include "hostconf.h"
#include "pages.h"
#include "trace.h"

static DEFINE_SPINLOCK(chunks_lock);
static LIST_HEAD(chunks);
static struct granule_stats stats;
static atomic64_t bad_frees;

/**
 * granule_dev_shares() - check whether a device's coherent memory must be shared with the host
 * @dev: a device
 *
 * Other devices stay with the kernel's allocators: those that reach private memory (behind an
 * IOMMU), and those whose memory is already shared (own swiotlb or reserved pool).
 *
 * Context: Any.
 * Return: true if dma-direct would call set_memory_decrypted() for this device.
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

static int granule_convert(struct granule_chunk *chunk, bool share)
{
	/* Read the clock only if the event is enabled. */
	const u64 start = trace_convert_enabled() ? ktime_get_ns() : 0;
	int err = convert(virt_to_page(chunk->vaddr), chunk->size, share);

	/* Skip a conversion that began before the event was enabled. */
	if (start)
		trace_convert(chunk->dev, chunk->owner, virt_to_phys(chunk->vaddr), chunk->size,
			      share, err, ktime_get_ns() - start);
	return err;
}

/**
 * granule_count_leak() - count a chunk as leaked
 * @chunk: from granule_alloc(); private again but not to be reused, or in an unknown state
 *
 * Context: Process.
 */
void granule_count_leak(const struct granule_chunk *chunk)
{
	trace_chunk_leak(chunk->dev, chunk->owner, chunk->size);
	scoped_guard(spinlock, &chunks_lock)
		stats.leaked += chunk->size;
}

static int granule_share(struct granule_chunk *chunk)
{
	int err = granule_convert(chunk, true);

	if (err == -EUCLEAN) {
		granule_count_leak(chunk);
		pr_err_once("the host stopped in the middle of a conversion: leaking the memory (leaked_bytes in debugfs)\n");
		return err;
	}
	if (err) {
		scoped_guard(spinlock, &chunks_lock)
			stats.refused++;
		granule_drop(chunk);
		return err;
	}
	/* A conversion leaves the content undefined (DEN0137). */
	memset(chunk->vaddr, 0, chunk->size);

	guard(spinlock)(&chunks_lock);
	list_add_tail(&chunk->list, &chunks);
	stats.chunks++;
	stats.bytes += chunk->size;
	stats.shares++;
	return 0;
}

/**
 * granule_alloc() - allocate memory and share it with the host
 * @chunk: filled in; must not move while it is in use
 * @dev: the device that must be able to address the memory, and selects its NUMA node; or NULL
 * @owner: purpose, for reports; must outlive @chunk
 * @size: bytes, rounded up to whole granules
 * @gfp: GFP flags; must allow blocking. Zone flags are ignored: @dev selects the zone
 *
 * The memory is zeroed.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - @chunk is ready to use
 * * %-EINVAL - @size is 0
 * * %-EWOULDBLOCK - @gfp does not allow blocking
 * * %-EOPNOTSUPP - the granule is unknown
 * * %-ENOMEM - no memory that @dev can address
 * * %-EIO - the host refused; the pages were freed
 * * %-EUCLEAN - the host stopped part-way through; the pages are leaked
 */
int granule_alloc(struct granule_chunk *chunk, struct device *dev, const char *owner,
		  size_t size, gfp_t gfp)
{
	struct page *page;

	if (!hostconf.granule)
		return -EOPNOTSUPP;
	if (!size)
		return -EINVAL;
	if (WARN_ON_ONCE(!gfpflags_allow_blocking(gfp)))
		return -EWOULDBLOCK;

	size = round_up(size, hostconf.granule);
	page = pages_alloc(dev, size, gfp, &chunk->cma);
	if (!page)
		return -ENOMEM;
	chunk->vaddr = page_address(page);
	chunk->size = size;
	chunk->owner = owner;
	strscpy(chunk->dev, dev ? dev_name(dev) : "-");
	return granule_share(chunk);
}

static void granule_unlist(struct granule_chunk *chunk)
{
	guard(spinlock)(&chunks_lock);
	list_del(&chunk->list);
	stats.chunks--;
	stats.bytes -= chunk->size;
}

/**
 * granule_take_back() - make a chunk private again but keep its pages for granule_drop()
 * @chunk: from granule_alloc(); no longer used by the CPU or by any device
 *
 * The content is undefined afterwards. If the host refuses, the pages are leaked.
 *
 * Context: Process, may sleep.
 * Return: %0, or an error of convert(): the pages are leaked.
 */
int granule_take_back(struct granule_chunk *chunk)
{
	int err;

	granule_unlist(chunk);
	err = granule_convert(chunk, false);
	if (err) {
		granule_count_leak(chunk);
		pr_err_once("the host refuses to make memory private again: leaking it (leaked_bytes in debugfs)\n");
		return err;
	}
	guard(spinlock)(&chunks_lock);
	stats.unshares++;
	return 0;
}

/**
 * granule_drop() - free the pages of a private chunk
 * @chunk: a chunk that the host did not share, or for which granule_take_back() returned 0
 *
 * Context: Process, may sleep.
 */
void granule_drop(struct granule_chunk *chunk)
{
	pages_free(virt_to_page(chunk->vaddr), chunk->size, chunk->cma);
}

/**
 * granule_free() - make a chunk private again and free its pages
 * @chunk: from granule_alloc(); no longer used by the CPU or by any device
 *
 * If the host refuses, the pages are leaked.
 *
 * Context: Process, may sleep.
 */
void granule_free(struct granule_chunk *chunk)
{
	if (granule_take_back(chunk))
		return;
	/* DEN0137 leaves the content undefined. With init_on_alloc the allocator zeroes it. */
	if (!want_init_on_alloc(0))
		memset(chunk->vaddr, 0, chunk->size);
	granule_drop(chunk);
}

/**
 * granule_leak() - leak a chunk that is still in use
 * @chunk: from granule_alloc(); a device, for instance, may still access part of it
 *
 * Context: Process.
 */
void granule_leak(struct granule_chunk *chunk)
{
	granule_unlist(chunk);
	granule_count_leak(chunk);
}

/**
 * granule_transfer() - transfer a chunk, which stays shared, to another owner
 * @chunk: from granule_alloc(); the structure itself can be discarded
 *
 * Context: Process.
 */
void granule_transfer(struct granule_chunk *chunk)
{
	granule_unlist(chunk);
	guard(spinlock)(&chunks_lock);
	stats.transferred += chunk->size;
}

/**
 * granule_count_bad_free() - count an invalid free by a driver
 *
 * The messages about these are rate-limited; the counter is not.
 *
 * Context: Any.
 */
void granule_count_bad_free(void)
{
	atomic64_inc(&bad_frees);
}

/**
 * granule_get_stats() - read the counters
 * @to: filled in
 *
 * Context: Process.
 */
void granule_get_stats(struct granule_stats *to)
{
	spin_lock(&chunks_lock);
	*to = stats;
	spin_unlock(&chunks_lock);
	to->bad_frees = atomic64_read(&bad_frees);
}

/**
 * granule_describe() - find the chunk that contains an address
 * @phys: physical address
 * @end: set to the end of the chunk if one is found
 * @text: set to the chunk's purpose and device if one is found
 * @size: of @text, in bytes
 *
 * Context: Process.
 * Return: false if the address is in no chunk of this module, or in a transferred one.
 */
bool granule_describe(phys_addr_t phys, phys_addr_t *end, char *text, size_t size)
{
	const struct granule_chunk *chunk;

	guard(spinlock)(&chunks_lock);
	list_for_each_entry(chunk, &chunks, list) {
		const phys_addr_t start = virt_to_phys(chunk->vaddr);

		if (phys < start || phys - start >= chunk->size)
			continue;
		*end = start + chunk->size;
		if (strcmp(chunk->dev, "-"))
			snprintf(text, size, "rhi_probe: %s of %s", chunk->owner, chunk->dev);
		else
			snprintf(text, size, "rhi_probe: %s", chunk->owner);
		return true;
	}
	return false;
}
