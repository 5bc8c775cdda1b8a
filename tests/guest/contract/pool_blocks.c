// SPDX-License-Identifier: GPL-2.0-only
/* dma_pool_alloc(), dma_pool_zalloc() and dma_pool_free(): addresses and contents of blocks */
#include <linux/dma-direct.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "contract.h"

static bool crosses(u64 at, size_t size, size_t boundary)
{
	return boundary && at / boundary != (at + size - 1) / boundary;
}

static bool correspond(const struct buffer *b)
{
	if (is_vmalloc_addr(b->vaddr))
		return true;
	return virt_addr_valid(b->vaddr) &&
	       phys_to_dma_unencrypted(b->dev, virt_to_phys(b->vaddr)) == b->dma;
}

static void grid(struct facts *f, size_t size, size_t align, size_t boundary, gfp_t gfp)
{
	/* Several chunks of 64K, but no more than the kernel's atomic pool has */
	const unsigned int nr = gfpflags_allow_blocking(gfp) ? clamp(SZ_256K / size, 3, 300) :
							       clamp(SZ_32K / size, 1, 100);
	unsigned int got = 0, wrong_align = 0, wrong_boundary = 0, wrong_page = 0, wrong_dma = 0,
		     beyond = 0, overlap = 0, lost = 0, dirty = 0, private = 0;
	struct dma_pool *pool = dma_pool_create("grid", test_dev, size, align, boundary);
	struct buffer *b = kcalloc(nr, sizeof(*b), GFP_KERNEL);

	facts_begin(f, NULL, "dma_pool size %zu, align %zu, boundary %zu, %u blocks %pGg", size,
		    align, boundary, nr, &gfp);
	if (!pool || !b) {
		facts_say(f, "NO POOL");
		goto out;
	}
	for (unsigned int i = 0; i < nr; i++) {
		b[i] = (struct buffer){ .dev = test_dev, .size = size, .seed = i };
		b[i].vaddr = dma_pool_alloc(pool, gfp, &b[i].dma);
		if (!b[i].vaddr)
			continue;
		got++;
		wrong_align += !IS_ALIGNED(b[i].dma | (u64)b[i].vaddr, max_t(size_t, align, 1));
		wrong_boundary += crosses(b[i].dma, size, boundary);
		wrong_page += size <= PAGE_SIZE && crosses(b[i].dma, size, PAGE_SIZE);
		wrong_dma += !correspond(&b[i]);
		beyond += !buffer_reachable(&b[i]);
		private += !phys_shared(dma_to_phys(test_dev, b[i].dma), size);
		if (want_init_on_alloc(gfp))
			dirty += !!memchr_inv(b[i].vaddr, 0, size);
		for (unsigned int k = 0; k < i; k++)
			overlap += b[k].vaddr && buffers_overlap(&b[i], &b[k]);
		buffer_fill(&b[i]);
	}
	for (unsigned int i = 0; i < nr; i++) {
		struct buffer *next = &b[(i + nr / 3) % nr];

		if (!next->vaddr)
			continue;
		lost += !buffer_kept(next);
		dma_pool_free(pool, next->vaddr, next->dma);
	}
	facts_say(f, "%u ok, %u misaligned, %u cross a boundary, %u cross a page", got, wrong_align,
		  wrong_boundary, wrong_page);
	facts_say(f, "%u with another DMA address, %u beyond the mask, %u private", wrong_dma,
		  beyond, private);
	facts_say(f, "%u overlap, %u not kept, %u dirty", overlap, lost, dirty);
out:
	dma_pool_destroy(pool);
	kfree(b);
	facts_end(f);
}

