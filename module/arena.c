// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dma_alloc_coherent() promises (whole pages, aligned to their order, zeroed) out of
 * granules that hold one device's buffers only. A buffer of a granule or more has a chunk
 * of its own. Nothing that is decided on stands in shared memory.
 *
 * A chunk with buffers holds a reference to the module; an empty one is given back by a
 * worker, for buffers may be freed where nothing may sleep.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "arena.h"
#include "granule.h"
#include "hostconf.h"

/**
 * struct arena_chunk - granules with buffers of one device in them
 * @mem: the granules
 * @dev: whose; referenced
 * @list: in chunks, or in empty_chunks when @nr_used is 0
 * @nr_pages: all
 * @nr_used: of them
 * @used: a bit a page
 * @buffer: for the first page of each buffer the buffer's pages, for all others 0
 */
struct arena_chunk {
	struct granule_chunk mem;
	struct device *dev;
	struct list_head list;
	unsigned int nr_pages, nr_used;
	unsigned long *used;
	u32 buffer[];
};

static DEFINE_SPINLOCK(arena_lock);
static LIST_HEAD(chunks);
static LIST_HEAD(empty_chunks);
/* By granule: every one of a chunk, for buffers may begin in any of them. */
static DEFINE_XARRAY_FLAGS(by_granule, XA_FLAGS_LOCK_IRQ);
/* Two that find no room share one new chunk. */
static DEFINE_MUTEX(grow_lock);
static struct workqueue_struct *arena_wq;

static unsigned long granule_index(const void *vaddr)
{
	return (unsigned long)vaddr / hostconf.granule;
}

static void remove_from_index(struct arena_chunk *chunk)
{
	for (size_t at = 0; at < chunk->mem.size; at += hostconf.granule)
		xa_erase_irq(&by_granule, granule_index(chunk->mem.vaddr + at));
}

static int add_to_index(struct arena_chunk *chunk, gfp_t gfp)
{
	for (size_t at = 0; at < chunk->mem.size; at += hostconf.granule) {
		void *old = xa_store_irq(&by_granule, granule_index(chunk->mem.vaddr + at),
					 chunk, gfp);

		if (xa_is_err(old)) {
			remove_from_index(chunk);
			return xa_err(old);
		}
	}
	return 0;
}

static void discard(struct arena_chunk *chunk)
{
	put_device(chunk->dev);
	bitmap_free(chunk->used);
	kfree(chunk);
}

static void release_empty(struct work_struct *unused)
{
	struct arena_chunk *chunk, *next;
	LIST_HEAD(todo);

	scoped_guard(spinlock_irqsave, &arena_lock)
		list_splice_init(&empty_chunks, &todo);
	list_for_each_entry_safe(chunk, next, &todo, list) {
		remove_from_index(chunk);
		granule_free(&chunk->mem);
		discard(chunk);
	}
}

static DECLARE_WORK(release_work, release_empty);

static void *take(struct arena_chunk *chunk, unsigned int nr, unsigned int order)
{
	unsigned long at;

	lockdep_assert_held(&arena_lock);
	at = bitmap_find_next_zero_area(chunk->used, chunk->nr_pages, 0, nr, (1UL << order) - 1);
	if (at >= chunk->nr_pages)
		return NULL;
	bitmap_set(chunk->used, at, nr);
	chunk->buffer[at] = nr;
	chunk->nr_used += nr;
	return chunk->mem.vaddr + (at << PAGE_SHIFT);
}

static void *take_from_any(struct device *dev, unsigned int nr, unsigned int order)
{
	struct arena_chunk *chunk;
	void *vaddr;

	guard(spinlock_irqsave)(&arena_lock);
	list_for_each_entry(chunk, &chunks, list) {
		if (chunk->dev != dev || chunk->nr_pages - chunk->nr_used < nr)
			continue;
		vaddr = take(chunk, nr, order);
		if (vaddr)
			return vaddr;
	}
	return NULL;
}

