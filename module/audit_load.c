// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tell at once whether the kernel, or a driver before this module, shared memory that breaks the
 * granule. A thread of its own walks, at the lowest priority: an RMM can take milliseconds for a
 * call, and loading the module must not wait for it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "audit_load.h"
#include "hostconf.h"

static struct task_struct *task;	/* holds a reference; NULL if there is no thread */
static enum audit_verdict at_load;
static bool is_done;			/* @at_load is valid */

static void report(const struct audit *audit)
{
	const struct ripas_sums *sums = &audit->sums;

	switch (audit->verdict) {
	case AUDIT_ALIGNED:
		pr_info("memory is aligned to the granule\n");
		break;
	case AUDIT_MISALIGNED:
	case AUDIT_DESTROYED:
		pr_warn("%llu granules are shared in part, %llu bytes are destroyed: rhictl audit lists their owners\n",
			sums->granules, sums->bytes[RIPAS_DESTROYED]);
		break;
	default:
		pr_info("the audit at load has no result: %s\n",
			audit_verdict_name(audit->verdict));
		break;
	}
}

static int look(void *unused)
{
	struct audit *audit;

	set_user_nice(current, MAX_NICE);
	audit = audit_take();
	if (IS_ERR(audit))
		return 0;
	report(audit);
	at_load = audit->verdict;
	/* Pairs with audit_load_verdict(): at_load is valid before is_done. */
	smp_store_release(&is_done, true);
	audit_release(audit);
	return 0;
}

/**
 * audit_load_start() - start to audit memory in the background
 *
 * Does nothing if the granule is unknown, or one page: then no kernel can break it. If the audit
 * cannot run, there is none.
 *
 * Context: Process, may sleep, after hostconf_init().
 */
void __init audit_load_start(void)
{
	struct task_struct *thread;

	if (hostconf.status == HOSTCONF_NOT_REALM || hostconf.granule <= PAGE_SIZE)
		return;
	thread = kthread_create(look, NULL, "rhi_audit");
	if (IS_ERR(thread))
		return;
	task = get_task_struct(thread);
	wake_up_process(task);
}

/**
 * audit_load_stop() - end the audit, if it still runs
 *
 * Context: Process, may sleep for one call to the RMM.
 */
void audit_load_stop(void)
{
	if (task)
		kthread_stop_put(task);
}

/**
 * audit_load_verdict() - get the verdict of the audit at load
 * @verdict: filled in
 *
 * Context: Any.
 * Return: false if there was no such audit, or it has not ended.
 */
bool audit_load_verdict(enum audit_verdict *verdict)
{
	/* Pairs with look(). */
	if (!smp_load_acquire(&is_done))
		return false;
	*verdict = at_load;
	return true;
}
