// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dma_alloc_coherent() promises (whole pages, aligned to their order, zeroed) out of
 * granules that hold one device's buffers only. A buffer of a granule or more has a chunk
 * of its own. Nothing that is decided on stands in shared memory.
 *
 * A chunk with buffers holds a reference to the module. One empty chunk of each device is
 * kept for a second or two, the spare: a driver that frees and allocates in turn converts
 * nothing. Others are given back at once, by a worker: buffers may be freed where nothing
 * may sleep.
 *
 * A device is a key here, no more: it may be gone before its last chunk is.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "arena.h"
#include "granule.h"
#include "hostconf.h"
#include "pages.h"

/**
 * struct arena - chunks of one device
 * @dev: the device: compared, never followed
 * @name: its name
 * @used: pages that its buffers have
 * @shared: bytes of its chunks, the spare's too
 * @list: of all arenas
 * @open: chunks of one granule with buffers, and room for more
 * @full: all other chunks with buffers
 * @spare: an empty chunk, or NULL
 * @spare_is_old: it was there already when the worker last looked
 */
struct arena {
	const struct device *dev;
	char name[GRANULE_NAME];
	unsigned long used;
	size_t shared;
	struct list_head list;
	struct list_head open, full;
	struct arena_chunk *spare;
	bool spare_is_old;
};

/**
 * struct arena_chunk - granules with buffers of one device in them
 * @mem: the granules
 * @arena: whose; NULL when the chunk is about to be given back
 * @list: in one of @arena's lists, or a list of the worker's
 * @rcu: arena_free() may still look at it
 * @nr_pages: that buffers can have
 * @nr_used: of them
 * @used: a bit a page
 * @buffer: for the first page of each buffer the buffer's pages, for all others 0. A chunk
 *	of several granules has but one buffer
 */
struct arena_chunk {
	struct granule_chunk mem;
	struct arena *arena;
	struct list_head list;
	struct rcu_head rcu;
	unsigned int nr_pages, nr_used;
	DECLARE_BITMAP(used, MAX_ORDER_NR_PAGES);
	u32 buffer[];
};

/* Protects all arenas, and all of a chunk but @mem. */
static DEFINE_SPINLOCK(arena_lock);
static LIST_HEAD(arenas);
static LIST_HEAD(unwanted);		/* chunks that the worker gives back */
static unsigned long nr_chunks_used;	/* with buffers */

/* Chunks by the number of their first granule, counted from the start of the linear map. */
static DEFINE_XARRAY_FLAGS(chunks, XA_FLAGS_LOCK_IRQ);
static unsigned int granule_shift;
static struct workqueue_struct *arena_wq;

static void trim(struct work_struct *unused);
static DECLARE_DELAYED_WORK(trim_work, trim);

static unsigned long granule_number(const void *vaddr)
{
	return ((unsigned long)vaddr - PAGE_OFFSET) >> granule_shift;
}

static struct arena_chunk *find_chunk(const void *vaddr)
{
	return xa_load(&chunks, granule_number(vaddr));
}

static struct arena *find_arena(const struct device *dev)
{
	struct arena *arena;

	lockdep_assert_held(&arena_lock);
	list_for_each_entry(arena, &arenas, list)
		if (arena->dev == dev)
			return arena;
	return NULL;
}

static void discard(struct list_head *todo)
{
	struct arena_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, todo, list) {
		xa_erase_irq(&chunks, granule_number(chunk->mem.vaddr));
		granule_free(&chunk->mem);
		kfree_rcu(chunk, rcu);
	}
}

static void drop(struct arena *arena, struct arena_chunk *chunk)
{
	lockdep_assert_held(&arena_lock);
	arena->shared -= chunk->mem.size;
	chunk->arena = NULL;
	list_add(&chunk->list, &unwanted);
}

static bool is_needless(const struct arena *arena)
{
	return !arena->spare && list_empty(&arena->open) && list_empty(&arena->full);
}

/* Returns false if there is a spare that has not been there for long. */
static bool pick_unwanted(struct list_head *todo, bool all)
{
	struct arena *arena, *next;
	bool done = true;

	guard(spinlock_irqsave)(&arena_lock);
	list_for_each_entry_safe(arena, next, &arenas, list) {
		if (arena->spare && (arena->spare_is_old || all)) {
			drop(arena, arena->spare);
			arena->spare = NULL;
		} else if (arena->spare) {
			arena->spare_is_old = true;
			done = false;
		}
		if (is_needless(arena)) {
			list_del(&arena->list);
			kfree(arena);
		}
	}
	list_splice_init(&unwanted, todo);
	return done;
}

static void trim(struct work_struct *unused)
{
	LIST_HEAD(todo);

	if (!pick_unwanted(&todo, false))
		queue_delayed_work(arena_wq, &trim_work, HZ);
	discard(&todo);
}

