// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports the buffer of all devices that have none of their own. The structures are those of
 * <linux/swiotlb.h>, 6.13 to 7.3. Nothing runs unless the file is read: bouncing is the hot path
 * of all streaming DMA of a Realm.
 */
#include <linux/align.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/rculist.h>
#include <linux/seq_file.h>
#include <linux/swiotlb.h>

#include <uapi/rhi_files.h>

#include "bounce.h"
#include "hostconf.h"
#include "ksym.h"

static void show_bytes(struct seq_file *s, const char *key, bool is_known, u64 bytes)
{
	if (is_known)
		seq_printf(s, "%-18s%llu\n", key, bytes);
	else
		seq_printf(s, "%-18s" RHI_SWIOTLB_NONE "\n", key);
}

/* Without debugfs the kernel keeps no figures, and this module shows none. */
#if defined(CONFIG_SWIOTLB) && defined(CONFIG_DEBUG_FS)
/* kernel/dma/swiotlb.c: 6.13 to 7.3 */
static struct {
	struct mutex lock;	/* held until @looked is set */
	bool looked;
	int (*get_used)(void *mem, u64 *slots);	/* of its file io_tlb_used */
	bool may_track_peak;	/* tracks the peak only if the command line requests it */
	const bool *tracks_peak;
} kernel = { .lock = __MUTEX_INITIALIZER(kernel.lock) };

static void look(void)
{
	guard(mutex)(&kernel.lock);
	if (kernel.looked)
		return;
	kernel.get_used = (void *)ksym_function("io_tlb_used_get");
	kernel.may_track_peak = ksym_function("inc_used_and_hiwater_nop");
	if (kernel.may_track_peak)
		kernel.tracks_peak = (const bool *)ksym_data("track_hiwater_enabled");
	kernel.looked = true;
}

static u64 to_bytes(u64 slots)
{
	return slots << IO_TLB_SHIFT;
}

static void show_used(struct seq_file *s, struct io_tlb_mem *mem)
{
	u64 slots = 0;
	bool is_known = kernel.get_used && !kernel.get_used(mem, &slots);

	show_bytes(s, RHI_SWIOTLB_USED, is_known, to_bytes(slots));
}

/* An untracked peak reads 0, as that of an unused buffer. */
static void show_peak(struct seq_file *s, struct io_tlb_mem *mem)
{
	const u64 slots = atomic_long_read(&mem->used_hiwater);
	bool is_known = slots || !kernel.may_track_peak ||
			(kernel.tracks_peak && READ_ONCE(*kernel.tracks_peak));

	show_bytes(s, RHI_SWIOTLB_PEAK, is_known, to_bytes(slots));
}

/* Bytes of the pool in granules that are not completely inside it. */
static u64 misaligned_bytes(const struct io_tlb_pool *pool)
{
	const u64 granule = hostconf.granule;
	const u64 first = ALIGN(pool->start, granule), behind = ALIGN_DOWN(pool->end, granule);

	return pool->end - pool->start - (first < behind ? behind - first : 0);
}

static void show_pool(struct seq_file *s, const struct io_tlb_pool *pool)
{
	seq_printf(s, RHI_SWIOTLB_POOL " 0x%llx 0x%llx %llu ", (u64)pool->start, (u64)pool->end,
		   (u64)(pool->end - pool->start));
	if (hostconf.granule)
		seq_printf(s, "%llu\n", misaligned_bytes(pool));
	else
		seq_puts(s, RHI_SWIOTLB_NONE "\n");
}

#ifdef CONFIG_SWIOTLB_DYNAMIC
static void show_growth(struct seq_file *s, struct io_tlb_mem *mem)
{
	show_bytes(s, RHI_SWIOTLB_GROWS, true, mem->can_grow);
	show_bytes(s, RHI_SWIOTLB_TRANSIENT, true,
		   to_bytes(atomic_long_read(&mem->transient_nslabs)));
}

static void show_pools(struct seq_file *s, struct io_tlb_mem *mem)
{
	const struct io_tlb_pool *pool;

	guard(rcu)();
	list_for_each_entry_rcu(pool, &mem->pools, node)
		show_pool(s, pool);
}
#else
static void show_growth(struct seq_file *s, struct io_tlb_mem *mem)
{
	show_bytes(s, RHI_SWIOTLB_GROWS, true, 0);
	show_bytes(s, RHI_SWIOTLB_TRANSIENT, true, 0);
}

static void show_pools(struct seq_file *s, struct io_tlb_mem *mem)
{
	show_pool(s, &mem->defpool);
}
#endif

static bool show(struct seq_file *s)
{
	struct io_tlb_mem *mem = platform_bus.dma_io_tlb_mem;

	if (!mem || !mem->nslabs)
		return false;
	look();
	show_bytes(s, RHI_SWIOTLB_SIZE, true, to_bytes(mem->nslabs));
	show_used(s, mem);
	show_peak(s, mem);
	show_growth(s, mem);
	seq_puts(s, "# pool start end size misaligned_bytes\n");
	show_pools(s, mem);
	return true;
}
#else
static bool show(struct seq_file *s)
{
	return false;
}
#endif

/**
 * bounce_show() - print size, use and place of the kernel's bounce buffer
 * @s: a seq_file
 *
 * Context: Process, may sleep.
 */
void bounce_show(struct seq_file *s)
{
	if (!show(s))
		show_bytes(s, RHI_SWIOTLB_SIZE, true, 0);
}
