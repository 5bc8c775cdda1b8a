// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "counter.h"
#include "load.h"
#include "run.h"

/* Times for which memory is held and a CPU is offline */
#define HOLD_MS		50
#define AWAY_MS		200

static struct task_struct *presser, *plugger;

static void load_rest(unsigned int ms)
{
	if (!kthread_should_stop())
		schedule_timeout_interruptible(msecs_to_jiffies(ms));
}

/* Cycle through orders 0 to 3 to fragment the remaining memory. */
static unsigned long load_take(struct list_head *pages, unsigned long wanted)
{
	unsigned long nr = 0;

	for (unsigned int i = 0; nr < wanted && !kthread_should_stop(); i++) {
		const unsigned int order = i % 4;
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, order);

		if (!page)
			break;
		set_page_private(page, order);
		list_add(&page->lru, pages);
		nr += 1UL << order;
		cond_resched();
	}
	return nr;
}

static int load_press(void *data)
{
	struct stress_run *run = data;

	while (!kthread_should_stop()) {
		unsigned long wanted = si_mem_available() / 100 * run->request.pressure;
		struct page *page, *next;
		LIST_HEAD(pages);
		u64 bytes = (u64)load_take(&pages, wanted) << PAGE_SHIFT;

		WRITE_ONCE(run->pressed, max(run->pressed, bytes));
		load_rest(HOLD_MS);
		list_for_each_entry_safe(page, next, &pages, lru) {
			const unsigned int order = page_private(page);

			set_page_private(page, 0);
			__free_pages(page, order);
			cond_resched();
		}
		load_rest(HOLD_MS);
	}
	return 0;
}

/* Skip the first CPU, which may be the only one that cannot go offline. */
static unsigned int next_cpu(unsigned int cpu)
{
	const unsigned int first = cpumask_first(cpu_online_mask);

	cpu = cpumask_next(cpu, cpu_online_mask);
	return cpu < nr_cpu_ids ? cpu : cpumask_next(first, cpu_online_mask);
}

static int load_plug(void *data)
{
	struct stress_run *run = data;
	unsigned int cpu = cpumask_first(cpu_online_mask);

	while (!kthread_should_stop()) {
		cpu = next_cpu(cpu);
		if (cpu >= nr_cpu_ids) {
			cpu = cpumask_first(cpu_online_mask);
		} else if (!remove_cpu(cpu)) {
			counter_add(&run->cpus_off, 1);
			load_rest(AWAY_MS);
			/* Bring the CPU back even if the run is being stopped. */
			add_cpu(cpu);
		}
		load_rest(AWAY_MS);
	}
	return 0;
}

/**
 * load_begin() - start the load that the request asks for
 * @run: the run
 *
 * Context: Process, may sleep.
 * Return: %0 or an error of kthread_run(); call load_end() in both cases.
 */
int load_begin(struct stress_run *run)
{
	struct task_struct *task;

	if (run->request.pressure) {
		task = kthread_run(load_press, run, "rhi_stress/mem");
		if (IS_ERR(task))
			return PTR_ERR(task);
		presser = task;
	}
	if (run->request.hotplug) {
		task = kthread_run(load_plug, run, "rhi_stress/cpu");
		if (IS_ERR(task))
			return PTR_ERR(task);
		plugger = task;
	}
	return 0;
}

/**
 * load_end() - stop the load, free its memory, and bring its CPUs back online
 *
 * Context: Process, may sleep.
 */
void load_end(void)
{
	if (presser)
		kthread_stop(presser);
	if (plugger)
		kthread_stop(plugger);
	presser = NULL;
	plugger = NULL;
}