static void *take_pages(struct arena *arena, struct arena_chunk *chunk, unsigned int nr,
			unsigned int order)
{
	unsigned long at;

	lockdep_assert_held(&arena_lock);
	at = bitmap_find_next_zero_area(chunk->used, chunk->nr_pages, 0, nr, (1UL << order) - 1);
	if (at >= chunk->nr_pages)
		return NULL;
	if (!chunk->nr_used) {
		/* The caller has a reference to the module of its own. */
		__module_get(THIS_MODULE);
		nr_chunks_used++;
	}
	bitmap_set(chunk->used, at, nr);
	chunk->buffer[at] = nr;
	chunk->nr_used += nr;
	arena->used += nr;
	if (chunk->nr_used == chunk->nr_pages)
		list_move(&chunk->list, &arena->full);
	else if (chunk->nr_used == nr)
		list_move(&chunk->list, &arena->open);
	return chunk->mem.vaddr + (at << PAGE_SHIFT);
}

/* For one buffer alone the whole of a chunk is taken, also what the buffer does not need. */
static void *take_whole(struct arena *arena, struct arena_chunk *chunk, unsigned int nr)
{
	lockdep_assert_held(&arena_lock);
	__module_get(THIS_MODULE);
	nr_chunks_used++;
	chunk->buffer[0] = nr;
	chunk->nr_used = nr;
	arena->used += nr;
	list_move(&chunk->list, &arena->full);
	return chunk->mem.vaddr;
}

/* The mask may be another than it was when the chunk was made. */
static bool is_reached(struct device *dev, struct arena_chunk *chunk)
{
	return pages_reach(dev, virt_to_page(chunk->mem.vaddr), chunk->mem.size);
}

static bool is_packed(unsigned int nr)
{
	return nr < hostconf.granule >> PAGE_SHIFT;
}

static void *take_from_spare(struct device *dev, struct arena *arena, unsigned int nr,
			     unsigned int order)
{
	struct arena_chunk *chunk = arena->spare;
	void *vaddr;

	if (!chunk || chunk->mem.size != round_up((size_t)nr << PAGE_SHIFT, hostconf.granule) ||
	    is_packed(nr) != !!chunk->nr_pages || !is_reached(dev, chunk))
		return NULL;
	vaddr = is_packed(nr) ? take_pages(arena, chunk, nr, order) : take_whole(arena, chunk, nr);
	if (vaddr)
		arena->spare = NULL;
	return vaddr;
}

static void *take_from_arena(struct device *dev, unsigned int nr, unsigned int order)
{
	struct arena_chunk *chunk;
	struct arena *arena;

	guard(spinlock_irqsave)(&arena_lock);
	arena = find_arena(dev);
	if (!arena)
		return NULL;
	if (is_packed(nr)) {
		list_for_each_entry(chunk, &arena->open, list) {
			void *vaddr = is_reached(dev, chunk) ?
				      take_pages(arena, chunk, nr, order) : NULL;

			if (vaddr)
				return vaddr;
		}
	}
	return take_from_spare(dev, arena, nr, order);
}

/*
 * A new chunk, with the buffer that it is made for. No lock is held meanwhile, so two tasks
 * may each make one where one would have done.
 */
static void *take_from_new(struct device *dev, unsigned int nr, unsigned int order, gfp_t gfp)
{
	const gfp_t meta = pages_metadata_gfp(gfp);
	const unsigned int nr_pages = is_packed(nr) ? hostconf.granule >> PAGE_SHIFT : 0;
	struct arena *arena, *new = kzalloc(sizeof(*new), meta);
	struct arena_chunk *chunk;
	void *vaddr = NULL;

	chunk = kzalloc(struct_size(chunk, buffer, max(nr_pages, 1U)), meta);
	if (!chunk || !new)
		goto free;
	INIT_LIST_HEAD(&chunk->list);
	chunk->nr_pages = nr_pages;
	if (granule_alloc(&chunk->mem, dev, "coherent", (size_t)nr << PAGE_SHIFT, gfp))
		goto free;
	if (xa_err(xa_store_irq(&chunks, granule_number(chunk->mem.vaddr), chunk, meta))) {
		granule_free(&chunk->mem);
		goto free;
	}

	scoped_guard(spinlock_irqsave, &arena_lock) {
		arena = find_arena(dev);
		if (!arena) {
			arena = new;
			new = NULL;
			arena->dev = dev;
			strscpy(arena->name, chunk->mem.dev);
			INIT_LIST_HEAD(&arena->open);
			INIT_LIST_HEAD(&arena->full);
			list_add(&arena->list, &arenas);
		}
		chunk->arena = arena;
		arena->shared += chunk->mem.size;
		vaddr = nr_pages ? take_pages(arena, chunk, nr, order) :
				   take_whole(arena, chunk, nr);
	}
	chunk = NULL;
free:
	kfree(chunk);
	kfree(new);
	return vaddr;
}

