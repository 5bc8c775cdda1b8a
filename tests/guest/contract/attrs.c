// SPDX-License-Identifier: GPL-2.0-only
/* dma_alloc_attrs(): the attributes of Documentation/core-api/dma-attributes.rst */
#include <linux/sizes.h>

#include "contract.h"

static const struct {
	unsigned long attrs;
	const char *name;
} attributes[] = {
	{ DMA_ATTR_WEAK_ORDERING, "WEAK_ORDERING" },
	{ DMA_ATTR_WRITE_COMBINE, "WRITE_COMBINE" },
	{ DMA_ATTR_NO_KERNEL_MAPPING, "NO_KERNEL_MAPPING" },
	{ DMA_ATTR_SKIP_CPU_SYNC, "SKIP_CPU_SYNC" },
	{ DMA_ATTR_FORCE_CONTIGUOUS, "FORCE_CONTIGUOUS" },
	{ DMA_ATTR_ALLOC_SINGLE_PAGES, "ALLOC_SINGLE_PAGES" },
	{ DMA_ATTR_NO_WARN, "NO_WARN" },
	{ DMA_ATTR_PRIVILEGED, "PRIVILEGED" },
#ifdef DMA_ATTR_REQUIRE_COHERENT
	{ DMA_ATTR_REQUIRE_COHERENT, "REQUIRE_COHERENT" },
#endif
#ifdef DMA_ATTR_CC_SHARED
	{ DMA_ATTR_CC_SHARED, "CC_SHARED" },
#endif
};

static void one(struct facts *f, size_t size, unsigned long attrs, const char *name)
{
	struct buffer b = { .dev = test_dev, .size = size };
	const bool opaque = attrs & DMA_ATTR_NO_KERNEL_MAPPING;

	facts_begin(f, b.dev, "dma_alloc_attrs %zu %s", size, name);
	if (!opaque) {
		buffer_take(f, &b, GFP_KERNEL, attrs);
		buffer_give(f, &b, attrs);
	} else {
		/* An opaque cookie, not necessarily an address */
		b.vaddr = dma_alloc_attrs(b.dev, size, &b.dma, GFP_KERNEL, attrs);
		facts_check(f, b.vaddr, "ok", "NULL");
		if (b.vaddr) {
			facts_check(f, buffer_reachable(&b), "below the mask", "BEYOND THE MASK");
			dma_free_attrs(b.dev, size, b.vaddr, b.dma, attrs);
		}
	}
	facts_end(f);
}

/* Request more than all memory: is there a warning? */
static void too_large(struct facts *f, gfp_t gfp, unsigned long attrs, const char *name)
{
	struct buffer b = { .dev = test_dev, .size = 2UL * SZ_1G };

	facts_begin(f, b.dev, "dma_alloc_attrs of more than all memory%s", name);
	b.vaddr = dma_alloc_attrs(b.dev, b.size, &b.dma, gfp, attrs);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr)
		dma_free_attrs(b.dev, b.size, b.vaddr, b.dma, attrs);
	facts_end(f);
}

void attrs_run(struct facts *f)
{
	for (int i = 0; i < ARRAY_SIZE(attributes); i++) {
		one(f, 5000, attributes[i].attrs, attributes[i].name);
		one(f, SZ_64K, attributes[i].attrs, attributes[i].name);
		one(f, SZ_256K, attributes[i].attrs, attributes[i].name);
	}
	one(f, 5000, DMA_ATTR_NO_KERNEL_MAPPING | DMA_ATTR_NO_WARN, "NO_KERNEL_MAPPING, NO_WARN");
	too_large(f, GFP_KERNEL, DMA_ATTR_NO_WARN, ", NO_WARN");
	too_large(f, GFP_KERNEL | __GFP_NOWARN, 0, ", __GFP_NOWARN");
	too_large(f, GFP_KERNEL, 0, "");

	watch_verbose(true);
	one(f, 5000, 0, "0, flags and attributes of the events");
	one(f, SZ_64K, DMA_ATTR_NO_WARN, "NO_WARN, flags and attributes of the events");
	one(f, SZ_64K, DMA_ATTR_WRITE_COMBINE, "WRITE_COMBINE, flags and attributes of the events");
	watch_verbose(false);
}
