// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operation does is drawn from the worker's own random numbers, as many for each, and
 * whatever its slot has: so operation N of a worker draws the same in every run of the seed.
 * With one worker the whole run is the same, as long as the same allocations fail; with more,
 * whose block a slot has after a handover is a matter of time.
 */
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "block.h"
#include "source.h"
#include "worker.h"

/* A number below @nr, from 32 random bits. */
static u32 below(u32 random, u32 nr)
{
	return (u64)random * nr >> 32;
}

static enum stress_kind draw_kind(const struct stress_run *run, u32 random)
{
	static const enum stress_kind of_dma[] = {
		KIND_DMA_POOL, KIND_DMA_POOL, KIND_COHERENT, KIND_PAGES
	};
	static const enum stress_kind of_all[] = {
		KIND_POOL, KIND_POOL, KIND_POOL, KIND_DMA_POOL, KIND_DMA_POOL, KIND_COHERENT,
		KIND_PAGES, KIND_GRANULE
	};

	switch (run->request.source) {
	case RHI_STRESS_POOL:
		return KIND_POOL;
	case RHI_STRESS_DMA:
		return of_dma[random % ARRAY_SIZE(of_dma)];
	case RHI_STRESS_GRANULE:
		return KIND_GRANULE;
	default:
		return of_all[random % ARRAY_SIZE(of_all)];
	}
}

static void draw(struct stress_worker *w)
{
	const struct stress_request *request = &w->run->request;
	const u32 a = prandom_u32_state(&w->rnd), b = prandom_u32_state(&w->rnd);
	const u32 c = prandom_u32_state(&w->rnd);
	struct stress_draw *draw = &w->draw;

	draw->slot = below(a, request->blocks);
	draw->mailbox = below(b, w->run->request.workers);
	draw->class = below(b << 8, w->run->nr_classes);
	draw->kind = draw_kind(w->run, c);
	draw->context = request->context;
	/* Most in process context: there is no other that may sleep. */
	if (request->context == RHI_STRESS_ANY_CONTEXT) {
		const u32 of_four = (c >> 3) % 4;

		draw->context = of_four < RHI_STRESS_ANY_CONTEXT ? of_four : RHI_STRESS_PROCESS;
	}
	draw->is_zeroed = !((c >> 5) % 8);
	draw->is_atomic = below(c << 8, 100) < request->atomic;
	draw->is_handover = below(c << 16, 100) < request->handover;
}

static void allocate(struct stress_worker *w, struct stress_block *block, bool can_sleep)
{
	struct stress_run *run = w->run;
	gfp_t gfp = can_sleep && !(w->draw.is_atomic && source_is_atomic(block->kind, false)) ?
		    GFP_KERNEL | __GFP_RETRY_MAYFAIL : GFP_ATOMIC;

	if (block->kind == KIND_GRANULE &&
	    atomic_inc_return(&run->granules) > run->max_granules) {
		atomic_dec(&run->granules);
		w->skipped++;
		return;
	}
	if (w->draw.is_zeroed)
		gfp |= __GFP_ZERO;
	if (!block_create(w, block, gfp) && block->kind == KIND_GRANULE)
		atomic_dec(&run->granules);
}

/* In any context. */
static void operate(struct stress_worker *w, enum rhi_stress_context context)
{
	struct stress_block **slot = &w->slots[w->draw.slot], *block = *slot;

	w->contexts[context]++;
	if (!block->vaddr) {
		allocate(w, block, context == RHI_STRESS_PROCESS);
		return;
	}
	if (!block_verify(w->run, w, block))
		return;
	if (w->draw.is_handover) {
		/* Whoever takes it out verifies it, and frees it. */
		*slot = xchg(&w->run->mailboxes[w->draw.mailbox], block);
		w->handovers++;
		return;
	}
	block_destroy(w->run, w, block);
}

