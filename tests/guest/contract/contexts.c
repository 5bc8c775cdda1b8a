// SPDX-License-Identifier: GPL-2.0-only
/* Contexts from which the functions may be called: locks held, and interrupts */
#include <linux/completion.h>
#include <linux/dmapool.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "contract.h"

#define NR	8

/* Allocations and frees in one context, and their result */
static struct visit {
	struct irq_work irq_work;
	struct timer_list timer;
	struct completion done;
	struct dma_pool *pool;
	size_t size;
	gfp_t gfp;
	bool pool_blocks, free_there;
	void *vaddr[NR];
	dma_addr_t dma[NR];
	unsigned int got, dirty;
} visit;

static void visit_free(struct visit *v)
{
	for (int i = 0; i < NR; i++) {
		if (!v->vaddr[i])
			continue;
		if (v->pool_blocks)
			dma_pool_free(v->pool, v->vaddr[i], v->dma[i]);
		else
			dma_free_coherent(test_dev, v->size, v->vaddr[i], v->dma[i]);
		v->vaddr[i] = NULL;
	}
}

static void visit_here(struct visit *v)
{
	v->got = 0;
	v->dirty = 0;
	for (int i = 0; i < NR; i++) {
		if (v->pool_blocks)
			v->vaddr[i] = dma_pool_alloc(v->pool, v->gfp, &v->dma[i]);
		else
			v->vaddr[i] = dma_alloc_coherent(test_dev, v->size, &v->dma[i], v->gfp);
		if (!v->vaddr[i])
			continue;
		v->got++;
		if (!v->pool_blocks || want_init_on_alloc(v->gfp))
			v->dirty += !!memchr_inv(v->vaddr[i], 0, v->size);
		memset(v->vaddr[i], i + 1, v->size);
	}
	if (v->free_there)
		visit_free(v);
}

static void visit_irq_work(struct irq_work *work)
{
	visit_here(container_of(work, struct visit, irq_work));
}

static void visit_timer(struct timer_list *timer)
{
	struct visit *v = container_of(timer, struct visit, timer);

	visit_here(v);
	complete(&v->done);
}

static void from_process(struct visit *v)
{
	visit_here(v);
}

static void from_hardirq(struct visit *v)
{
	init_irq_work(&v->irq_work, visit_irq_work);
	irq_work_queue(&v->irq_work);
	irq_work_sync(&v->irq_work);
}

static void from_softirq(struct visit *v)
{
	init_completion(&v->done);
	timer_setup(&v->timer, visit_timer, 0);
	mod_timer(&v->timer, jiffies + 1);
	wait_for_completion(&v->done);
	timer_delete_sync(&v->timer);
}

static void with_irqs_off(struct visit *v)
{
	unsigned long flags;

	local_irq_save(flags);
	visit_here(v);
	local_irq_restore(flags);
}

static void under_spinlock(struct visit *v)
{
	static DEFINE_SPINLOCK(lock);

	guard(spinlock)(&lock);
	visit_here(v);
}

static void under_mutex(struct visit *v)
{
	static DEFINE_MUTEX(lock);

	guard(mutex)(&lock);
	visit_here(v);
}

static const struct {
	const char *name;
	void (*go)(struct visit *v);
	bool sleeps, frees_coherent;
} places[] = {
	{ "in a process", from_process, true, true },
	{ "under a mutex", under_mutex, true, true },
	{ "under a spinlock", under_spinlock, false, true },
	{ "with interrupts off", with_irqs_off, false, false },
	{ "in a softirq", from_softirq, false, true },
	{ "in an interrupt", from_hardirq, false, false },
};

static void say(struct facts *f, struct visit *v)
{
	facts_say(f, "%u of %u ok, %u dirty", v->got, NR, v->dirty);
}

static void blocks(struct facts *f, int place, size_t size, gfp_t gfp)
{
	struct visit *v = &visit;

	*v = (struct visit){ .size = size, .gfp = gfp, .pool_blocks = true, .free_there = true };
	v->pool = dma_pool_create("contexts", test_dev, size, 0, 0);
	facts_begin(f, NULL, "dma_pool_alloc %zu %pGg %s, freed there", size, &gfp,
		    places[place].name);
	if (!v->pool) {
		facts_say(f, "NO POOL");
		facts_end(f);
		return;
	}
	places[place].go(v);
	say(f, v);
	facts_end(f);

	facts_begin(f, NULL, "dma_pool_alloc %zu %pGg %s, freed in a process", size, &gfp,
		    places[place].name);
	v->free_there = false;
	places[place].go(v);
	say(f, v);
	visit_free(v);
	dma_pool_destroy(v->pool);
	facts_end(f);
}

