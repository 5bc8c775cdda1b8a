// SPDX-License-Identifier: GPL-2.0-only
/* dma_alloc_pages() and related functions: pages with explicit synchronisation */
#include <linux/dma-direct.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "contract.h"

struct way {
	struct buffer *b;
	struct page *page;
};

static int by_pages(struct vm_area_struct *vma, void *data)
{
	struct way *way = data;

	return dma_mmap_pages(way->b->dev, vma, way->b->size, way->page);
}

static void one(struct facts *f, size_t size, enum dma_data_direction dir, gfp_t gfp)
{
	struct buffer b = { .dev = test_dev, .size = size };
	struct page *page;

	facts_begin(f, b.dev, "dma_alloc_pages %zu direction %d %pGg", size, dir, &gfp);
	page = dma_alloc_pages(b.dev, size, &b.dma, dir, gfp);
	if (page) {
		b.vaddr = page_address(page);
		facts_check(f, page_to_phys(page) == dma_to_phys(b.dev, b.dma), "its page",
			    "ANOTHER PAGE");
	}
	buffer_describe_zeroed(f, &b);
	if (page) {
		dma_sync_single_for_device(b.dev, b.dma, size, dir);
		dma_sync_single_for_cpu(b.dev, b.dma, size, dir);
		/* Also synchronise a part of it. */
		dma_sync_single_for_device(b.dev, b.dma + size / 2, size - size / 2, dir);
		facts_check(f, buffer_kept(&b), "kept to the end", "NOT KEPT TO THE END");
		dma_free_pages(b.dev, size, page, b.dma, dir);
	}
	facts_end(f);
}

/* Pages from the atomic pool have no usable address in the linear map. */
static void atomic(struct facts *f, size_t size, gfp_t gfp)
{
	dma_addr_t dma;
	struct page *page;

	facts_begin(f, test_dev, "dma_alloc_pages %zu direction 0 %pGg", size, &gfp);
	page = dma_alloc_pages(test_dev, size, &dma, DMA_BIDIRECTIONAL, gfp);
	facts_check(f, page, "ok", "NULL");
	if (page) {
		facts_check(f, page_to_phys(page) == dma_to_phys(test_dev, dma), "its page",
			    "ANOTHER PAGE");
		facts_check(f, phys_shared(page_to_phys(page), size), "shared", "NOT SHARED");
		dma_free_pages(test_dev, size, page, dma, DMA_BIDIRECTIONAL);
	}
	facts_end(f);
}

static void mapped(struct facts *f, size_t size, unsigned long more)
{
	struct buffer b = { .dev = test_dev, .size = size };
	struct way way = { .b = &b };

	facts_begin(f, b.dev, "dma_mmap_pages %zu%s", size, more ? ", one page too many" : "");
	way.page = dma_alloc_pages(b.dev, size, &b.dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	facts_check(f, way.page, "ok", "NULL");
	if (way.page) {
		b.vaddr = page_address(way.page);
		map_describe(f, &b, by_pages, &way, (PAGE_ALIGN(size) >> PAGE_SHIFT) + more, 0);
		dma_free_pages(b.dev, size, way.page, b.dma, DMA_BIDIRECTIONAL);
	}
	facts_end(f);
}

/* dma_alloc_noncoherent() is based on dma_alloc_pages(). */
static void noncoherent(struct facts *f, size_t size)
{
	struct buffer b = { .dev = test_dev, .size = size };

	facts_begin(f, b.dev, "dma_alloc_noncoherent %zu", size);
	b.vaddr = dma_alloc_noncoherent(b.dev, size, &b.dma, DMA_TO_DEVICE, GFP_KERNEL);
	buffer_describe_zeroed(f, &b);
	if (b.vaddr) {
		facts_say(f, "sync needed: %d", dma_need_sync(b.dev, b.dma));
		dma_sync_single_for_device(b.dev, b.dma, size, DMA_TO_DEVICE);
		dma_free_noncoherent(b.dev, size, b.vaddr, b.dma, DMA_TO_DEVICE);
	}
	facts_end(f);
}

/* A driver may take a page reference for a while, as the network stack does. */
static void referenced(struct facts *f, size_t size)
{
	dma_addr_t dma;
	struct page *page;

	facts_begin(f, test_dev, "dma_alloc_pages %zu, get_page() and put_page()", size);
	page = dma_alloc_pages(test_dev, size, &dma, DMA_FROM_DEVICE, GFP_KERNEL);
	facts_check(f, page, "ok", "NULL");
	if (page) {
		facts_say(f, "%d references", page_count(page));
		facts_say(f, "%s", PageCompound(page) ? "compound" : "not compound");
		get_page(page);
		facts_say(f, "%d references", page_count(page));
		put_page(page);
		facts_say(f, "%d references", page_count(page));
		dma_free_pages(test_dev, size, page, dma, DMA_FROM_DEVICE);
	}
	facts_end(f);
}

void pages_run(struct facts *f)
{
	static const size_t sizes[] = {
		1, 100, 3000, 5000, 12000, SZ_64K - SZ_4K, SZ_64K, SZ_64K + 8 * SZ_1K, SZ_256K,
		SZ_1M, SZ_4M,
	};

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		one(f, sizes[i], DMA_BIDIRECTIONAL, GFP_KERNEL);
		one(f, sizes[i], DMA_TO_DEVICE, GFP_KERNEL);
		one(f, sizes[i], DMA_FROM_DEVICE, GFP_NOIO);
	}
	atomic(f, 100, GFP_ATOMIC);
	atomic(f, 12000, GFP_NOWAIT);
	mapped(f, 100, 0);
	mapped(f, 5000, 0);
	mapped(f, SZ_64K, 0);
	mapped(f, SZ_256K, 0);
	mapped(f, 5000, 1);
	mapped(f, SZ_64K, 1);
	noncoherent(f, 100);
	noncoherent(f, SZ_64K);
	noncoherent(f, SZ_256K);
	referenced(f, 100);
	referenced(f, 5000);
	referenced(f, SZ_64K);

	watch_verbose(true);
	one(f, 5000, DMA_TO_DEVICE, GFP_KERNEL | __GFP_NOWARN);
	one(f, SZ_64K, DMA_FROM_DEVICE, GFP_NOIO | __GFP_NORETRY);
	watch_verbose(false);

	/* Misuse: each makes the kernel warn. */
	atomic(f, 5000, GFP_KERNEL | __GFP_COMP);
	atomic(f, 5000, GFP_KERNEL | GFP_DMA32);
}
