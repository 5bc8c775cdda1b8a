// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each operation draws the same number of random values from the worker's own generator,
 * whatever its slot holds. So operation N of a worker makes the same choices in every run with
 * the same seed. With one worker the whole run is reproducible as long as the same allocations
 * fail. With several, timing decides which block a slot holds after a handover.
 */
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "block.h"
#include "counter.h"
#include "source.h"
#include "worker.h"

/* Returns a number below @nr, from 32 random bits. */
static u32 worker_below(u32 random, u32 nr)
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

static void worker_draw(struct stress_worker *w)
{
	const struct stress_request *request = &w->run->request;
	const u32 a = prandom_u32_state(&w->rnd), b = prandom_u32_state(&w->rnd);
	const u32 c = prandom_u32_state(&w->rnd);
	struct stress_draw *draw = &w->draw;

	draw->slot = worker_below(a, request->blocks);
	draw->mailbox = worker_below(b, w->run->request.workers);
	draw->class = worker_below(b << 8, w->run->nr_classes);
	draw->kind = draw_kind(w->run, c);
	draw->context = request->context;
	/* Prefer process context: only there an operation may sleep. */
	if (request->context == RHI_STRESS_ANY_CONTEXT) {
		const u32 of_four = (c >> 3) % 4;

		draw->context = of_four < RHI_STRESS_ANY_CONTEXT ? of_four : RHI_STRESS_PROCESS;
	}
	draw->is_zeroed = !((c >> 5) % 8);
	draw->is_atomic = worker_below(c << 8, 100) < request->atomic;
	draw->is_handover = worker_below(c << 16, 100) < request->handover;
}

static void worker_allocate(struct stress_worker *w, struct stress_block *block, bool can_sleep)
{
	struct stress_run *run = w->run;
	gfp_t gfp = can_sleep && !(w->draw.is_atomic && source_is_atomic(block->kind, false)) ?
		    GFP_KERNEL | __GFP_RETRY_MAYFAIL : GFP_ATOMIC;

	if (block->kind == KIND_GRANULE &&
	    atomic_inc_return(&run->granules) > run->max_granules) {
		atomic_dec(&run->granules);
		counter_add(&w->skipped, 1);
		return;
	}
	if (w->draw.is_zeroed)
		gfp |= __GFP_ZERO;
	if (!block_create(w, block, gfp) && block->kind == KIND_GRANULE)
		atomic_dec(&run->granules);
}

/* Called in process, softirq or hard irq context. */
static void worker_operate(struct stress_worker *w, enum rhi_stress_context context)
{
	struct stress_block **slot = &w->slots[w->draw.slot], *block = *slot;

	counter_add(&w->contexts[context], 1);
	if (!block->vaddr) {
		worker_allocate(w, block, context == RHI_STRESS_PROCESS);
		return;
	}
	if (!block_verify(w->run, w, block))
		return;
	if (w->draw.is_handover) {
		/* The worker that takes the block out verifies and frees it. */
		*slot = xchg(&w->run->mailboxes[w->draw.mailbox], block);
		counter_add(&w->handovers, 1);
		return;
	}
	block_destroy(w->run, w, block);
}

static void operate_in_softirq(struct work_struct *work)
{
	struct stress_worker *w = container_of(work, struct stress_worker, bh);

	worker_operate(w, RHI_STRESS_SOFTIRQ);
	complete(&w->op_done);
}

static void operate_in_hardirq(struct irq_work *work)
{
	struct stress_worker *w = container_of(work, struct stress_worker, irq);

	worker_operate(w, RHI_STRESS_HARDIRQ);
	complete(&w->op_done);
}

/* Returns the drawn context if the operation is allowed there, else process context. */
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
	worker_draw(w);
	switch (choose_context(w, w->slots[w->draw.slot])) {
	case RHI_STRESS_SOFTIRQ:
		/* The work runs when bottom halves are enabled again. */
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
		worker_operate(w, RHI_STRESS_PROCESS);
	}
}

static bool worker_goes_on(const struct stress_worker *w)
{
	const struct stress_run *run = w->run;

	return !READ_ONCE(run->stop) && w->operation < w->limit &&
	       !(run->request.seconds && time_after_eq(jiffies, run->deadline));
}

static int worker_fn(void *data)
{
	struct stress_worker *w = data;

	while (worker_goes_on(w)) {
		run_operation(w);
		counter_add(&w->operation, 1);
		cond_resched();
	}
	/* The BH work may still be executing its last instructions, which access the worker. */
	flush_work(&w->bh);
	irq_work_sync(&w->irq);
	/* Never returns into this module, which may be unloaded at once. */
	kthread_complete_and_exit(&w->exited, 0);
}

/**
 * worker_init() - initialize a worker
 * @run: the run
 * @index: number of the worker
 * @blocks: descriptors for its slots, request->blocks of them
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
	/*
	 * Not IRQ_WORK_INIT_HARD(): on PREEMPT_RT this runs in a thread, as drivers' handlers
	 * do.
	 */
	init_irq_work(&w->irq, operate_in_hardirq);
	init_completion(&w->op_done);
	init_completion(&w->exited);
}

/**
 * worker_start() - start a worker
 * @w: the worker
 * @cpu: CPU to bind it to; it moves elsewhere if that CPU goes offline
 *
 * Context: Process, may sleep.
 * Return: %0, or an error of kthread_create().
 */
int worker_start(struct stress_worker *w, int cpu)
{
	struct task_struct *task = kthread_create(worker_fn, w, "rhi_stress/%u", w->index);

	if (IS_ERR(task))
		return PTR_ERR(task);
	w->task = task;
	kthread_bind(task, cpu);
	wake_up_process(task);
	return 0;
}
