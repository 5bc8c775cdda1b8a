// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs instead of the kernel's functions. Compiled without tail calls: the original
 * must see a return address in this module, or it would be redirected here again.
 *
 * A pool of ours is handed out with its lowest bit set: that is how the other functions of
 * dmapool.h tell it from the kernel's own.
 */
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <rhi_pool.h>

#include "arena.h"
#include "compat.h"
#include "granule.h"
#include "hook.h"
#include "trace.h"

#define POOL_TAG	1UL

/*
 * A redirected call begins. Always inline: the caller is whose call was redirected. There is
 * none of it in what pools do for each block.
 */
static __always_inline void enter(const char *function)
{
	hook_enter();
	trace_hook_redirect(function, _RET_IP_);
}

static struct dma_pool *tag(struct rhi_pool *pool)
{
	return (struct dma_pool *)((unsigned long)pool | POOL_TAG);
}

static struct rhi_pool *untag(struct dma_pool *pool)
{
	return (struct rhi_pool *)((unsigned long)pool & ~POOL_TAG);
}

/*
 * All else passes: atomic requests, what need not be shared, what is too large for a chunk;
 * and everything when the module is about to go. Who gets true puts the module.
 */
static bool takes(struct device *dev, size_t size, gfp_t gfp)
{
	return hook_takes() && dev && size && size <= granule_max_size() &&
	       gfpflags_allow_blocking(gfp) && !(gfp & __GFP_COMP) && dev->coherent_dma_mask &&
	       granule_dev_shares(dev) && try_module_get(THIS_MODULE);
}

static void *take(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp)
{
	void *vaddr = arena_alloc(dev, size, gfp);

	module_put(THIS_MODULE);
	if (vaddr)
		*dma = phys_to_dma_unencrypted(dev, virt_to_phys(vaddr));
	return vaddr;
}

static void *hook_dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
				  unsigned long attrs)
{
	void *vaddr;

	enter("dma_alloc_attrs");
	if (!(attrs & ATTRS_NOT_OURS) && takes(dev, size, gfp))
		vaddr = take(dev, size, dma, gfp);
	else
		vaddr = dma_alloc_attrs(dev, size, dma, gfp, attrs);
	hook_leave();
	return vaddr;
}

static void hook_dma_free_attrs(struct device *dev, size_t size, void *vaddr, dma_addr_t dma,
				unsigned long attrs)
{
	enter("dma_free_attrs");
	if (!arena_free(dev, vaddr, size))
		dma_free_attrs(dev, size, vaddr, dma, attrs);
	hook_leave();
}

static struct page *hook_dma_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma,
					 enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page;

	enter("dma_alloc_pages");
	if (takes(dev, size, gfp)) {
		void *vaddr = take(dev, size, dma, gfp);

		page = vaddr ? virt_to_page(vaddr) : NULL;
	} else {
		page = dma_alloc_pages(dev, size, dma, dir, gfp);
	}
	hook_leave();
	return page;
}

static void hook_dma_free_pages(struct device *dev, size_t size, struct page *page,
				dma_addr_t dma, enum dma_data_direction dir)
{
	enter("dma_free_pages");
	if (!arena_free(dev, page_address(page), size))
		dma_free_pages(dev, size, page, dma, dir);
	hook_leave();
}

static struct sg_table *take_sgt(struct device *dev, size_t size, gfp_t gfp)
{
	struct sg_table *sgt = kmalloc(sizeof(*sgt), gfp);
	dma_addr_t dma;
	void *vaddr;

	vaddr = take(dev, size, &dma, gfp);
	if (!vaddr)
		goto free;
	if (!sgt || sg_alloc_table(sgt, 1, gfp)) {
		arena_free(dev, vaddr, size);
		goto free;
	}
	sg_set_page(sgt->sgl, virt_to_page(vaddr), PAGE_ALIGN(size), 0);
	sg_dma_address(sgt->sgl) = dma;
	sg_dma_len(sgt->sgl) = PAGE_ALIGN(size);
	return sgt;

free:
	kfree(sgt);
	return NULL;
}