/**
 * arena_alloc() - get a coherent buffer
 * @dev: for whom; granule_dev_shares() is true of it
 * @size: bytes, 1 to INT_MAX
 * @gfp: GFP flags that allow blocking
 *
 * Context: Process, may sleep; the caller holds a reference to the module.
 * Return: Zeroed pages in the linear map, aligned as dma_alloc_coherent() aligns them; NULL
 *	if there are none, or if they could not be shared.
 */
void *arena_alloc(struct device *dev, size_t size, gfp_t gfp)
{
	const unsigned int nr = PAGE_ALIGN(size) >> PAGE_SHIFT, order = get_order(size);
	void *vaddr = take_from_arena(dev, nr, order);

	if (!vaddr)
		return take_from_new(dev, nr, order, gfp);
	memset(vaddr, 0, (size_t)nr << PAGE_SHIFT);
	return vaddr;
}

/**
 * arena_owns() - is this a buffer of arena_alloc()?
 * @vaddr: any pointer; it is not followed
 *
 * Context: Any.
 * Return: true if it lies in a chunk.
 */
bool arena_owns(const void *vaddr)
{
	return find_chunk(vaddr);
}

/**
 * arena_in_use() - has anybody a buffer?
 *
 * Context: Any.
 * Return: true if so.
 */
bool arena_in_use(void)
{
	return READ_ONCE(nr_chunks_used);
}

/* Keep the chunk that was used last: what it was for is likely to come again. */
static void put_empty(struct arena *arena, struct arena_chunk *chunk)
{
	struct arena_chunk *old = arena->spare;

	lockdep_assert_held(&arena_lock);
	list_del_init(&chunk->list);
	arena->spare = chunk;
	arena->spare_is_old = false;
	nr_chunks_used--;
	if (old) {
		drop(arena, old);
		mod_delayed_work(arena_wq, &trim_work, 0);
	} else {
		queue_delayed_work(arena_wq, &trim_work, HZ);
	}
}

/* Returns false, and changes nothing, if this is no buffer in use of just this size. */
static bool put(const void *vaddr, unsigned int nr)
{
	struct arena_chunk *chunk;
	unsigned long at;

	guard(rcu)();
	guard(spinlock_irqsave)(&arena_lock);
	chunk = find_chunk(vaddr);
	if (!chunk || !chunk->arena || !PAGE_ALIGNED(vaddr) || !nr)
		return false;

	at = (vaddr - chunk->mem.vaddr) >> PAGE_SHIFT;
	if (at >= max(chunk->nr_pages, 1U) || chunk->buffer[at] != nr)
		return false;
	if (chunk->nr_pages)
		bitmap_clear(chunk->used, at, nr);
	chunk->buffer[at] = 0;
	chunk->nr_used -= nr;
	chunk->arena->used -= nr;
	if (!chunk->nr_used) {
		put_empty(chunk->arena, chunk);
		/* The caller has one of its own. */
		module_put(THIS_MODULE);
	} else if (chunk->nr_used + nr == chunk->nr_pages) {
		list_move(&chunk->list, &chunk->arena->open);
	}
	return true;
}

/**
 * arena_free() - give a buffer back
 * @dev: whose
 * @vaddr: from arena_alloc()
 * @size: as it was asked for
 *
 * A size that is not the buffer's, or a second time, is reported and changes nothing.
 *
 * Context: Any; the caller holds a reference to the module.
 */
void arena_free(struct device *dev, void *vaddr, size_t size)
{
	if (put(vaddr, PAGE_ALIGN(size) >> PAGE_SHIFT))
		return;
	granule_count_bad_free();
	dev_err_ratelimited(dev, "ignoring bad free of %zu bytes at %p\n",
			    size, vaddr);
}

/**
 * arena_show_all() - print a line for each device
 * @s: a seq_file
 *
 * Context: Process.
 */
void arena_show_all(struct seq_file *s)
{
	struct arena *arena;

	seq_puts(s, "# device used_bytes shared_bytes\n");
	guard(spinlock_irqsave)(&arena_lock);
	list_for_each_entry(arena, &arenas, list)
		seq_printf(s, "%s %lu %zu\n", arena->name, arena->used << PAGE_SHIFT,
			   arena->shared);
}

/**
 * arena_init() - get ready
 *
 * Context: Process.
 * Return: %0 or %-ENOMEM.
 */
int __init arena_init(void)
{
	granule_shift = hostconf.granule ? ilog2(hostconf.granule) : 0;
	arena_wq = alloc_workqueue("rhi_arena", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return arena_wq ? 0 : -ENOMEM;
}

/**
 * arena_exit() - undo arena_init(); no buffer is in use any more
 *
 * Context: Process. Waits for the last chunk to be given back.
 */
void arena_exit(void)
{
	LIST_HEAD(todo);

	cancel_delayed_work_sync(&trim_work);
	pick_unwanted(&todo, true);
	discard(&todo);
	destroy_workqueue(arena_wq);
	xa_destroy(&chunks);
}
