// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": stress: " fmt

#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <clocksource/arm_arch_timer.h>

#include "../compat.h"
#include "block.h"
#include "fail.h"
#include "load.h"
#include "report.h"
#include "run.h"
#include "source.h"
#include "stress.h"
#include "watch.h"
#include "worker.h"

/* Limit of live granules of all workers, in bytes */
#define MAX_GRANULE_BYTES	(32ULL << 20)

static DEFINE_MUTEX(run_lock);		/* protects last, its owner and its is_joined */
static struct stress_run *last;		/* the current run, or the latest one */

/*
 * The device is coherent, as in a Realm, and its shared memory is converted, with or without the
 * hook.
 */
static int register_device(struct stress_run *run)
{
	struct platform_device *pdev;
	int err;

	pdev = platform_device_register_simple("rhi_stress", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	dev_assign_dma_coherent(&pdev->dev, true);
	err = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(run->request.mask));
	if (err) {
		pr_err("mask=%llu: not supported by this kernel's DMA\n", run->request.mask);
		platform_device_unregister(pdev);
		return -EINVAL;
	}
	run->pdev = pdev;
	run->dev = &pdev->dev;
	return 0;
}

static void free_run(struct stress_run *run)
{
	if (!run)
		return;
	if (run->workers)
		for (unsigned int i = 0; i < run->request.workers; i++)
			kvfree(run->workers[i].slots);
	kvfree(run->workers);
	kvfree(run->blocks);
	kfree(run->mailboxes);
	kvfree(run);
}

static struct stress_run *alloc_run(const struct stress_request *request)
{
	struct stress_run *run = kvzalloc(sizeof(*run), GFP_KERNEL);
	const unsigned int nr = request->workers;

	if (!run)
		return NULL;
	run->request = *request;
	run->nr_blocks = nr * (request->blocks + 1);
	run->blocks = kvcalloc(run->nr_blocks, sizeof(*run->blocks), GFP_KERNEL);
	run->mailboxes = kcalloc(nr, sizeof(*run->mailboxes), GFP_KERNEL);
	run->workers = kvcalloc(nr, sizeof(*run->workers), GFP_KERNEL);
	if (!run->blocks || !run->mailboxes || !run->workers)
		goto no_memory;
	for (unsigned int i = 0; i < nr; i++) {
		struct stress_worker *w = &run->workers[i];

		w->slots = kvcalloc(request->blocks, sizeof(*w->slots), GFP_KERNEL);
		if (!w->slots)
			goto no_memory;
		worker_init(run, i, &run->blocks[i * request->blocks]);
		run->mailboxes[i] = &run->blocks[nr * request->blocks + i];
	}
	init_completion(&run->exited);
	return run;

no_memory:
	free_run(run);
	return NULL;
}

static unsigned int start_workers(struct stress_run *run)
{
	unsigned int nr;
	int cpu = -1;

	for (nr = 0; nr < run->request.workers; nr++) {
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
		run->error = worker_start(&run->workers[nr], cpu);
		if (run->error)
			break;
	}
	return nr;
}

/* Verify and free the blocks that are still live, in slots and mailboxes. */
static void stress_drain(struct stress_run *run)
{
	for (unsigned int i = 0; i < run->nr_blocks; i++) {
		struct stress_block *block = &run->blocks[i];

		cond_resched();
		if (!block->vaddr)
			continue;
		/* Account the free to the worker that allocated the block; that thread is gone. */
		if (block_verify(run, NULL, block))
			block_destroy(run, &run->workers[block->mark.worker], block);
		else if (block->granule)
			rhi_granule_leak(block->granule);
	}
}

/* The last checks may still record a failure; only then is the run finished. */
static void end_run(struct stress_run *run)
{
	if (!run->request.bare)
		stress_find_overlap(run);
	stress_drain(run);
	source_destroy(run);
	watch_end(run);
	platform_device_unregister(run->pdev);
	rhi_granule_get_stats(&run->after);
	/* A reader that sees STRESS_FINISHED sees all results of the run. */
	smp_store_release(&run->state, STRESS_FINISHED);
}

