// SPDX-License-Identifier: GPL-2.0-only
/* dma_alloc_coherent() and dma_free_coherent(): sizes, and many buffers at once. */
#include <linux/sizes.h>
#include <linux/slab.h>

#include "contract.h"

static const size_t sizes[] = {
	1, 16, 48, 100, 3000, 4096, 5000, 12000, SZ_16K, SZ_32K, SZ_64K - SZ_4K, SZ_64K,
	SZ_64K + 8 * SZ_1K, SZ_128K, 200000, SZ_256K, SZ_1M, SZ_1M + 1, SZ_4M, SZ_8M,
};

static void one(struct facts *f, size_t size)
{
	struct buffer b = { .dev = test_dev, .size = size };

	facts_begin(f, b.dev, "dma_alloc_coherent %zu", size);
	buffer_take(f, &b, GFP_KERNEL, 0);
	buffer_give(f, &b, 0);
	facts_end(f);
}

/* Freed memory is zeroed again when it is reused. */
static void again(struct facts *f, size_t size)
{
	struct buffer b = { .dev = test_dev, .size = size };

	facts_begin(f, NULL, "dma_alloc_coherent %zu, eight times", size);
	for (int i = 0; i < 8; i++) {
		b.vaddr = dma_alloc_coherent(b.dev, size, &b.dma, GFP_KERNEL);
		if (!b.vaddr || memchr_inv(b.vaddr, 0, PAGE_ALIGN(size)))
			facts_say(f, "%d: %s", i, b.vaddr ? "NOT ZEROED" : "NULL");
		if (!b.vaddr)
			break;
		memset(b.vaddr, 0xa5, PAGE_ALIGN(size));
		dma_free_coherent(b.dev, size, b.vaddr, b.dma);
	}
	facts_say(f, "done");
	facts_end(f);
}

/* Buffers do not overlap, and keep their data. */
static void many(struct facts *f, size_t size, unsigned int nr)
{
	struct buffer *b = kcalloc(nr, sizeof(*b), GFP_KERNEL);
	unsigned int got = 0, overlaps = 0, lost = 0, dirty = 0;

	facts_begin(f, NULL, "dma_alloc_coherent %zu, %u at once", size, nr);
	for (unsigned int i = 0; b && i < nr; i++) {
		b[i] = (struct buffer){ .dev = test_dev, .size = size, .seed = i };
		b[i].vaddr = dma_alloc_coherent(test_dev, size, &b[i].dma, GFP_KERNEL);
		if (!b[i].vaddr)
			continue;
		got++;
		dirty += !!memchr_inv(b[i].vaddr, 0, size);
		for (unsigned int k = 0; k < i; k++)
			overlaps += b[k].vaddr && buffers_overlap(&b[i], &b[k]);
		buffer_fill(&b[i]);
	}
	/* Free the middle first, to fragment the rest. */
	for (unsigned int i = 0; b && i < nr; i++) {
		struct buffer *next = &b[(i + nr / 2) % nr];

		if (!next->vaddr)
			continue;
		lost += !buffer_kept(next);
		dma_free_coherent(test_dev, size, next->vaddr, next->dma);
	}
	facts_say(f, "%u ok, %u overlap, %u dirty, %u not kept", got, overlaps, dirty, lost);
	facts_end(f);
	kfree(b);
}

static void mixed(struct facts *f)
{
	struct buffer b[ARRAY_SIZE(sizes) * 2] = {};
	unsigned int overlaps = 0, lost = 0, got = 0;

	facts_begin(f, NULL, "dma_alloc_coherent of all sizes up to 1M, two each at once");
	for (int i = 0; i < ARRAY_SIZE(b); i++) {
		b[i] = (struct buffer){ .dev = test_dev, .size = sizes[i / 2], .seed = i };
		if (b[i].size > SZ_1M)
			continue;
		b[i].vaddr = dma_alloc_coherent(test_dev, b[i].size, &b[i].dma, GFP_KERNEL);
		if (!b[i].vaddr)
			continue;
		got++;
		for (int k = 0; k < i; k++)
			overlaps += b[k].vaddr && buffers_overlap(&b[i], &b[k]);
		buffer_fill(&b[i]);
	}
	for (int i = 0; i < ARRAY_SIZE(b); i++) {
		if (!b[i].vaddr)
			continue;
		lost += !buffer_kept(&b[i]);
		dma_free_coherent(test_dev, b[i].size, b[i].vaddr, b[i].dma);
	}
	facts_say(f, "%u ok, %u overlap, %u not kept", got, overlaps, lost);
	facts_end(f);
}

/* Invalid sizes, as from a driver that trusts its device */
static void no_size(struct facts *f, size_t size, const char *name)
{
	struct buffer b = { .dev = test_dev, .size = size };

	facts_begin(f, b.dev, "dma_alloc_coherent of %s", name);
	b.vaddr = dma_alloc_coherent(b.dev, size, &b.dma, GFP_KERNEL);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr)
		dma_free_coherent(b.dev, size, b.vaddr, b.dma);
	facts_end(f);
}

static void no_pointer(struct facts *f)
{
	facts_begin(f, test_dev, "dma_free_coherent of NULL");
	dma_free_coherent(test_dev, 5000, NULL, 0);
	facts_say(f, "nothing happens");
	facts_end(f);
}

void coherent_run(struct facts *f)
{
	for (int i = 0; i < ARRAY_SIZE(sizes); i++)
		one(f, sizes[i]);
	again(f, 100);
	again(f, 5000);
	again(f, SZ_64K);
	again(f, SZ_256K);
	many(f, 48, 40);
	many(f, 5000, 40);
	many(f, 12000, 40);
	many(f, SZ_64K, 20);
	many(f, SZ_64K + 8 * SZ_1K, 20);
	mixed(f);
	no_pointer(f);
	no_size(f, 0, "no bytes");
	no_size(f, SIZE_MAX, "SIZE_MAX bytes");
	no_size(f, SIZE_MAX - PAGE_SIZE + 1, "SIZE_MAX bytes minus a page");
}
