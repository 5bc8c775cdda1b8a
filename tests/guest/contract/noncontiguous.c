// SPDX-License-Identifier: GPL-2.0-only
/* dma_alloc_noncontiguous() and related functions: memory as a scatterlist */
#include <linux/dma-direct.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#include "contract.h"

struct way {
	struct buffer *b;
	struct sg_table *sgt;
};

static int by_sgt(struct vm_area_struct *vma, void *data)
{
	struct way *way = data;

	return dma_mmap_noncontiguous(way->b->dev, vma, way->b->size, way->sgt);
}

static void describe(struct facts *f, struct buffer *b, struct sg_table *sgt)
{
	facts_say(f, "%u entries, %u mapped, %u bytes, %u for DMA", sgt->orig_nents, sgt->nents,
		  sgt->sgl->length, sg_dma_len(sgt->sgl));
	b->dma = sg_dma_address(sgt->sgl);
	facts_check(f, sg_phys(sgt->sgl) == dma_to_phys(b->dev, b->dma), "its page",
		    "ANOTHER PAGE");
}

static void one(struct facts *f, size_t size, enum dma_data_direction dir, gfp_t gfp,
		unsigned long attrs)
{
	struct buffer b = { .dev = test_dev, .size = size };
	struct sg_table *sgt;
	void *again;

	facts_begin(f, b.dev, "dma_alloc_noncontiguous %zu direction %d %pGg 0x%lx", size, dir,
		    &gfp, attrs);
	sgt = dma_alloc_noncontiguous(b.dev, size, dir, gfp, attrs);
	if (!sgt) {
		facts_say(f, "NULL");
		facts_end(f);
		return;
	}
	describe(f, &b, sgt);
	if (gfpflags_allow_blocking(gfp)) {
		b.vaddr = dma_vmap_noncontiguous(b.dev, size, sgt);
		buffer_describe_zeroed(f, &b);
		dma_vunmap_noncontiguous(b.dev, b.vaddr);
		again = dma_vmap_noncontiguous(b.dev, size, sgt);
		facts_check(f, again && buffer_kept_at(&b, again), "kept when mapped again",
			    "NOT KEPT");
		dma_vunmap_noncontiguous(b.dev, again);
	}
	dma_sync_sgtable_for_device(b.dev, sgt, dir);
	dma_sync_sgtable_for_cpu(b.dev, sgt, dir);
	dma_free_noncontiguous(b.dev, size, sgt, dir);
	facts_end(f);
}

static void mapped(struct facts *f, size_t size, unsigned long more)
{
	struct buffer b = { .dev = test_dev, .size = size };
	struct way way = { .b = &b };

	facts_begin(f, b.dev, "dma_mmap_noncontiguous %zu%s", size,
		    more ? ", one page too many" : "");
	way.sgt = dma_alloc_noncontiguous(b.dev, size, DMA_BIDIRECTIONAL, GFP_KERNEL, 0);
	facts_check(f, way.sgt, "ok", "NULL");
	if (way.sgt) {
		b.dma = sg_dma_address(way.sgt->sgl);
		b.vaddr = dma_vmap_noncontiguous(b.dev, size, way.sgt);
		map_describe(f, &b, by_sgt, &way, (PAGE_ALIGN(size) >> PAGE_SHIFT) + more, 0);
		dma_vunmap_noncontiguous(b.dev, b.vaddr);
		dma_free_noncontiguous(b.dev, size, way.sgt, DMA_BIDIRECTIONAL);
	}
	facts_end(f);
}

void noncontiguous_run(struct facts *f)
{
	static const size_t sizes[] = {
		1, 3000, 5000, 12000, SZ_64K - SZ_4K, SZ_64K, SZ_64K + 8 * SZ_1K, SZ_256K, SZ_1M,
		SZ_4M,
	};

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		one(f, sizes[i], DMA_BIDIRECTIONAL, GFP_KERNEL, 0);
		one(f, sizes[i], DMA_FROM_DEVICE, GFP_KERNEL | __GFP_ZERO,
		    DMA_ATTR_ALLOC_SINGLE_PAGES);
	}
	one(f, 5000, DMA_TO_DEVICE, GFP_ATOMIC, 0);
	mapped(f, 5000, 0);
	mapped(f, SZ_256K, 0);
	mapped(f, 5000, 1);

	watch_verbose(true);
	one(f, 5000, DMA_TO_DEVICE, GFP_NOIO, 0);
	one(f, SZ_64K, DMA_FROM_DEVICE, GFP_KERNEL, DMA_ATTR_ALLOC_SINGLE_PAGES);
	watch_verbose(false);

	/* Misuse: each makes the kernel warn. */
	one(f, 5000, DMA_BIDIRECTIONAL, GFP_KERNEL, DMA_ATTR_NO_WARN);
	one(f, 5000, DMA_BIDIRECTIONAL, GFP_KERNEL | __GFP_COMP, 0);
	one(f, 5000, DMA_BIDIRECTIONAL, GFP_KERNEL | GFP_DMA32, 0);
}
