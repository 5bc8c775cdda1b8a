// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens during a request: trace events dma:* of one device, GFP flags of this task's page
 * allocations, and kernel messages that a driver author would care about. The tracepoints are not
 * exported, so look them up by name.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "contract.h"

#define MAX_EVENTS	24
#define EVENT_LEN	160

static DEFINE_RAW_SPINLOCK(lock);
static struct device *watched;
static struct task_struct *task;
static bool verbose;
static gfp_t page_gfp, slab_gfp;
static bool page_failed;
static unsigned int nr_events, repeated;
static char events[MAX_EVENTS][EVENT_LEN];
static unsigned long said;

/* Substrings of kernel messages, and their meaning */
static const struct {
	const char *text, *means;
} messages[] = {
	{ "WARNING:", "a warning" },
	{ "BUG:", "a bug" },
	{ "possible circular locking", "a deadlock" },
	{ "possible recursive locking", "a deadlock" },
	{ "inconsistent lock state", "a deadlock" },
	{ "alloc failed", "no room in CMA" },
	{ "DMA-API:", "DMA-API debugging" },
	{ " busy", "busy" },
	{ "already free", "already free" },
	{ "bad dma", "bad dma" },
	{ "corrupted", "corrupted" },
	{ "leaking", "leaking" },
	{ "pool exhausted", "pool exhausted" },
	{ "rhi_probe: ", "rhi_probe" },
	{ "ignoring bad free", "ignored" },
	{ ": ignored", "ignored" },
	{ "cannot share memory", "cannot share memory" },
};

static void add_event(const char *text)
{
	guard(raw_spinlock_irqsave)(&lock);
	if (nr_events && !strncmp(events[nr_events - 1], text, EVENT_LEN)) {
		repeated++;
		return;
	}
	if (nr_events && repeated && nr_events < MAX_EVENTS)
		snprintf(events[nr_events++], EVENT_LEN, "(again %u)", repeated);
	repeated = 0;
	if (nr_events < MAX_EVENTS)
		strscpy(events[nr_events++], text, EVENT_LEN);
}

/* Add a marker of the subject between the events. */
void watch_note(const char *what)
{
	add_event(what);
}

static void on_alloc(const char *name, struct device *dev, bool good, size_t size,
		     enum dma_data_direction dir, gfp_t gfp, unsigned long attrs)
{
	char text[EVENT_LEN];

	if (dev != READ_ONCE(watched))
		return;
	if (verbose)
		snprintf(text, sizeof(text), "%s %zu dir=%d gfp=%pGg attrs=0x%lx%s", name, size,
			 dir, &gfp, attrs, good ? "" : " failed");
	else
		snprintf(text, sizeof(text), "%s %zu%s", name, size, good ? "" : " failed");
	add_event(text);
}

static void on_free(const char *name, struct device *dev, size_t size,
		    enum dma_data_direction dir, unsigned long attrs)
{
	char text[EVENT_LEN];

	if (dev != READ_ONCE(watched))
		return;
	if (verbose)
		snprintf(text, sizeof(text), "%s %zu dir=%d attrs=0x%lx", name, size, dir, attrs);
	else
		snprintf(text, sizeof(text), "%s %zu", name, size);
	add_event(text);
}

/* Probes with the arguments of the trace events */
static void on_dma_alloc(void *name, struct device *dev, void *vaddr, dma_addr_t dma, size_t size,
			 enum dma_data_direction dir, gfp_t gfp, unsigned long attrs)
{
	on_alloc(name, dev, vaddr, size, dir, gfp, attrs);
}

static void on_dma_alloc_sgt(void *name, struct device *dev, struct sg_table *sgt, size_t size,
			     enum dma_data_direction dir, gfp_t gfp, unsigned long attrs)
{
	on_alloc(name, dev, sgt, size, dir, gfp, attrs);
}

static void on_dma_free(void *name, struct device *dev, void *vaddr, dma_addr_t dma, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	on_free(name, dev, size, dir, attrs);
}

static void on_dma_free_sgt(void *name, struct device *dev, struct sg_table *sgt, size_t size,
			    enum dma_data_direction dir)
{
	on_free(name, dev, size, dir, 0);
}

static void on_dma_sync(void *name, struct device *dev, dma_addr_t dma, size_t size,
			enum dma_data_direction dir)
{
	on_free(name, dev, size, dir, 0);
}

