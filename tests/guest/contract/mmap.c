// SPDX-License-Identifier: GPL-2.0-only
/* Coherent memory in user space and in scatterlists */
#include <linux/dma-direct.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#include "contract.h"

struct way {
	struct buffer *b;
	unsigned long attrs;
};

static int by_attrs(struct vm_area_struct *vma, void *data)
{
	struct way *way = data;

	return dma_mmap_attrs(way->b->dev, vma, way->b->vaddr, way->b->dma, way->b->size,
			      way->attrs);
}

static void mapped(struct facts *f, size_t size, gfp_t gfp, unsigned long attrs,
		   unsigned long pages, unsigned long first)
{
	struct buffer b = { .dev = test_dev, .size = size };
	struct way way = { .b = &b, .attrs = attrs };

	facts_begin(f, b.dev, "dma_mmap_attrs %zu %pGg 0x%lx, %lu pages from %lu", size, &gfp,
		    attrs, pages, first);
	b.vaddr = dma_alloc_attrs(b.dev, size, &b.dma, gfp, attrs);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr) {
		map_describe(f, &b, by_attrs, &way, pages, first);
		dma_free_attrs(b.dev, size, b.vaddr, b.dma, attrs);
	}
	facts_end(f);
}

static void scatterlist(struct facts *f, size_t size, gfp_t gfp)
{
	struct buffer b = { .dev = test_dev, .size = size };
	struct sg_table sgt;
	int err;

	facts_begin(f, b.dev, "dma_get_sgtable_attrs %zu %pGg", size, &gfp);
	b.vaddr = dma_alloc_coherent(b.dev, size, &b.dma, gfp);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr) {
		err = dma_get_sgtable_attrs(b.dev, &sgt, b.vaddr, b.dma, size, 0);
		facts_say(f, "result %d", err);
		if (!err) {
			facts_say(f, "%u entries, %u bytes", sgt.orig_nents, sgt.sgl->length);
			facts_check(f, sg_phys(sgt.sgl) == dma_to_phys(b.dev, b.dma),
				    "its pages", "OTHER PAGES");
			sg_free_table(&sgt);
		}
		dma_free_coherent(b.dev, size, b.vaddr, b.dma);
	}
	facts_end(f);
}

void mmap_run(struct facts *f)
{
	static const size_t sizes[] = { 1, 5000, SZ_64K, SZ_64K + 8 * SZ_1K, SZ_256K, SZ_1M };

	facts_line(f, "dma_can_mmap: %d", dma_can_mmap(test_dev));
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		const unsigned long pages = PAGE_ALIGN(sizes[i]) >> PAGE_SHIFT;

		mapped(f, sizes[i], GFP_KERNEL, 0, pages, 0);
		mapped(f, sizes[i], GFP_KERNEL, 0, 1, pages - 1);
		mapped(f, sizes[i], GFP_KERNEL, 0, pages + 1, 0);
		mapped(f, sizes[i], GFP_KERNEL, 0, 1, pages);
		mapped(f, sizes[i], GFP_KERNEL, DMA_ATTR_WRITE_COMBINE, pages, 0);
		scatterlist(f, sizes[i], GFP_KERNEL);
	}
	mapped(f, 100, GFP_ATOMIC, 0, 1, 0);
	scatterlist(f, 100, GFP_ATOMIC);
}
