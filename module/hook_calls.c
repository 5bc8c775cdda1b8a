// SPDX-License-Identifier: GPL-2.0-only
/*
 * The replacements for the kernel's functions, and the calls they apply to.
 *
 * Coherent memory is redirected below kernel/dma/mapping.c, at dma_direct_alloc() and its
 * siblings. So mapping.c still does its part: argument checks, trace events, DMA-API debugging,
 * and per-device coherent memory.
 *
 * The pointer to a pool of this module has bit 0 set, by which the other functions of dmapool.h
 * tell it from the kernel's own pools. Each such pool has a shadow: an empty pool of the kernel,
 * which checks the arguments and creates the device's sysfs file.
 *
 * No decision depends on the return address: it may be a tracer's.
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/module.h>

#include <asm/pointer_auth.h>

#include <rhi_granule.h>
#include <rhi_pool.h>

#include "arena.h"
#include "granule.h"
#include "hook_calls.h"
#include "pool_block.h"
#include "trace.h"

#define POOL_TAG	1UL

static bool redirecting;		/* requests for new pools and buffers */
static struct device *spared;

struct work_struct hook_settle_work;

/* Pools that exist or are being created; buffers that are being allocated. */
static atomic_long_t nr_pools, nr_buffers_made;

/* Written before hook_original_create() or hook_original_destroy() runs. */
unsigned long hook_resume_create, hook_resume_destroy;

/**
 * hook_turn() - start or stop redirecting requests for new pools and buffers
 * @on: true to start; all functions are registered
 *
 * Context: Any. After it stops them, synchronize_rcu() waits until all that were redirected are
 *	counted: see redirect_call().
 */
void hook_turn(bool on)
{
	WRITE_ONCE(redirecting, on);
}

/**
 * hook_is_on() - check whether requests for new pools and buffers are redirected
 *
 * Context: Any.
 * Return: true if they are.
 */
bool hook_is_on(void)
{
	return READ_ONCE(redirecting);
}

/**
 * rhi_hook_spare() - leave one device to the kernel's own allocators
 * @dev: the device, which must not have any pool or buffer yet; NULL to spare none
 *
 * Applies whether the hook is on or off. For benchmarks that compare against the kernel's
 * allocators. Only one device can be spared at a time.
 *
 * Context: Any.
 */
void rhi_hook_spare(struct device *dev)
{
	WRITE_ONCE(spared, dev);
}
EXPORT_SYMBOL_GPL(rhi_hook_spare);

/**
 * hook_groups_in_use() - find the groups that must stay redirected while the hook is off
 *
 * Context: Process. New calls are no longer redirected, and all redirected calls are counted.
 * Return: Bits of the groups of which a pool or buffer exists or is being created.
 */