/* A reused block is zeroed on request. */
static void reused(struct facts *f, size_t size, gfp_t gfp, const char *how)
{
	struct dma_pool *pool = dma_pool_create("reused", test_dev, size, 0, 0);
	unsigned int dirty = 0, got = 0;

	facts_begin(f, NULL, "blocks of %zu used again, by %s", size, how);
	for (int i = 0; pool && i < 100; i++) {
		dma_addr_t dma;
		void *vaddr = gfp & __GFP_ZERO ? dma_pool_alloc(pool, gfp, &dma) :
						 dma_pool_zalloc(pool, gfp, &dma);

		if (!vaddr)
			continue;
		got++;
		dirty += !!memchr_inv(vaddr, 0, size);
		memset(vaddr, 0xa5, size);
		dma_pool_free(pool, vaddr, dma);
	}
	facts_say(f, "%u ok, %u dirty", got, dirty);
	dma_pool_destroy(pool);
	facts_end(f);
}

/* A block in use keeps its data. */
static void undisturbed(struct facts *f)
{
	struct dma_pool *pool;
	dma_addr_t dma;
	void *vaddr;

	facts_begin(f, NULL, "a block is left alone until it is freed");
	pool = dma_pool_create("alone", test_dev, 64, 0, 0);
	vaddr = pool ? dma_pool_alloc(pool, GFP_KERNEL, &dma) : NULL;
	if (vaddr) {
		void *other;
		dma_addr_t other_dma;

		memset(vaddr, 0x11, 64);
		other = dma_pool_alloc(pool, GFP_KERNEL, &other_dma);
		facts_check(f, !memchr_inv(vaddr, 0x11, 64), "kept", "NOT KEPT");
		if (other)
			dma_pool_free(pool, other, other_dma);
		facts_check(f, !memchr_inv(vaddr, 0x11, 64), "kept", "NOT KEPT");
		dma_pool_free(pool, vaddr, dma);
	}
	dma_pool_destroy(pool);
	facts_end(f);
}

void pool_blocks_run(struct facts *f)
{
	static const struct {
		size_t size, align, boundary;
	} shapes[] = {
		{ 1, 0, 0 }, { 8, 0, 0 }, { 16, 0, 0 }, { 16, 16, 16 }, { 48, 0, 0 },
		{ 48, 16, 0 }, { 48, 16, 64 }, { 48, 0, 4096 }, { 64, 64, 0 }, { 68, 32, 4096 },
		{ 100, 0, 0 }, { 100, 4, 256 }, { 100, 4, 65536 }, { 128, 1024, 0 },
		{ 256, 256, 256 }, { 1000, 8, 1024 }, { 2048, 2048, 4096 }, { 2056, 8, 0 },
		{ 3000, 0, 0 }, { 3000, 0, 4096 }, { 3000, 8, 65536 }, { 4096, 0, 0 },
		{ 4096, 4096, 4096 }, { 4096, 65536, 0 }, { 5000, 0, 0 }, { 5000, 8, 8192 },
		{ 12000, 0, 0 }, { 12000, 256, 16384 }, { 16384, 16384, 0 }, { 40000, 0, 0 },
		{ 40000, 8, 65536 }, { SZ_64K, 0, 0 }, { SZ_64K, SZ_64K, SZ_64K },
		{ SZ_64K + 8 * SZ_1K, 0, 0 }, { SZ_128K, SZ_128K, 0 }, { SZ_1M, 0, 0 },
	};

	for (int i = 0; i < ARRAY_SIZE(shapes); i++)
		grid(f, shapes[i].size, shapes[i].align, shapes[i].boundary, GFP_KERNEL);
	grid(f, 64, 0, 0, GFP_ATOMIC);
	grid(f, 48, 0, 0, GFP_NOWAIT);
	grid(f, 3000, 0, 4096, GFP_ATOMIC);
	grid(f, 64, 0, 0, GFP_NOIO);
	grid(f, 64, 64, 0, GFP_KERNEL | __GFP_ZERO);
	grid(f, 5000, 0, 0, GFP_KERNEL | __GFP_ZERO);
	grid(f, 64, 0, 0, GFP_KERNEL | GFP_DMA32);
	reused(f, 64, GFP_KERNEL, "dma_pool_zalloc");
	reused(f, 64, GFP_ATOMIC, "dma_pool_zalloc");
	reused(f, 5000, GFP_KERNEL | __GFP_ZERO, "__GFP_ZERO");
	undisturbed(f);
}
