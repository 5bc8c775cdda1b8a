// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocate whole granules as __dma_direct_alloc_pages() in kernel/dma/direct.c allocates pages:
 * same zones, same CMA areas, same limits. Modules cannot call that function.
 */
#include <linux/cma.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#include "hostconf.h"
#include "ksym.h"
#include "pages.h"

#ifdef CONFIG_DMA_CMA
/* mm/cma.c, kernel/dma/contiguous.c; only some kernels export them, so look them up by name */
static struct page *(*find_cma)(struct cma *cma, unsigned long nr, unsigned int align,
				bool no_warn);
static bool (*release_cma)(struct cma *cma, const struct page *pages, unsigned long nr);
static struct cma **default_cma;

static_assert(__same_type(find_cma, &cma_alloc) && __same_type(release_cma, &cma_release));
#endif

static u64 dma_limit(struct device *dev)
{
	return min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);
}

/**
 * pages_reach() - check whether a device can address memory once it is shared
 * @dev: a device, or NULL for any
 * @page: the first page
 * @size: bytes
 *
 * Same rule as dma_coherent_ok() in kernel/dma/direct.c. The mask may change between calls.
 *
 * Context: Any.
 * Return: true if it can.
 */
bool pages_reach(struct device *dev, struct page *page, size_t size)
{
	dma_addr_t dma;

	if (!dev)
		return true;
	dma = phys_to_dma_unencrypted(dev, page_to_phys(page));
	return dma != DMA_MAPPING_ERROR && dma + size - 1 <= dma_limit(dev);
}

/**
 * pages_metadata_gfp() - derive GFP flags for metadata from a driver's request
 * @gfp: the driver's flags for its memory
 *
 * Drops zone flags, and never invokes the OOM killer: the driver's own request might fail
 * without it.
 *
 * Context: Any.
 * Return: GFP flags.
 */
gfp_t pages_metadata_gfp(gfp_t gfp)
{
	gfp &= GFP_KERNEL | __GFP_HIGH | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_NORETRY;
	if (gfpflags_allow_blocking(gfp) && !(gfp & __GFP_NORETRY))
		gfp |= __GFP_RETRY_MAYFAIL;
	return gfp | __GFP_NOWARN;
}

#ifdef CONFIG_DMA_CMA
static struct page *from_cma(struct device *dev, size_t size, gfp_t gfp, struct cma **cma)
{
	struct cma *area = dev && dev->cma_area ? dev->cma_area : default_cma ? *default_cma : NULL;
	const unsigned long nr = size >> PAGE_SHIFT;
	struct page *page;

	if (!find_cma || !release_cma || !area)
		return NULL;
	page = find_cma(area, nr, min(get_order(size), CONFIG_CMA_ALIGNMENT), gfp & __GFP_NOWARN);
	if (!page)
		return NULL;
	if (pages_reach(dev, page, size) && IS_ALIGNED(page_to_phys(page), hostconf.granule)) {
		*cma = area;
		return page;
	}
	release_cma(area, page, nr);
	return NULL;
}
#else
static struct page *from_cma(struct device *dev, size_t size, gfp_t gfp, struct cma **cma)
{
	return NULL;
}
#endif

/* Buddy blocks are naturally aligned. Free the pages beyond @size one by one. */
static void give_back_rest(struct page *page, size_t size, unsigned int order)
{
	const unsigned long nr = size >> PAGE_SHIFT;

	if (nr == 1UL << order)
		return;
	split_page(page, order);
	for (unsigned long i = nr; i < 1UL << order; i++)
		__free_page(page + i);
}

static struct page *from_buddy(struct device *dev, size_t size, gfp_t gfp)
{
	static const gfp_t zones[] = { 0, GFP_DMA32, GFP_DMA };
	const int node = dev ? dev_to_node(dev) : NUMA_NO_NODE;
	const unsigned int order = get_order(size);
	unsigned int i = 0;

	if (order > MAX_PAGE_ORDER)
		return NULL;
	if (dev && dma_to_phys(dev, dma_limit(dev)) <= DMA_BIT_MASK(32))
		i = 1;
	for (; i < ARRAY_SIZE(zones); i++) {
		struct page *page = alloc_pages_node(node, gfp | zones[i], order);

		if (!page)
			return NULL;
		if (pages_reach(dev, page, size)) {
			give_back_rest(page, size, order);
			return page;
		}
		__free_pages(page, order);
	}
	return NULL;
}

/* Shared addresses have a high bit set that devices with a small mask can never reach. */
static bool reaches_nothing(struct device *dev)
{
	return dev && phys_to_dma_unencrypted(dev, 0) > dma_limit(dev);
}

/*
 * A single granule stands for many small requests, which the kernel serves from the page
 * allocator, even during reclaim: so CMA is the last resort.
 */
static struct page *alloc_granule(struct device *dev, size_t size, gfp_t gfp, struct cma **cma)
{
	/* For a single page the kernel retries for ever, so a granule must at least retry. */
	struct page *page = from_buddy(dev, size, gfp | __GFP_NOWARN |
				       (gfp & __GFP_NORETRY ? 0 : __GFP_RETRY_MAYFAIL));

	if (!page && (gfp & GFP_KERNEL) == GFP_KERNEL)
		page = from_cma(dev, size, gfp, cma);
	if (!page && dev && !(gfp & __GFP_NOWARN))
		dev_warn_ratelimited(dev, "cannot allocate %zu contiguous bytes for the host's granule\n",
				     size);
	return page;
}

/**
 * pages_alloc() - allocate pages for whole granules
 * @dev: the device that must be able to address the memory, and selects its NUMA node; or NULL
 * @size: bytes, a multiple of the granule
 * @gfp: GFP flags; @dev selects the zone
 * @cma: set to the CMA area of the pages, or NULL
 *
 * Requests larger than a granule try CMA first, as the kernel does.
 *
 * Context: Process, may sleep.
 * Return: The first page, aligned at least to the granule; NULL if out of memory.
 */
struct page *pages_alloc(struct device *dev, size_t size, gfp_t gfp, struct cma **cma)
{
	*cma = NULL;
	gfp &= ~(__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_COMP | __GFP_ZERO);
	if (reaches_nothing(dev))
		return NULL;
	if (size <= hostconf.granule)
		return alloc_granule(dev, size, gfp, cma);
	return from_cma(dev, size, gfp, cma) ?: from_buddy(dev, size, gfp);
}

/**
 * pages_free() - free pages
 * @page: from pages_alloc()
 * @size: the size passed to pages_alloc()
 * @cma: as set by pages_alloc()
 *
 * Context: Process, may sleep.
 */
void pages_free(struct page *page, size_t size, struct cma *cma)
{
	const unsigned long nr = size >> PAGE_SHIFT;

#ifdef CONFIG_DMA_CMA
	if (cma) {
		release_cma(cma, page, nr);
		return;
	}
#endif
	if (is_power_of_2(nr)) {
		__free_pages(page, ilog2(nr));
		return;
	}
	for (unsigned long i = 0; i < nr; i++)
		__free_page(page + i);
}

/**
 * pages_init() - look up CMA functions that the kernel does not export
 *
 * If they are not found, no memory comes from CMA.
 *
 * Context: Process, may sleep.
 */
void __init pages_init(void)
{
#ifdef CONFIG_DMA_CMA
	find_cma = (void *)ksym_function("cma_alloc");
	release_cma = (void *)ksym_function("cma_release");
	default_cma = (struct cma **)ksym_data("dma_contiguous_default_area");
#endif
}