/* Coherent memory must not be freed with interrupts off. */
static void buffers(struct facts *f, int place, size_t size, gfp_t gfp)
{
	struct visit *v = &visit;

	*v = (struct visit){ .size = size, .gfp = gfp, .free_there = places[place].frees_coherent };
	facts_begin(f, test_dev, "dma_alloc_coherent %zu %pGg %s, freed %s", size, &gfp,
		    places[place].name, v->free_there ? "there" : "in a process");
	places[place].go(v);
	say(f, v);
	visit_free(v);
	facts_end(f);
}

/* Allocated in sleepable context, freed in atomic context. */
static void freed_elsewhere(struct facts *f, size_t size)
{
	static DEFINE_SPINLOCK(lock);
	struct buffer b = { .dev = test_dev, .size = size };

	facts_begin(f, b.dev, "dma_alloc_coherent %zu GFP_ATOMIC, freed under a spinlock", size);
	b.vaddr = dma_alloc_coherent(b.dev, size, &b.dma, GFP_ATOMIC);
	facts_check(f, b.vaddr, "ok", "NULL");
	if (b.vaddr) {
		guard(spinlock)(&lock);
		dma_free_coherent(b.dev, size, b.vaddr, b.dma);
	}
	facts_end(f);
}

/*
 * More blocks in atomic context than a pool can have in reserve. The kernel serves the rest from
 * its atomic pool, which has room for these.
 */
static void burst(struct facts *f, size_t size, unsigned int nr)
{
	struct dma_pool *pool = dma_pool_create("burst", test_dev, size, 0, 0);
	dma_addr_t *dma = kcalloc(nr, sizeof(*dma), GFP_KERNEL);
	void **vaddr = kcalloc(nr, sizeof(*vaddr), GFP_KERNEL);
	unsigned int got = 0;
	unsigned long flags;

	facts_begin(f, NULL, "%u blocks of %zu at once, GFP_ATOMIC with interrupts off", nr, size);
	if (pool && dma && vaddr) {
		local_irq_save(flags);
		for (unsigned int i = 0; i < nr; i++) {
			vaddr[i] = dma_pool_alloc(pool, GFP_ATOMIC, &dma[i]);
			got += !!vaddr[i];
		}
		for (unsigned int i = 0; i < nr; i++) {
			if (vaddr[i])
				dma_pool_free(pool, vaddr[i], dma[i]);
		}
		local_irq_restore(flags);
	}
	facts_say(f, "%u ok", got);
	dma_pool_destroy(pool);
	kfree(vaddr);
	kfree(dma);
	facts_end(f);
}

/*
 * The page allocator reclaims memory, and the driver below allocates: to write a page out, or in a
 * shrinker. Annotate that for lockdep. Larger requests would take a mutex of CMA.
 */
static void in_reclaim(struct facts *f, gfp_t gfp)
{
	struct buffer b = { .dev = test_dev, .size = 100 };
	struct dma_pool *pool = dma_pool_create("reclaim", test_dev, 64, 0, 0);
	unsigned int flags;
	dma_addr_t dma;
	void *vaddr;

	facts_begin(f, NULL, "in reclaim, %pGg", &gfp);
	fs_reclaim_acquire(GFP_KERNEL);
	flags = memalloc_noreclaim_save();
	b.vaddr = dma_alloc_coherent(b.dev, b.size, &b.dma, gfp);
	vaddr = pool ? dma_pool_alloc(pool, gfp, &dma) : NULL;
	if (vaddr)
		dma_pool_free(pool, vaddr, dma);
	if (b.vaddr)
		dma_free_coherent(b.dev, b.size, b.vaddr, b.dma);
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(GFP_KERNEL);
	facts_check(f, b.vaddr, "a buffer", "NO BUFFER");
	facts_check(f, vaddr, "a block", "NO BLOCK");
	dma_pool_destroy(pool);
	facts_end(f);
}

void contexts_run(struct facts *f)
{
	for (int i = 0; i < ARRAY_SIZE(places); i++) {
		blocks(f, i, 64, GFP_ATOMIC);
		blocks(f, i, 64, GFP_ATOMIC | __GFP_ZERO);
		blocks(f, i, 3000, GFP_NOWAIT);
		buffers(f, i, 100, GFP_ATOMIC);
		buffers(f, i, 5000, GFP_ATOMIC);
		if (places[i].sleeps) {
			blocks(f, i, 64, GFP_KERNEL);
			buffers(f, i, 5000, GFP_KERNEL);
			buffers(f, i, SZ_64K, GFP_KERNEL);
		}
	}
	freed_elsewhere(f, 5000);
	burst(f, 64, 1500);
	burst(f, 3000, 20);
	in_reclaim(f, GFP_NOIO);
	in_reclaim(f, GFP_KERNEL);
	in_reclaim(f, GFP_ATOMIC);
}
