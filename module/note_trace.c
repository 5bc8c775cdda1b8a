// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two sources keep the notes up to date:
 *
 * - ftrace calls before set_memory_decrypted() and set_memory_encrypted(), which all sharing goes
 *   through but this module's own. It knows the stack, but no device.
 * - The trace points of the DMA API know the device, too. They are behind the allocation, and
 *   also see memory that was shared before: from the kernel's pool for atomic requests.
 *
 * A conversion that fails leaves a note behind. The kernel leaks such memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/dma-direct.h>
#include <linux/err.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/set_memory.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <trace/events/dma.h>

#include "arena.h"
#include "granule.h"
#include "ksym.h"
#include "note.h"
#include "note_trace.h"

/* Why the notes are incomplete; NULL if they are not */
static const char *missing = "this is not a Realm";
static int missing_err;

static void miss(const char *what, int err)
{
	pr_info("cannot note who shares memory: %s (%pe)\n", what, ERR_PTR(err));
	missing = what;
	missing_err = err;
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
static void notrace on_convert(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	const unsigned long addr = ftrace_regs_get_argument(fregs, 0);
	const int numpages = ftrace_regs_get_argument(fregs, 1);
	const size_t size = (size_t)numpages << PAGE_SHIFT;

	/* The kernel converts nothing but whole pages of its linear mapping. */
	if (!__is_lm_address(addr) || !PAGE_ALIGNED(addr) || numpages <= 0)
		return;
	if (ksym_is_site(set_memory_decrypted, ip))
		note_add(virt_to_phys((void *)addr), size, NULL);
	else
		note_remove(virt_to_phys((void *)addr), size);
}

static struct ftrace_ops convert_ops = {
	.func = on_convert,
	/* With kernel.ftrace_enabled=0 notes would become wrong. */
	.flags = FTRACE_OPS_FL_PERMANENT,
};

static int start_ftrace(void)
{
	unsigned long ips[] = {
		(unsigned long)set_memory_decrypted, (unsigned long)set_memory_encrypted,
	};
	int err = ftrace_set_filter_ips(&convert_ops, ips, ARRAY_SIZE(ips), 0, 0);

	if (!err)
		err = register_ftrace_function(&convert_ops);
	if (err)
		ftrace_free_filter(&convert_ops);
	return err;
}

/* Waits for tasks that are in on_convert(). */
static void stop_ftrace(void)
{
	unregister_ftrace_function(&convert_ops);
	ftrace_free_filter(&convert_ops);
}
#else
static int start_ftrace(void)
{
	return -EOPNOTSUPP;
}

static void stop_ftrace(void)
{
}
#endif

#ifdef CONFIG_TRACEPOINTS
/* The memory of an arena is known to be this module's. */
static bool is_noted(struct device *dev, const void *vaddr)
{
	return granule_dev_shares(dev) && !arena_owns(vaddr);
}

static void on_alloc(void *data, struct device *dev, void *vaddr, dma_addr_t dma, size_t size,
		     enum dma_data_direction dir, gfp_t gfp, unsigned long attrs)
{
	/* Not virt_to_phys(): the kernel's atomic pool is mapped twice. */
	if (vaddr && is_noted(dev, vaddr))
		note_add(dma_to_phys(dev, dma), PAGE_ALIGN(size), dev);
}

static void on_free(void *data, struct device *dev, void *vaddr, dma_addr_t dma, size_t size,
		    enum dma_data_direction dir, unsigned long attrs)
{
	if (vaddr && is_noted(dev, vaddr))
		note_remove(dma_to_phys(dev, dma), PAGE_ALIGN(size));
}

/* dma-direct allocates a single run of pages. */
static void on_alloc_sgt(void *data, struct device *dev, struct sg_table *sgt, size_t size,
			 enum dma_data_direction dir, gfp_t gfp, unsigned long attrs)
{
	if (is_noted(dev, sg_virt(sgt->sgl)))
		note_add(sg_phys(sgt->sgl), PAGE_ALIGN(size), dev);
}

static void on_free_sgt(void *data, struct device *dev, struct sg_table *sgt, size_t size,
			enum dma_data_direction dir)
{
	if (is_noted(dev, sg_virt(sgt->sgl)))
		note_remove(sg_phys(sgt->sgl), PAGE_ALIGN(size));
}

static void __maybe_unused check_types(void)
{
	check_trace_callback_type_dma_alloc(on_alloc);
	check_trace_callback_type_dma_alloc_pages(on_alloc);
	check_trace_callback_type_dma_alloc_sgt(on_alloc_sgt);
	check_trace_callback_type_dma_free(on_free);
	check_trace_callback_type_dma_free_pages(on_free);
	check_trace_callback_type_dma_free_sgt(on_free_sgt);
}

/* In the order of registration: what notes an allocation must also see its end. */
static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} points[] = {
	{ "dma_free", on_free },
	{ "dma_free_pages", on_free },
	{ "dma_free_sgt", on_free_sgt },
	{ "dma_alloc", on_alloc },
	{ "dma_alloc_pages", on_alloc },
	{ "dma_alloc_sgt", on_alloc_sgt },
};

static unsigned int nr_started;

static void find_point(struct tracepoint *tp, void *unused)
{
	for (int i = 0; i < ARRAY_SIZE(points); i++)
		if (!strcmp(tp->name, points[i].name))
			points[i].tp = tp;
}

static void stop_points(void)
{
	while (nr_started--)
		tracepoint_probe_unregister(points[nr_started].tp, points[nr_started].probe, NULL);
	nr_started = 0;
	tracepoint_synchronize_unregister();
}

static int start_points(void)
{
	for_each_kernel_tracepoint(find_point, NULL);
	for (; nr_started < ARRAY_SIZE(points); nr_started++) {
		int err = -ENOENT;

		if (points[nr_started].tp)
			err = tracepoint_probe_register(points[nr_started].tp,
							points[nr_started].probe, NULL);
		if (err) {
			stop_points();
			return err;
		}
	}
	return 0;
}
#else
static int start_points(void)
{
	return -EOPNOTSUPP;
}

static void stop_points(void)
{
}
#endif

static bool has_notes, has_ftrace;

/**
 * note_trace_start() - note from now on who shares memory
 * @realm: false outside a Realm, where nobody does
 *
 * Failures are logged, and note_trace_gap() reports them: the rest of the module works.
 *
 * Context: Process, may sleep.
 */
void note_trace_start(bool realm)
{
	int err;

	if (!realm)
		return;
	missing = NULL;
	err = note_init();
	if (err) {
		miss("no memory", err);
		return;
	}
	has_notes = true;
	err = start_points();
	if (err)
		miss("no trace points of the DMA API", err);
	err = start_ftrace();
	if (err)
		miss("ftrace is not available", err);
	has_ftrace = !err;
}

/**
 * note_trace_stop() - stop, and free all notes
 *
 * Context: Process, may sleep. Nobody reads notes any more.
 */
void note_trace_stop(void)
{
	if (!has_notes)
		return;
	stop_points();
	if (has_ftrace)
		stop_ftrace();
	note_exit();
}

/**
 * note_trace_gap() - find out whether notes are missing
 * @text: set to the reason if there are
 * @size: of @text, in bytes
 *
 * Context: Process.
 * Return: false if all memory has been noted that was shared since the module was loaded.
 */
bool note_trace_gap(char *text, size_t size)
{
	const u64 lost = note_count_lost();

	if (missing)
		snprintf(text, size, "%s (%pe)", missing, ERR_PTR(missing_err));
	else if (lost)
		snprintf(text, size, "%llu notes were lost", lost);
	return missing || lost;
}
