// SPDX-License-Identifier: GPL-2.0-only
/* dma_alloc_coherent() and dma_pool_alloc(): GFP flags, and those that reach the page allocator */
#include <linux/dmapool.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>

#include "contract.h"

static const struct {
	gfp_t gfp;
	const char *name;
} flags[] = {
	{ GFP_KERNEL, "GFP_KERNEL" },
	{ GFP_KERNEL | __GFP_ZERO, "GFP_KERNEL|__GFP_ZERO" },
	{ GFP_NOIO, "GFP_NOIO" },
	{ GFP_NOFS, "GFP_NOFS" },
	{ GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_ATOMIC | __GFP_ZERO, "GFP_ATOMIC|__GFP_ZERO" },
	{ GFP_NOWAIT, "GFP_NOWAIT" },
	{ GFP_USER, "GFP_USER" },
	{ GFP_KERNEL | GFP_DMA, "GFP_KERNEL|GFP_DMA" },
	{ GFP_KERNEL | GFP_DMA32, "GFP_KERNEL|GFP_DMA32" },
	{ GFP_KERNEL | __GFP_HIGHMEM, "GFP_KERNEL|__GFP_HIGHMEM" },
	{ GFP_ATOMIC | GFP_DMA32, "GFP_ATOMIC|GFP_DMA32" },
	{ GFP_KERNEL | __GFP_NORETRY, "GFP_KERNEL|__GFP_NORETRY" },
	{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, "GFP_KERNEL|__GFP_RETRY_MAYFAIL" },
	{ GFP_KERNEL | __GFP_NOWARN, "GFP_KERNEL|__GFP_NOWARN" },
	{ GFP_KERNEL | __GFP_NOMEMALLOC, "GFP_KERNEL|__GFP_NOMEMALLOC" },
	{ GFP_KERNEL | __GFP_ACCOUNT, "GFP_KERNEL|__GFP_ACCOUNT" },
	{ GFP_KERNEL | __GFP_THISNODE, "GFP_KERNEL|__GFP_THISNODE" },
};

/* Did the page allocator get flags that the caller did not allow? */
static void say_page_gfp(struct facts *f, gfp_t asked)
{
	const gfp_t more = watch_page_gfp() & ~asked & (__GFP_IO | __GFP_FS | __GFP_DIRECT_RECLAIM);

	/* kmalloc() does not support zones, but only warns when it needs new pages. */
	if (watch_slab_gfp() & (__GFP_DMA32 | __GFP_HIGHMEM))
		facts_say(f, "KMALLOC OF A ZONE");
	if (!more)
		return;
	facts_say(f, "PAGES ALLOCATED WITH%s%s%s", more & __GFP_IO ? " __GFP_IO" : "",
		  more & __GFP_FS ? " __GFP_FS" : "",
		  more & __GFP_DIRECT_RECLAIM ? " __GFP_DIRECT_RECLAIM" : "");
}

static void coherent(struct facts *f, size_t size, gfp_t gfp, const char *name)
{
	struct buffer b = { .dev = test_dev, .size = size };

	facts_begin(f, b.dev, "dma_alloc_coherent %zu %s", size, name);
	buffer_take(f, &b, gfp, 0);
	say_page_gfp(f, gfp);
	buffer_give(f, &b, 0);
	facts_end(f);
}

/* In a new pool, the first block needs memory. */
static void pool(struct facts *f, size_t size, gfp_t gfp, const char *name)
{
	struct dma_pool *pool = dma_pool_create("gfp", test_dev, size, 16, 0);
	dma_addr_t dma;
	void *vaddr;

	facts_begin(f, NULL, "dma_pool_alloc %zu %s", size, name);
	if (!pool) {
		facts_say(f, "NO POOL");
		facts_end(f);
		return;
	}
	vaddr = dma_pool_alloc(pool, gfp, &dma);
	facts_check(f, vaddr, "ok", "NULL");
	say_page_gfp(f, gfp);
	if (vaddr) {
		if (want_init_on_alloc(gfp))
			facts_check(f, !memchr_inv(vaddr, 0, size), "zeroed", "NOT ZEROED");
		dma_pool_free(pool, vaddr, dma);
	}
	dma_pool_destroy(pool);
	facts_end(f);
}

/* Allocations respect the scope of the task. */
static void scope(struct facts *f, size_t size, bool io)
{
	struct buffer b = { .dev = test_dev, .size = size };
	unsigned int flags = io ? memalloc_noio_save() : memalloc_nofs_save();
	struct dma_pool *pool;
	dma_addr_t dma;
	void *vaddr;

	facts_begin(f, NULL, "dma_alloc_coherent %zu GFP_KERNEL under memalloc_%s_save()", size,
		    io ? "noio" : "nofs");
	buffer_take(f, &b, GFP_KERNEL, 0);
	say_page_gfp(f, io ? GFP_NOIO : GFP_NOFS);
	buffer_give(f, &b, 0);
	facts_end(f);

	facts_begin(f, NULL, "dma_pool %zu GFP_KERNEL under memalloc_%s_save()", size,
		    io ? "noio" : "nofs");
	pool = dma_pool_create("scope", test_dev, size, 0, 0);
	vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma) : NULL;
	facts_check(f, vaddr, "ok", "NULL");
	say_page_gfp(f, io ? GFP_NOIO : GFP_NOFS);
	if (vaddr)
		dma_pool_free(pool, vaddr, dma);
	dma_pool_destroy(pool);
	facts_end(f);
	if (io)
		memalloc_noio_restore(flags);
	else
		memalloc_nofs_restore(flags);
}

static void refused(struct facts *f)
{
	struct buffer b = { .dev = test_dev, .size = 5000 };

	facts_begin(f, b.dev, "dma_alloc_coherent 5000 GFP_KERNEL|__GFP_COMP");
	b.vaddr = dma_alloc_coherent(b.dev, b.size, &b.dma, GFP_KERNEL | __GFP_COMP);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr)
		dma_free_coherent(b.dev, b.size, b.vaddr, b.dma);
	facts_end(f);
}

void gfp_run(struct facts *f)
{
	for (int i = 0; i < ARRAY_SIZE(flags); i++) {
		coherent(f, 1, flags[i].gfp, flags[i].name);
		coherent(f, 12000, flags[i].gfp, flags[i].name);
		coherent(f, SZ_64K, flags[i].gfp, flags[i].name);
		/* The kernel's atomic pool is smaller than that at first. */
		if (gfpflags_allow_blocking(flags[i].gfp))
			coherent(f, SZ_256K, flags[i].gfp, flags[i].name);
		pool(f, 64, flags[i].gfp, flags[i].name);
		pool(f, 5000, flags[i].gfp, flags[i].name);
	}
	scope(f, 5000, true);
	scope(f, SZ_256K, true);
	scope(f, 5000, false);
	scope(f, SZ_256K, false);
	refused(f);
	watch_verbose(true);
	coherent(f, 5000, GFP_NOIO, "GFP_NOIO, flags of the events");
	coherent(f, 5000, GFP_KERNEL | GFP_DMA32, "GFP_KERNEL|GFP_DMA32, flags of the events");
	watch_verbose(false);
}
