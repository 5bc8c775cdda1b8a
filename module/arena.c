// SPDX-License-Identifier: GPL-2.0-only
/*
 * Serve coherent buffers as dma_alloc_coherent() does (whole pages, aligned to their order,
 * zeroed) from granules that hold buffers of one device only. A buffer of a granule or more has
 * a chunk of its own. All metadata is in private memory.
 *
 * A chunk with buffers holds a reference to the module. Each device keeps one empty chunk, the
 * spare, for one to two seconds, so that a driver that frees and allocates in turn causes no
 * conversions. Other empty chunks go back at once, through a worker, because a buffer may be
 * freed in atomic context.
 *
 * A device pointer is only a key: the device may be gone before its last chunk.
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
 * struct arena - the chunks of one device
 * @dev: key for comparison; never dereferenced
 * @name: name of the device
 * @used: pages in buffers
 * @shared: bytes in chunks, including the spare
 * @list: entry in the list of all arenas
 * @open: chunks of one granule that have buffers and free pages
 * @full: all other chunks with buffers
 * @spare: an empty chunk, or NULL
 * @spare_is_old: the worker has already seen this spare once
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
 * struct arena_chunk - granules that hold buffers of one device
 * @mem: the granules
 * @arena: the owner; NULL once the chunk is to be given back
 * @list: entry in a list of @arena or of the worker
 * @rcu: arena_free() may still read the chunk
 * @nr_pages: pages available to buffers; 0 if the chunk holds a single large buffer
 * @nr_used: pages in buffers
 * @used: one bit per page
 * @buffer: number of pages of the buffer that starts at each page, else 0. A chunk that holds a
 *	single large buffer has one entry
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

/* Protects all arenas, and every field of a chunk except @mem. */
static DEFINE_SPINLOCK(arena_lock);
static LIST_HEAD(arenas);
static LIST_HEAD(unwanted);		/* chunks for the worker to give back */
static unsigned long nr_chunks_used;	/* chunks that hold buffers */

/* Chunks, indexed by the number of their first granule from the start of the linear map. */
static DEFINE_XARRAY_FLAGS(chunks, XA_FLAGS_LOCK_IRQ);
static unsigned int granule_shift;
static struct workqueue_struct *arena_wq;

static void arena_trim(struct work_struct *unused);
static DECLARE_DELAYED_WORK(trim_work, arena_trim);

static unsigned long granule_number(const void *vaddr)
{
	return ((unsigned long)vaddr - PAGE_OFFSET) >> granule_shift;
}

static struct arena_chunk *arena_find_chunk(const void *vaddr)
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

static void arena_discard(struct list_head *todo)
{
	struct arena_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, todo, list) {
		xa_erase_irq(&chunks, granule_number(chunk->mem.vaddr));
		granule_free(&chunk->mem);
		kfree_rcu(chunk, rcu);
	}
}

static void arena_drop(struct arena *arena, struct arena_chunk *chunk)
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

/* Returns false if a spare is not yet old enough, so that the worker must run again. */
static bool pick_unwanted(struct list_head *todo, bool all)
{
	struct arena *arena, *next;
	bool done = true;

	guard(spinlock_irqsave)(&arena_lock);
	list_for_each_entry_safe(arena, next, &arenas, list) {
		if (arena->spare && (arena->spare_is_old || all)) {
			arena_drop(arena, arena->spare);
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

static void arena_trim(struct work_struct *unused)
{
	LIST_HEAD(todo);

	if (!pick_unwanted(&todo, false))
		queue_delayed_work(arena_wq, &trim_work, HZ);
	arena_discard(&todo);
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
		/* The caller holds a module reference of its own. */
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

/* The buffer gets the whole chunk, including the part it does not need. */
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

/* The device's mask may have changed since the chunk was allocated. */
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
 * Allocate a chunk and a buffer in it. No lock is held meanwhile, so two tasks may each add a
 * chunk where one would do.
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
 * arena_alloc() - allocate a coherent buffer
 * @dev: a device for which granule_dev_shares() is true
 * @size: bytes, 1 to INT_MAX
 * @gfp: GFP flags that allow blocking
 *
 * Context: Process, may sleep; the caller holds a reference to the module.
 * Return: Zeroed pages in the linear map, aligned as dma_alloc_coherent() aligns them; NULL if
 *	out of memory or if the conversion failed.
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
 * arena_owns() - check whether an address belongs to an arena
 * @vaddr: any pointer; never dereferenced
 *
 * Context: Any.
 * Return: true if the granule of @vaddr is the first granule of a chunk.
 */
bool arena_owns(const void *vaddr)
{
	return arena_find_chunk(vaddr);
}

/**
 * arena_in_use() - check whether any buffer exists
 *
 * Context: Any.
 * Return: true if any chunk holds a buffer.
 */
bool arena_in_use(void)
{
	return READ_ONCE(nr_chunks_used);
}

/* Keep the chunk used last as the spare: the same request is likely to come again. */
static void put_empty(struct arena *arena, struct arena_chunk *chunk)
{
	struct arena_chunk *old = arena->spare;

	lockdep_assert_held(&arena_lock);
	list_del_init(&chunk->list);
	arena->spare = chunk;
	arena->spare_is_old = false;
	nr_chunks_used--;
	if (old) {
		arena_drop(arena, old);
		mod_delayed_work(arena_wq, &trim_work, 0);
	} else {
		queue_delayed_work(arena_wq, &trim_work, HZ);
	}
}

/* Returns false and changes nothing unless a buffer of exactly this size is in use here. */
static bool arena_put(const void *vaddr, unsigned int nr)
{
	struct arena_chunk *chunk;
	unsigned long at;

	guard(rcu)();
	guard(spinlock_irqsave)(&arena_lock);
	chunk = arena_find_chunk(vaddr);
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
		/* The caller holds a module reference of its own. */
		module_put(THIS_MODULE);
	} else if (chunk->nr_used + nr == chunk->nr_pages) {
		list_move(&chunk->list, &chunk->arena->open);
	}
	return true;
}

/**
 * arena_free() - free a coherent buffer
 * @dev: the device it was allocated for
 * @vaddr: from arena_alloc()
 * @size: the size passed to arena_alloc()
 *
 * A wrong size or a double free is reported and ignored.
 *
 * Context: Any; the caller holds a reference to the module.
 */
void arena_free(struct device *dev, void *vaddr, size_t size)
{
	if (arena_put(vaddr, PAGE_ALIGN(size) >> PAGE_SHIFT))
		return;
	granule_count_bad_free();
	dev_err_ratelimited(dev, "ignoring bad free of %zu bytes at %p\n",
			    size, vaddr);
}

/**
 * arena_show_all() - print one line per device
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
 * arena_init() - prepare to allocate buffers
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
 * Context: Process. Waits until the last chunk is given back.
 */
void arena_exit(void)
{
	LIST_HEAD(todo);

	cancel_delayed_work_sync(&trim_work);
	pick_unwanted(&todo, true);
	arena_discard(&todo);
	destroy_workqueue(arena_wq);
	xa_destroy(&chunks);
}