static int stress_conduct(void *data)
{
	struct stress_run *run = data;
	unsigned int nr;

	run->error = load_begin(run);
	run->start = ktime_get_ns();
	run->deadline = jiffies + run->request.seconds * HZ;
	nr = run->error ? 0 : start_workers(run);
	if (run->error)
		WRITE_ONCE(run->stop, true);
	/* This can take hours: TASK_IDLE avoids a hung-task report and does not count as load. */
	for (unsigned int i = 0; i < nr; i++)
		wait_for_completion_state(&run->workers[i].exited, TASK_IDLE);
	run->end = ktime_get_ns();
	load_end();
	end_run(run);
	/* Never returns into this module, which may be unloaded at once. */
	kthread_complete_and_exit(&run->exited, 0);
}

static bool is_running(struct stress_run *run)
{
	/* See end_run(). */
	return smp_load_acquire(&run->state) == STRESS_RUNNING;
}

static void stress_join(struct stress_run *run)
{
	lockdep_assert_held(&run_lock);
	if (!run->is_joined)
		wait_for_completion(&run->exited);
	run->is_joined = true;
}

static int stress_launch(struct stress_run *run)
{
	struct task_struct *task;
	int err;

	err = register_device(run);
	if (err)
		return err;
	rhi_granule_get_stats(&run->before);
	run->hook = rhi_hook_state();
	run->granule = rhi_granule_bytes();
	run->ns_mult = div_u64((u64)NSEC_PER_SEC << RUN_NS_SHIFT, arch_timer_get_cntfrq());
	run->max_granules = max(MAX_GRANULE_BYTES / run->granule, run->request.workers);
	watch_begin(run);
	err = source_create(run);
	if (!err) {
		task = kthread_create(stress_conduct, run, "rhi_stress");
		err = PTR_ERR_OR_ZERO(task);
	}
	if (err) {
		source_destroy(run);
		watch_end(run);
		platform_device_unregister(run->pdev);
		return err;
	}
	run->conductor = task;
	wake_up_process(task);
	return 0;
}

static int stress_begin(struct file *file, char *text)
{
	struct stress_request request;
	struct stress_run *run;
	int err;

	err = stress_parse(text, num_online_cpus(), &request);
	if (err)
		return err;
	if (!rhi_granule_bytes()) {
		pr_err("the host's granule is not known: %s\n", rhi_granule_meaning());
		return -EOPNOTSUPP;
	}
	if (!request.has_seed)
		request.seed = get_random_u64();

	guard(mutex)(&run_lock);
	if (last && is_running(last))
		return -EBUSY;
	run = alloc_run(&request);
	if (!run)
		return -ENOMEM;
	err = stress_launch(run);
	if (err) {
		free_run(run);
		return err;
	}
	run->owner = file;
	if (last)
		stress_join(last);
	free_run(last);
	last = run;
	return 0;
}

static int stress_end(struct file *file)
{
	guard(mutex)(&run_lock);
	if (!last || last->owner != file)
		return -ENOENT;
	last->is_stopped = true;
	WRITE_ONCE(last->stop, true);
	return 0;
}

/**
 * stress_write() - start or stop a run
 * @file: owner of the run, which ends at the latest when the file is closed
 * @text: "stop", or words "key=value" as stress_show() lists them; modified
 *
 * Does not wait: stress_show() reports progress.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - started or stopping
 * * %-EINVAL - the log says what is wrong
 * * %-EBUSY - another run is in progress
 * * %-ENOENT - stop: the latest run does not belong to this file
 * * %-EOPNOTSUPP - the granule is unknown, so nothing can be shared
 * * %-ENOMEM - out of memory
 */
int stress_write(struct file *file, char *text)
{
	return strcmp(strim(text), "stop") ? stress_begin(file, text) : stress_end(file);
}

/**
 * stress_release() - stop the run of a file that is being closed, and wait for it
 * @file: the file
 *
 * Context: Process, may sleep.
 */
void stress_release(struct file *file)
{
	guard(mutex)(&run_lock);
	if (!last || last->owner != file)
		return;
	if (is_running(last))
		last->is_stopped = true;
	WRITE_ONCE(last->stop, true);
	stress_join(last);
	last->owner = NULL;
}

/**
 * stress_show() - print the accepted keys, and the current or latest run
 * @s: a seq_file
 *
 * Context: Process, may sleep.
 */
void stress_show(struct seq_file *s)
{
	guard(mutex)(&run_lock);
	report_show(s, last);
}

/**
 * stress_exit() - free the latest run; no file is open
 *
 * Context: Process, may sleep.
 */
void stress_exit(void)
{
	guard(mutex)(&run_lock);
	if (last)
		stress_join(last);
	free_run(last);
	last = NULL;
}
