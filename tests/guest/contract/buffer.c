// SPDX-License-Identifier: GPL-2.0-only
/* A buffer of coherent memory, and checks of everything that it guarantees */
#include <linux/dma-direct.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <compat.h>

#include "contract.h"

static u8 pattern(const struct buffer *b, size_t i)
{
	return (b->seed + 1) * 37 + i + (i >> 8) * 13;
}

void buffer_fill(const struct buffer *b)
{
	u8 *p = b->vaddr;

	for (size_t i = 0; i < b->size; i++)
		p[i] = pattern(b, i);
}

bool buffer_kept_at(const struct buffer *b, const void *vaddr)
{
	const u8 *p = vaddr;

	/* Reread: other mappings may have written there. */
	barrier();
	for (size_t i = 0; i < b->size; i++) {
		if (p[i] != pattern(b, i))
			return false;
	}
	return true;
}

bool buffer_kept(const struct buffer *b)
{
	return buffer_kept_at(b, b->vaddr);
}

bool buffers_overlap(const struct buffer *a, const struct buffer *b)
{
	return (a->vaddr < b->vaddr + b->size && b->vaddr < a->vaddr + a->size) ||
	       (a->dma < b->dma + b->size && b->dma < a->dma + a->size);
}

/* Does the RMM report every page as shared? */
bool phys_shared(phys_addr_t start, size_t size)
{
	const phys_addr_t end = PAGE_ALIGN(start + size);

	start &= PAGE_MASK;
	while (start < end) {
		enum ripas ripas;
		phys_addr_t top;

		if (rsi_ipa_state_get(start, end, &ripas, &top) || ripas != RSI_RIPAS_EMPTY ||
		    top <= start)
			return false;
		start = top;
	}
	return true;
}

bool buffer_reachable(const struct buffer *b)
{
	return b->dma + b->size - 1 <= min_not_zero(b->dev->coherent_dma_mask,
						    b->dev->bus_dma_limit);
}

/* Does the linear map translate both ends to the DMA address? */
static bool linear(const struct buffer *b)
{
	void *last = b->vaddr + b->size - 1;

	return virt_addr_valid(b->vaddr) && virt_addr_valid(last) &&
	       phys_to_dma_unencrypted(b->dev, virt_to_phys(b->vaddr)) == b->dma &&
	       phys_to_dma_unencrypted(b->dev, virt_to_phys(last)) == b->dma + b->size - 1 &&
	       page_to_phys(virt_to_page(b->vaddr)) == virt_to_phys(b->vaddr);
}

static const char *mapping(const struct buffer *b)
{
	if (is_vmalloc_addr(b->vaddr))
		return "remapped";
	return linear(b) ? "in the linear map" : "MAPPED ELSEWHERE";
}

/*
 * Buffers are aligned to their order; those from CMA to at most CONFIG_CMA_ALIGNMENT.
 */
static bool aligned(const struct buffer *b)
{
	unsigned int order = get_order(b->size);
#ifdef CONFIG_CMA_ALIGNMENT
	order = min_t(unsigned int, order, CONFIG_CMA_ALIGNMENT);
#endif
	return IS_ALIGNED(b->dma, PAGE_SIZE << order) && PAGE_ALIGNED(b->vaddr);
}

static void describe(struct facts *f, const struct buffer *b)
{
	facts_check(f, aligned(b), "aligned", "NOT ALIGNED");
	facts_say(f, "%s", mapping(b));
	facts_check(f, buffer_reachable(b), "below the mask", "BEYOND THE MASK");
	facts_check(f, phys_shared(dma_to_phys(b->dev, b->dma), b->size), "shared", "NOT SHARED");
	buffer_fill(b);
	facts_check(f, buffer_kept(b), "data kept", "DATA NOT KEPT");
}

/* Describe a buffer that must be zeroed, and leave the pattern in it. */
void buffer_describe_zeroed(struct facts *f, const struct buffer *b)
{
	if (!b->vaddr) {
		facts_say(f, "NULL");
		return;
	}
	facts_say(f, "ok");
	/* mmap exposes the rest of the last page to user space. */
	facts_check(f, !memchr_inv(b->vaddr, 0, PAGE_ALIGN(b->size)), "zeroed", "NOT ZEROED");
	describe(f, b);
}

/* Describe a buffer that need not be zeroed. */
void buffer_describe(struct facts *f, const struct buffer *b)
{
	if (!b->vaddr) {
		facts_say(f, "NULL");
		return;
	}
	facts_say(f, "ok");
	describe(f, b);
}

/* Allocate b->size bytes for b->dev, and describe the buffer. */
void buffer_take(struct facts *f, struct buffer *b, gfp_t gfp, unsigned long attrs)
{
	b->dma = DMA_MAPPING_ERROR;
	b->vaddr = dma_alloc_attrs(b->dev, b->size, &b->dma, gfp, attrs);
	buffer_describe_zeroed(f, b);
}

void buffer_give(struct facts *f, struct buffer *b, unsigned long attrs)
{
	if (!b->vaddr)
		return;
	facts_check(f, buffer_kept(b), "kept to the end", "NOT KEPT TO THE END");
	dma_free_attrs(b->dev, b->size, b->vaddr, b->dma, attrs);
	b->vaddr = NULL;
}