unsigned int hook_groups_in_use(void)
{
	unsigned int groups = 0;

	if (atomic_long_read(&nr_pools))
		groups |= HOOK_POOL_USE;
	if (atomic_long_read(&nr_buffers_made) || arena_in_use())
		groups |= HOOK_BUFFER_USE;
	return groups;
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
static unsigned long hook_arg(struct ftrace_regs *fregs, unsigned int nr)
{
	return ftrace_regs_get_argument(fregs, nr);
}

static bool redirects_device(struct device *dev)
{
	return READ_ONCE(redirecting) && dev && dev != READ_ONCE(spared) && granule_dev_shares(dev);
}

/* A redirected call holds a module reference and a count until hook_end(). */
static bool hook_begin(atomic_long_t *count)
{
	if (!try_module_get(THIS_MODULE))
		return false;
	atomic_long_inc(count);
	return true;
}

/* Release functions after a pool or buffer is gone. The caller holds a module reference. */
static noinline void hook_settle(void)
{
	if (!READ_ONCE(redirecting))
		schedule_work(&hook_settle_work);
}

static void hook_end(atomic_long_t *count)
{
	if (atomic_long_dec_and_test(count))
		hook_settle();
	module_put(THIS_MODULE);
}

/*
 * Atomic requests go to the kernel's pool that was shared at boot. For a device without a mask
 * the kernel prints its warning.
 */
static bool redirects_buffer(struct device *dev, size_t size, gfp_t gfp)
{
	return redirects_device(dev) && dev->coherent_dma_mask && size && size <= INT_MAX &&
	       gfpflags_allow_blocking(gfp) && hook_begin(&nr_buffers_made);
}

static bool redirects_alloc(struct ftrace_regs *fregs)
{
	return redirects_buffer((struct device *)hook_arg(fregs, 0), hook_arg(fregs, 1),
				(__force gfp_t)hook_arg(fregs, 3));
}

static bool redirects_alloc_pages(struct ftrace_regs *fregs)
{
	return redirects_buffer((struct device *)hook_arg(fregs, 0), hook_arg(fregs, 1),
				(__force gfp_t)hook_arg(fregs, 4));
}

static bool redirects_free(struct ftrace_regs *fregs)
{
	return arena_owns((void *)hook_arg(fregs, 2)) && try_module_get(THIS_MODULE);
}

static bool redirects_free_pages(struct ftrace_regs *fregs)
{
	return arena_owns(page_address((struct page *)hook_arg(fregs, 2))) &&
	       try_module_get(THIS_MODULE);
}

/* The pool keeps this module reference until it is destroyed. */
static bool redirects_create(struct ftrace_regs *fregs)
{
	return redirects_device((struct device *)hook_arg(fregs, 1)) && hook_begin(&nr_pools);
}

static bool redirects_tagged(struct ftrace_regs *fregs)
{
	return hook_arg(fregs, 0) & POOL_TAG;
}

static void *hook_alloc_buffer(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp)
{
	void *vaddr = arena_alloc(dev, size, gfp);

	if (vaddr)
		*dma = phys_to_dma_unencrypted(dev, virt_to_phys(vaddr));
	return vaddr;
}

/*
 * The caller to report is that of the function in mapping.c, whose frame record is next after
 * this function's own. GCC rejects __builtin_return_address(1) here.
 */
static __always_inline void trace_buffer(const char *function)
{
	const unsigned long *record = __builtin_frame_address(0);

	record = (const unsigned long *)record[0];
	trace_hook_redirect(function, ptrauth_strip_kernel_insn_pac(record[1]));
}

static void *hook_dma_direct_alloc(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
				   unsigned long attrs)
{
	void *vaddr;

	trace_buffer("dma_direct_alloc");
	vaddr = hook_alloc_buffer(dev, size, dma,
				  gfp | (attrs & DMA_ATTR_NO_WARN ? __GFP_NOWARN : 0));
	hook_end(&nr_buffers_made);
	return vaddr;
}

static struct page *hook_dma_direct_alloc_pages(struct device *dev, size_t size,
						dma_addr_t *dma, enum dma_data_direction dir,
						gfp_t gfp)
{
	void *vaddr;

	trace_buffer("dma_direct_alloc_pages");
	vaddr = hook_alloc_buffer(dev, size, dma, gfp);
	hook_end(&nr_buffers_made);
	return vaddr ? virt_to_page(vaddr) : NULL;
}

static void hook_free_buffer(struct device *dev, void *vaddr, size_t size)
{
	arena_free(dev, vaddr, size);
	if (!arena_in_use())
		hook_settle();
	module_put(THIS_MODULE);
}

static void hook_dma_direct_free(struct device *dev, size_t size, void *vaddr, dma_addr_t dma,
				 unsigned long attrs)
{
	trace_buffer("dma_direct_free");
	hook_free_buffer(dev, vaddr, size);
}

static void hook_dma_direct_free_pages(struct device *dev, size_t size, struct page *page,
				       dma_addr_t dma, enum dma_data_direction dir)
{
	trace_buffer("dma_direct_free_pages");
	hook_free_buffer(dev, page_address(page), size);
}

static struct dma_pool *hook_tag(struct rhi_pool *pool)
{
	return (struct dma_pool *)((unsigned long)pool | POOL_TAG);
}

static struct rhi_pool *hook_untag(struct dma_pool *pool)
{
	return (struct rhi_pool *)((unsigned long)pool & ~POOL_TAG);
}

static struct dma_pool *make_pool(const char *name, struct device *dev, size_t size,
				  size_t align, size_t boundary, int node)
{
	struct dma_pool *shadow;
	struct rhi_pool *pool;

#ifdef HAVE_dma_pool_create_node
	shadow = hook_original_create(name, dev, size, align, boundary, node);
#else
	shadow = hook_original_create(name, dev, size, align, boundary);
#endif
	if (!shadow)
		return NULL;
	pool = rhi_pool_create_node(name, dev, size, align, boundary, node);
	if (!pool) {
		dma_pool_destroy(shadow);
		return NULL;
	}
	pool->shadow = shadow;
	return hook_tag(pool);
}

static void destroy_pool(struct rhi_pool *pool)
{
	struct dma_pool *shadow = pool->shadow;

	rhi_pool_destroy(pool);
	hook_original_destroy(shadow);
}

#ifdef HAVE_dma_pool_create_node
static struct dma_pool *hook_dma_pool_create_node(const char *name, struct device *dev,
						  size_t size, size_t align, size_t boundary,
						  int node)
#else
static struct dma_pool *hook_dma_pool_create(const char *name, struct device *dev, size_t size,
					     size_t align, size_t boundary)
#endif
{
	struct dma_pool *pool;

#ifdef HAVE_dma_pool_create_node
	trace_hook_redirect("dma_pool_create_node", _RET_IP_);
	pool = make_pool(name, dev, size, align, boundary, node);
#else
	trace_hook_redirect("dma_pool_create", _RET_IP_);
	pool = make_pool(name, dev, size, align, boundary, NUMA_NO_NODE);
#endif
	if (!pool)
		hook_end(&nr_pools);
	return pool;
}

/* The remaining replacements see only tagged pools: redirects_tagged() passed them. */
static void *hook_dma_pool_alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *dma)
{
	return rhi_pool_alloc(hook_untag(pool), gfp, dma);
}