/* A new chunk, with the buffer that it is made for. */
static void *take_from_new(struct device *dev, unsigned int nr, unsigned int order, gfp_t gfp)
{
	const size_t size = round_up((size_t)nr << PAGE_SHIFT, hostconf.granule);
	const unsigned int nr_pages = size >> PAGE_SHIFT;
	struct arena_chunk *chunk;

	gfp &= ~__GFP_ZERO;
	chunk = kzalloc(struct_size(chunk, buffer, nr_pages), gfp);
	if (!chunk)
		return NULL;
	chunk->used = bitmap_zalloc(nr_pages, gfp);
	chunk->dev = get_device(dev);
	chunk->nr_pages = nr_pages;
	if (!chunk->used || granule_alloc(&chunk->mem, dev, "coherent", size, gfp)) {
		discard(chunk);
		return NULL;
	}
	if (add_to_index(chunk, gfp)) {
		granule_free(&chunk->mem);
		discard(chunk);
		return NULL;
	}
	__module_get(THIS_MODULE);

	guard(spinlock_irqsave)(&arena_lock);
	list_add(&chunk->list, &chunks);
	return take(chunk, nr, order);
}

/**
 * arena_alloc() - get a coherent buffer
 * @dev: for whom; granule_dev_shares() is true of it
 * @size: bytes, up to granule_max_size()
 * @gfp: GFP flags that allow blocking
 *
 * Context: Process, may sleep; the caller holds a reference to the module.
 * Return: Zeroed pages in the linear map, aligned to get_order(@size); NULL if there are
 *	none, or if they could not be shared.
 */
void *arena_alloc(struct device *dev, size_t size, gfp_t gfp)
{
	const unsigned int nr = PAGE_ALIGN(size) >> PAGE_SHIFT, order = get_order(size);
	const bool packed = size < hostconf.granule;
	void *vaddr = NULL;

	if (packed)
		vaddr = take_from_any(dev, nr, order);
	if (!vaddr) {
		guard(mutex)(&grow_lock);
		if (packed)
			vaddr = take_from_any(dev, nr, order);
		if (!vaddr)
			vaddr = take_from_new(dev, nr, order, gfp);
	}
	if (vaddr)
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
	return xa_load(&by_granule, granule_index(vaddr));
}

/**
 * arena_free() - give a buffer back
 * @dev: whose
 * @vaddr: from arena_alloc()
 * @size: as it was asked for
 *
 * A size that is not the buffer's, or a second time, is reported and changes nothing.
 *
 * Context: Any.
 * Return: false if @vaddr is not of arena_alloc(), and so somebody else's to free.
 */
bool arena_free(struct device *dev, void *vaddr, size_t size)
{
	const unsigned int nr = PAGE_ALIGN(size) >> PAGE_SHIFT;
	struct arena_chunk *chunk;
	unsigned long at;

	guard(spinlock_irqsave)(&arena_lock);
	chunk = xa_load(&by_granule, granule_index(vaddr));
	if (!chunk)
		return false;

	at = (vaddr - chunk->mem.vaddr) >> PAGE_SHIFT;
	if (!PAGE_ALIGNED(vaddr) || !nr || chunk->buffer[at] != nr) {
		dev_err(dev, "%zu bytes at %p are no buffer that was allocated so: nothing was freed\n",
			size, vaddr);
		return true;
	}
	bitmap_clear(chunk->used, at, nr);
	chunk->buffer[at] = 0;
	chunk->nr_used -= nr;
	if (!chunk->nr_used) {
		list_move(&chunk->list, &empty_chunks);
		queue_work(arena_wq, &release_work);
		module_put(THIS_MODULE);
	}
	return true;
}

/**
 * arena_show_all() - print a line for each device's chunk
 * @s: a seq_file
 *
 * Context: Process.
 */
void arena_show_all(struct seq_file *s)
{
	struct arena_chunk *chunk;

	seq_puts(s, "# device used_bytes shared_bytes\n");
	guard(spinlock_irqsave)(&arena_lock);
	list_for_each_entry(chunk, &chunks, list)
		seq_printf(s, "%s %lu %zu\n", dev_name(chunk->dev),
			   (unsigned long)chunk->nr_used << PAGE_SHIFT, chunk->mem.size);
}

/**
 * arena_init() - get ready
 *
 * Context: Process.
 * Return: %0 or %-ENOMEM.
 */
int __init arena_init(void)
{
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
	destroy_workqueue(arena_wq);
	xa_destroy(&by_granule);
}