static struct sg_table *hook_dma_alloc_noncontiguous(struct device *dev, size_t size,
						     enum dma_data_direction dir, gfp_t gfp,
						     unsigned long attrs)
{
	struct sg_table *sgt;

	enter("dma_alloc_noncontiguous");
	if (!(attrs & ATTRS_NOT_OURS) && takes(dev, size, gfp))
		sgt = take_sgt(dev, size, gfp);
	else
		sgt = dma_alloc_noncontiguous(dev, size, dir, gfp, attrs);
	hook_leave();
	return sgt;
}

static void hook_dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
					enum dma_data_direction dir)
{
	enter("dma_free_noncontiguous");
	if (sgt->orig_nents == 1 && arena_owns(sg_virt(sgt->sgl))) {
		arena_free(dev, sg_virt(sgt->sgl), size);
		sg_free_table(sgt);
		kfree(sgt);
	} else {
		dma_free_noncontiguous(dev, size, sgt, dir);
	}
	hook_leave();
}

static struct dma_pool *make_pool(const char *name, struct device *dev, size_t size,
				  size_t align, size_t boundary, int node)
{
	struct rhi_pool *pool;

	pool = rhi_pool_create_node(name, dev, size, align, boundary, node);
	if (pool)
		return tag(pool);
	module_put(THIS_MODULE);
	return NULL;
}

/* A pool holds the module until it is destroyed. */
static bool takes_pool(struct device *dev)
{
	return hook_takes() && dev && granule_dev_shares(dev) && try_module_get(THIS_MODULE);
}

#ifdef HAVE_DMA_POOL_CREATE_NODE
static struct dma_pool *hook_dma_pool_create_node(const char *name, struct device *dev,
						  size_t size, size_t align, size_t boundary,
						  int node)
{
	struct dma_pool *pool;

	enter("dma_pool_create_node");
	if (takes_pool(dev))
		pool = make_pool(name, dev, size, align, boundary, node);
	else
		pool = dma_pool_create_node(name, dev, size, align, boundary, node);
	hook_leave();
	return pool;
}
#else
static struct dma_pool *hook_dma_pool_create(const char *name, struct device *dev, size_t size,
					     size_t align, size_t boundary)
{
	struct dma_pool *pool;

	enter("dma_pool_create");
	if (takes_pool(dev))
		pool = make_pool(name, dev, size, align, boundary, NUMA_NO_NODE);
	else
		pool = dma_pool_create(name, dev, size, align, boundary);
	hook_leave();
	return pool;
}
#endif

/* From here on pools are ours: the others were not redirected. */
static void *hook_dma_pool_alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *dma)
{
	return rhi_pool_alloc(untag(pool), gfp, dma);
}

static void hook_dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t dma)
{
	rhi_pool_free(untag(pool), vaddr, dma);
}

static void hook_dma_pool_destroy(struct dma_pool *pool)
{
	enter("dma_pool_destroy");
	rhi_pool_destroy(untag(pool));
	module_put(THIS_MODULE);
	hook_leave();
}

struct hook hooks[] = {
	{ "dma_free_attrs", hook_dma_free_attrs },
	{ "dma_free_pages", hook_dma_free_pages },
	{ "dma_free_noncontiguous", hook_dma_free_noncontiguous },
	{ "dma_pool_free", hook_dma_pool_free, .tagged = true },
	{ "dma_pool_destroy", hook_dma_pool_destroy, .tagged = true },
	{ "dma_pool_alloc", hook_dma_pool_alloc, .tagged = true },
	{ "dma_alloc_attrs", hook_dma_alloc_attrs },
	{ "dma_alloc_pages", hook_dma_alloc_pages },
	{ "dma_alloc_noncontiguous", hook_dma_alloc_noncontiguous },
#ifdef HAVE_DMA_POOL_CREATE_NODE
	{ "dma_pool_create_node", hook_dma_pool_create_node },
#else
	{ "dma_pool_create", hook_dma_pool_create },
#endif
	{ }
};