static void on_page_alloc(void *name, struct page *page, unsigned int order, gfp_t gfp,
			  int migratetype)
{
	if (!in_task() || current != READ_ONCE(task))
		return;
	/* cma_alloc() moves pages that happen to be in its way, always with GFP_KERNEL. */
	if (gfp & __GFP_MOVABLE)
		return;
	page_gfp |= gfp;
	/* The kernel's message is rate-limited to one in ten seconds. */
	if (!page && !(gfp & __GFP_NOWARN))
		page_failed = true;
}

static void on_kmalloc(void *name, unsigned long caller, const void *object, size_t requested,
		       size_t allocated, gfp_t gfp, int node)
{
	if (in_task() && current == READ_ONCE(task))
		slab_gfp |= gfp;
}

/*
 * Ignore messages of other tasks, but not those of interrupts. On a busy machine 7.3.4 warns in
 * hrtimer_forward(), which is not related.
 */
static void on_console(void *name, const char *text, size_t len)
{
	if (in_task() && current != READ_ONCE(task))
		return;
	if (strnstr(text, "hrtimer_forward", len))
		return;
	for (int i = 0; i < ARRAY_SIZE(messages); i++) {
		if (strnstr(text, messages[i].text, len))
			set_bit(i, &said);
	}
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} probes[] = {
	{ "dma_alloc", on_dma_alloc },
	{ "dma_alloc_pages", on_dma_alloc },
	{ "dma_alloc_sgt", on_dma_alloc_sgt },
	{ "dma_alloc_sgt_err", on_dma_alloc },
	{ "dma_free", on_dma_free },
	{ "dma_free_pages", on_dma_free },
	{ "dma_free_sgt", on_dma_free_sgt },
	{ "dma_sync_single_for_cpu", on_dma_sync },
	{ "dma_sync_single_for_device", on_dma_sync },
	{ "mm_page_alloc", on_page_alloc },
	{ "kmalloc", on_kmalloc },
	{ "console", on_console },
};

static void find(struct tracepoint *tp, void *unused)
{
	for (int i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!strcmp(tp->name, probes[i].name))
			probes[i].tp = tp;
	}
}

static int watch(int i)
{
	if (!probes[i].tp)
		return -ENOENT;
	return tracepoint_probe_register(probes[i].tp, probes[i].probe, (void *)probes[i].name);
}

int watch_init(void)
{
	for_each_kernel_tracepoint(find, NULL);
	for (int i = 0; i < ARRAY_SIZE(probes); i++) {
		int err = watch(i);

		if (!err)
			continue;
		pr_err("cannot find the trace event %s (%pe)\n", probes[i].name, ERR_PTR(err));
		for (int rest = i; rest < ARRAY_SIZE(probes); rest++)
			probes[rest].tp = NULL;
		watch_exit();
		return err;
	}
	return 0;
}

void watch_exit(void)
{
	for (int i = 0; i < ARRAY_SIZE(probes); i++) {
		if (probes[i].tp)
			tracepoint_probe_unregister(probes[i].tp, probes[i].probe,
						    (void *)probes[i].name);
	}
	tracepoint_synchronize_unregister();
}

/* Start watching: events of @dev and messages; only messages if it is NULL. */
void watch_begin(struct device *dev)
{
	guard(raw_spinlock_irqsave)(&lock);
	nr_events = 0;
	repeated = 0;
	said = 0;
	page_failed = false;
	page_gfp = 0;
	slab_gfp = 0;
	task = current;
	WRITE_ONCE(watched, dev);
}

/* Stop watching, and report. */
void watch_end(struct facts *f)
{
	const bool has_device = watched;

	WRITE_ONCE(watched, NULL);
	WRITE_ONCE(task, NULL);
	if (has_device) {
		facts_next(f, "events");
		for (unsigned int i = 0; i < nr_events; i++)
			facts_say(f, "%s", events[i]);
		if (repeated)
			facts_say(f, "(again %u)", repeated);
	}
	if (!said && !page_failed)
		return;
	facts_next(f, "logged");
	if (page_failed)
		facts_say(f, "page allocation failure");
	for (int i = 0; i < ARRAY_SIZE(messages); i++) {
		if (test_bit(i, &said))
			facts_say(f, "%s", messages[i].means);
	}
}

/* Include flags and attributes in the events. */
void watch_verbose(bool yes)
{
	verbose = yes;
}

/* All flags passed to the page allocator by this task since watch_begin() */
gfp_t watch_page_gfp(void)
{
	return page_gfp;
}

/* The same for kmalloc() */
gfp_t watch_slab_gfp(void)
{
	return slab_gfp;
}