static void operate_in_softirq(struct work_struct *work)
{
	struct stress_worker *w = container_of(work, struct stress_worker, bh);

	operate(w, RHI_STRESS_SOFTIRQ);
	complete(&w->op_done);
}

static void operate_in_hardirq(struct irq_work *work)
{
	struct stress_worker *w = container_of(work, struct stress_worker, irq);

	operate(w, RHI_STRESS_HARDIRQ);
	complete(&w->op_done);
}

/* The context that was drawn, if what has to be done can be done there. */
static enum rhi_stress_context choose_context(const struct stress_worker *w,
					      struct stress_block *block)
{
	const bool is_free = block->vaddr;

	if (!is_free) {
		block->kind = w->draw.kind;
		block->class = &w->run->classes[w->draw.class];
	} else if (w->draw.is_handover) {
		return w->draw.context;
	}
	return source_is_atomic(block->kind, is_free) ? w->draw.context : RHI_STRESS_PROCESS;
}

static void run_operation(struct stress_worker *w)
{
	draw(w);
	switch (choose_context(w, w->slots[w->draw.slot])) {
	case RHI_STRESS_SOFTIRQ:
		/* It runs when bottom halves are let run again. */
		local_bh_disable();
		queue_work(system_bh_wq, &w->bh);
		local_bh_enable();
		wait_for_completion(&w->op_done);
		break;
	case RHI_STRESS_HARDIRQ:
		preempt_disable();
		irq_work_queue(&w->irq);
		preempt_enable();
		wait_for_completion(&w->op_done);
		break;
	default:
		operate(w, RHI_STRESS_PROCESS);
	}
}

static bool goes_on(const struct stress_worker *w)
{
	const struct stress_run *run = w->run;

	return !READ_ONCE(run->stop) && w->operation < w->limit &&
	       !(run->request.seconds && time_after_eq(jiffies, run->deadline));
}

static int work(void *data)
{
	struct stress_worker *w = data;

	while (goes_on(w)) {
		run_operation(w);
		WRITE_ONCE(w->operation, w->operation + 1);
		cond_resched();
	}
	/* A BH work may still be on its last instructions, and looks at itself there. */
	flush_work(&w->bh);
	irq_work_sync(&w->irq);
	/* Does not come back into this module, which may go at once. */
	kthread_complete_and_exit(&w->exited, 0);
}

/**
 * worker_init() - make a worker ready
 * @run: the run
 * @index: its number
 * @blocks: so many places as the request says, for its slots
 *
 * Context: Process.
 */
void worker_init(struct stress_run *run, unsigned int index, struct stress_block *blocks)
{
	const struct stress_request *request = &run->request;
	struct stress_worker *w = &run->workers[index];

	w->run = run;
	w->index = index;
	w->limit = U64_MAX;
	if (request->operations)
		w->limit = request->operations / request->workers +
			   (index < request->operations % request->workers);
	prandom_seed_state(&w->rnd, pattern_mix(pattern_mix(request->seed) + index));
	for (unsigned int i = 0; i < request->blocks; i++)
		w->slots[i] = &blocks[i];
	INIT_WORK(&w->bh, operate_in_softirq);
	/* Not one of the hard kind: PREEMPT_RT runs it in a thread, as drivers' handlers there. */
	init_irq_work(&w->irq, operate_in_hardirq);
	init_completion(&w->op_done);
	init_completion(&w->exited);
}

/**
 * worker_start() - let a worker work
 * @w: the worker
 * @cpu: where; it goes on elsewhere if that goes offline
 *
 * Context: Process, may sleep.
 * Return: %0, or an error of kthread_create().
 */
int worker_start(struct stress_worker *w, int cpu)
{
	struct task_struct *task = kthread_create(work, w, "rhi_stress/%u", w->index);

	if (IS_ERR(task))
		return PTR_ERR(task);
	w->task = task;
	kthread_bind(task, cpu);
	wake_up_process(task);
	return 0;
}