static void hook_dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t dma)
{
	rhi_pool_free(hook_untag(pool), vaddr, dma);
}

static void hook_dma_pool_destroy(struct dma_pool *pool)
{
	trace_hook_redirect("dma_pool_destroy", _RET_IP_);
	destroy_pool(hook_untag(pool));
	hook_end(&nr_pools);
}

/*
 * dmam_pool_destroy() dereferences the pool and hands devres a static function of dmapool.c, so
 * both creating and destroying a managed pool are redirected.
 */
static void release_managed(struct device *dev, void *res)
{
	dma_pool_destroy(*(struct dma_pool **)res);
}

static int match_managed(struct device *dev, void *res, void *pool)
{
	return *(struct dma_pool **)res == pool;
}

static struct dma_pool *hook_dmam_pool_create(const char *name, struct device *dev, size_t size,
					      size_t align, size_t boundary)
{
	struct dma_pool **res, *pool = NULL;

	trace_hook_redirect("dmam_pool_create", _RET_IP_);
	res = devres_alloc(release_managed, sizeof(*res), GFP_KERNEL);
	if (res)
		pool = make_pool(name, dev, size, align, boundary, NUMA_NO_NODE);
	if (!pool) {
		devres_free(res);
		hook_end(&nr_pools);
		return NULL;
	}
	*res = pool;
	devres_add(dev, res);
	return pool;
}

static void hook_dmam_pool_destroy(struct dma_pool *pool)
{
	WARN_ON(devres_release(hook_untag(pool)->dev, release_managed, match_managed, pool));
}

/* 0; stops the build unless both functions have the same type */
#define SAME_TYPE(f, g)	BUILD_BUG_ON_ZERO(!__same_type(f, g))

/* hook_@f() replaces @f(). */
#define HOOK(f, when, where, ...) { \
	.name = #f, .group = where, .redirects = when, \
	.replacement = (void *)hook_##f + SAME_TYPE(f, hook_##f), ## __VA_ARGS__ }

/* The trampoline from @f() to @to(): their types differ only in the type of the pool. */
#define DIRECT(f, to, result, ...) ((void *)hook_enter_##to + \
	SAME_TYPE(f, typeof(result)(struct dma_pool *, __VA_ARGS__)) + \
	SAME_TYPE(to, typeof(result)(struct rhi_pool *, __VA_ARGS__)))

/* hook_original_@name() continues @f(). */
#define RESUME(f, name) (&hook_resume_##name + SAME_TYPE(f, hook_original_##name))

/* redirect_call() searches linearly: the functions called most often come first. */
struct hook hooks[HOOK_MAX + 1] = {
	HOOK(dma_direct_alloc, redirects_alloc, HOOK_MAKE),
	HOOK(dma_direct_free, redirects_free, HOOK_BUFFER_USE),
	HOOK(dma_direct_free_pages, redirects_free_pages, HOOK_BUFFER_USE),
	HOOK(dma_pool_free, redirects_tagged, HOOK_POOL_USE, .function = dma_pool_free,
	     .direct = DIRECT(dma_pool_free, rhi_pool_free, void, void *, dma_addr_t)),
	HOOK(dma_pool_destroy, redirects_tagged, HOOK_POOL_USE, .function = dma_pool_destroy,
	     .resume = RESUME(dma_pool_destroy, destroy)),
	HOOK(dmam_pool_destroy, redirects_tagged, HOOK_POOL_USE, .function = dmam_pool_destroy),
	HOOK(dma_pool_alloc, redirects_tagged, HOOK_POOL_USE, .function = dma_pool_alloc,
	     .direct = DIRECT(dma_pool_alloc, rhi_pool_alloc, void *, gfp_t, dma_addr_t *)),
#ifdef HAVE_dma_pool_create_node
	HOOK(dma_pool_create_node, redirects_create, HOOK_MAKE, .function = dma_pool_create_node,
	     .resume = RESUME(dma_pool_create_node, create)),
#else
	HOOK(dma_pool_create, redirects_create, HOOK_MAKE, .function = dma_pool_create,
	     .resume = RESUME(dma_pool_create, create)),
#endif
	HOOK(dmam_pool_create, redirects_create, HOOK_MAKE, .function = dmam_pool_create),
	HOOK(dma_direct_alloc_pages, redirects_alloc_pages, HOOK_MAKE),
	{ }
};
#else
struct hook hooks[HOOK_MAX + 1] = { { } };
#endif
