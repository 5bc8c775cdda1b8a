// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragmented memory: outside of CMA no free block exceeds 128K, and each has an unmovable
 * neighbour in use, as a driver that loads late may find it.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "contract.h"

#define PIECE_ORDER	get_order(SZ_128K)

static LIST_HEAD(held);

/* Of each pair of pieces, hold one page by page and free the other. */
static void break_up(gfp_t gfp)
{
	struct page *page;

	while ((page = alloc_pages(gfp, PIECE_ORDER + 1))) {
		split_page(page, PIECE_ORDER + 1);
		for (int i = 0; i < 1 << PIECE_ORDER; i++) {
			list_add(&page[i].lru, &held);
			__free_page(page + (1 << PIECE_ORDER) + i);
		}
		cond_resched();
	}
}

/*
 * Afterwards no larger block is free. Use the reserves below the watermarks and compaction too, so
 * that the result is reproducible.
 */
static void shatter(void)
{
	break_up(GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN);
	break_up(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	break_up(GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN);
}

static void whole_again(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &held, lru) {
		list_del(&page->lru);
		__free_page(page);
		cond_resched();
	}
}

static void one(struct facts *f, size_t size, gfp_t gfp, unsigned long attrs, const char *name)
{
	struct buffer b = { .dev = test_dev, .size = size };

	facts_begin(f, b.dev, "memory in pieces, dma_alloc_coherent %zu %s", size, name);
	buffer_take(f, &b, gfp, attrs);
	buffer_give(f, &b, attrs);
	facts_end(f);
}

/*
 * Use up CMA as well, so that nothing is left for a large request. A CMA page that is pinned for a
 * moment fails one request but not the next: wait for a series of failures.
 */
static void without_cma(struct facts *f)
{
	enum { MOST = 64, FAILURES = 10, PAUSE_MS = 100 };
	int failed = 0;
	static struct buffer b[MOST];
	int nr;

	for (nr = 0; nr < MOST && failed < FAILURES;) {
		b[nr] = (struct buffer){ .dev = test_dev, .size = SZ_4M };
		b[nr].vaddr = dma_alloc_attrs(test_dev, SZ_4M, &b[nr].dma,
					      GFP_KERNEL | __GFP_NORETRY, DMA_ATTR_NO_WARN);
		failed = b[nr].vaddr ? 0 : failed + 1;
		if (failed)
			msleep(PAUSE_MS);
		else
			nr++;
	}
	facts_line(f, "memory in pieces, buffers of 4M until it fails: %s",
		   nr == MOST ? "NO END" : nr ? "some, then NULL" : "NONE");
	one(f, SZ_4M, GFP_KERNEL | __GFP_NORETRY, DMA_ATTR_NO_WARN,
	    "__GFP_NORETRY NO_WARN, no CMA");
	one(f, SZ_4M, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0,
	    "__GFP_NORETRY|__GFP_NOWARN, no CMA");
	one(f, SZ_4M, GFP_KERNEL | __GFP_NORETRY, 0, "__GFP_NORETRY, no CMA");
	one(f, SZ_64K, GFP_KERNEL, 0, "GFP_KERNEL, no CMA");
	one(f, 5000, GFP_KERNEL, 0, "GFP_KERNEL, no CMA");
	while (nr--)
		dma_free_attrs(test_dev, SZ_4M, b[nr].vaddr, b[nr].dma, DMA_ATTR_NO_WARN);
}

void pieces_run(struct facts *f)
{
	shatter();
	one(f, 100, GFP_KERNEL, 0, "GFP_KERNEL");
	one(f, 5000, GFP_KERNEL, 0, "GFP_KERNEL");
	one(f, SZ_64K, GFP_KERNEL, 0, "GFP_KERNEL");
	one(f, SZ_128K, GFP_KERNEL, 0, "GFP_KERNEL");
	one(f, SZ_256K, GFP_KERNEL, 0, "GFP_KERNEL");
	one(f, SZ_256K, GFP_NOIO, 0, "GFP_NOIO");
	one(f, SZ_1M, GFP_KERNEL, 0, "GFP_KERNEL");
	one(f, SZ_1M, GFP_KERNEL, DMA_ATTR_NO_WARN, "NO_WARN");
	one(f, SZ_4M, GFP_KERNEL, 0, "GFP_KERNEL");
	one(f, SZ_8M, GFP_KERNEL, 0, "GFP_KERNEL");
	without_cma(f);
	whole_again();
}
