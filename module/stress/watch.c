// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kprobes count conversions by the kernel's own functions, without the host's help. If the hook
 * is on, or the run does not use the kernel's allocators, the run's own threads must not convert
 * less than a granule: that is a failure. Without the hook the kernel's allocators convert
 * single pages, and these are counted. Conversions by others are only counted.
 */
#include <linux/align.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include <uapi/rhi_files.h>

#include "fail.h"
#include "run.h"
#include "watch.h"

static struct stress_run *watched;

static struct stress_worker *find_worker(struct stress_run *run)
{
	for (unsigned int i = 0; i < run->request.workers; i++)
		if (READ_ONCE(run->workers[i].task) == current)
			return &run->workers[i];
	return NULL;
}

static bool must_be_whole(const struct stress_run *run)
{
	if (run->request.source == RHI_STRESS_POOL || run->request.source == RHI_STRESS_GRANULE)
		return true;
	/* The hook must have been on throughout: memory allocated before comes from the kernel. */
	return !strcmp(run->hook, RHI_HOOK_ON) && !strcmp(rhi_hook_state(), RHI_HOOK_ON);
}

static int watch_see(struct kprobe *kp, struct pt_regs *regs)
{
	struct stress_run *run = READ_ONCE(watched);
	const u64 start = regs_get_kernel_argument(regs, 0);
	const u64 size = (u64)(u32)regs_get_kernel_argument(regs, 1) << PAGE_SHIFT;
	struct stress_worker *w;

	if (!run || IS_ALIGNED(start | size, run->granule))
		return 0;
	w = find_worker(run);
	if (!w && current != READ_ONCE(run->conductor)) {
		atomic64_inc(&run->misaligned_others);
		return 0;
	}
	atomic64_inc(&run->misaligned_own);
	if (must_be_whole(run))
		stress_fail(run, w, RHI_STRESS_MISALIGNED, NULL, 0, run->granule, size);
	return 0;
}

static struct kprobe probes[] = {
	{ .symbol_name = "set_memory_decrypted", .pre_handler = watch_see },
	{ .symbol_name = "set_memory_encrypted", .pre_handler = watch_see },
};

/**
 * watch_begin() - start counting
 * @run: the only run
 *
 * If the kernel has no kprobes, the report says that nothing was counted.
 *
 * Context: Process, may sleep.
 */
void watch_begin(struct stress_run *run)
{
	WRITE_ONCE(watched, run);
	for (int i = 0; i < ARRAY_SIZE(probes); i++) {
		/* Clear what an earlier registration left. */
		probes[i].addr = NULL;
		probes[i].flags = 0;
		if (!register_kprobe(&probes[i]))
			continue;
		while (i--)
			unregister_kprobe(&probes[i]);
		return;
	}
	run->is_watched = true;
}

/**
 * watch_end() - stop counting
 * @run: the run, which can be freed afterwards
 *
 * Context: Process, may sleep.
 */
void watch_end(struct stress_run *run)
{
	if (run->is_watched)
		for (int i = 0; i < ARRAY_SIZE(probes); i++)
			unregister_kprobe(&probes[i]);
	WRITE_ONCE(watched, NULL);
}
