/* SPDX-License-Identifier: GPL-2.0-only */
/* One run: what its parts share. All of it stands in private memory. */
#ifndef _STRESS_RUN_H
#define _STRESS_RUN_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/irq_work.h>
#include <linux/prandom.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <rhi_granule.h>

#include "histogram.h"
#include "pattern.h"
#include "request.h"

struct device;
struct dma_pool;
struct file;
struct platform_device;
struct rhi_pool;
struct task_struct;

/**
 * enum stress_kind - the API that a block comes from
 * @KIND_POOL: rhi_pool_alloc()
 * @KIND_DMA_POOL: dma_pool_alloc()
 * @KIND_COHERENT: dma_alloc_coherent()
 * @KIND_PAGES: dma_alloc_pages()
 * @KIND_GRANULE: rhi_granule_share()
 * @NR_KINDS: so many
 */
enum stress_kind { KIND_POOL, KIND_DMA_POOL, KIND_COHERENT, KIND_PAGES, KIND_GRANULE, NR_KINDS };

/* So an hour of a counter of 1 GHz fits into 64 bits. */
#define RUN_NS_SHIFT	20

/* One for each power of two from 16 to 64K. */
#define MAX_CLASSES	13

/**
 * struct stress_class - blocks of one size
 * @size: bytes
 * @align: as the pools were asked for it, a power of two
 * @boundary: as the pools were asked for it, a power of two; 0: none
 * @rhi: the pool, or NULL if it is not needed
 * @dma: the pool, or NULL if it is not needed
 */
struct stress_class {
	size_t size, align, boundary;
	struct rhi_pool *rhi;
	struct dma_pool *dma;
};

/**
 * struct stress_block - a place for a block; it goes from worker to worker with its block
 * @vaddr: the block; NULL: there is none
 * @dma: its address for a device
 * @size: bytes
 * @key: of the pattern in it
 * @mark: who wrote it
 * @kind: where it comes from
 * @class: its class, except for a granule
 * @granule: of a granule
 * @is_suspect: something is wrong with it: it is not touched any more
 */
struct stress_block {
	void *vaddr;
	dma_addr_t dma;
	size_t size;
	u64 key;
	struct stress_mark mark;
	enum stress_kind kind;
	struct stress_class *class;
	struct rhi_granule *granule;
	bool is_suspect;
};

/**
 * struct stress_draw - what chance says of one operation, before anything is known of its block
 * @slot: which of the worker's blocks
 * @mailbox: where to hand over to
 * @class: of the block, if one is allocated
 * @kind: where it is allocated
 * @context: where the operation is done
 * @is_atomic: in process context: with GFP_ATOMIC
 * @is_handover: a live block is handed over, and not freed
 * @is_zeroed: with __GFP_ZERO
 */
struct stress_draw {
	u32 slot, mailbox, class;
	enum stress_kind kind;
	enum rhi_stress_context context;
	bool is_atomic, is_handover, is_zeroed;
};

/**
 * struct stress_worker - a thread, and what it counts
 * @run: of which run
 * @index: its number
 * @task: valid until @exited is completed
 * @exited: the thread is gone
 * @rnd: its own random numbers
 * @draw: of this operation
 * @operation: its number, from 0
 * @limit: it ends before this operation
 * @slots: its blocks; a place is exchanged for that of a mailbox
 * @bh: does an operation in softirq context
 * @irq: does one in hard irq context
 * @op_done: either has done it
 * @allocs: that succeeded, of each kind
 * @frees: of each kind
 * @misses: allocations that failed, of each kind
 * @contexts: operations done in each
 * @handovers: blocks handed over
 * @skipped: operations that there was no room for: too many granules live
 * @kept: granules that the host did not give back
 * @latency: times
 */
struct stress_worker {
	struct stress_run *run;
	u32 index;
	struct task_struct *task;
	struct completion exited;
	struct rnd_state rnd;
	struct stress_draw draw;
	u64 operation, limit;
	struct stress_block **slots;
	struct work_struct bh;
	struct irq_work irq;
	struct completion op_done;
	u64 allocs[NR_KINDS], frees[NR_KINDS], misses[NR_KINDS];
	u64 contexts[RHI_STRESS_ANY_CONTEXT];
	u64 handovers, skipped, kept;
	struct histogram latency[RHI_STRESS_NR_LATENCIES];
};

/**
 * struct stress_failure - the first thing that was wrong
 * @what: wrong with @block
 * @worker: that saw it; the number of workers if it was seen at the end of the run
 * @operation: of that worker
 * @block: a copy
 * @phys: its address in memory
 * @offset: of the wrong word, bytes
 * @expected: what should be, of @what
 * @found: what is
 * @writer: who could have written @found
 * @has_writer: @writer makes sense
 * @other: the live block that overlaps, if @what is RHI_STRESS_OVERLAP
 */
struct stress_failure {
	enum rhi_stress_failure what;
	u32 worker;
	u64 operation;
	struct stress_block block;
	phys_addr_t phys;
	size_t offset;
	u64 expected, found;
	struct stress_mark writer;
	bool has_writer;
	struct stress_block other;
};

enum stress_state { STRESS_RUNNING, STRESS_FINISHED };

/**
 * struct stress_run - a run
 * @request: what to do
 * @owner: the open file that it lives as long as; NULL: closed
 * @state: RUNNING until everything is given back
 * @stop: all are to end
 * @error: why it could not go on, or 0
 * @is_stopped: somebody asked it to end
 * @hook: rhi_hook_state() at the beginning
 * @granule: bytes
 * @ns_mult: nanoseconds of a cycle of the counter, shifted left by RUN_NS_SHIFT
 * @start: ktime_get_ns()
 * @end: ktime_get_ns(), when the last worker was gone
 * @deadline: jiffies
 * @pdev: the device
 * @dev: the device
 * @classes: sizes
 * @nr_classes: so many
 * @granules: live now
 * @max_granules: that may be
 * @mailboxes: places that wait for another worker
 * @blocks: all places
 * @nr_blocks: so many
 * @failed: 1: @failure is somebody's; 2: it can be read
 * @failure: the first
 * @misaligned_own: conversions of less than granules, by this run
 * @misaligned_others: by anybody else
 * @is_watched: these are counted
 * @cpus_off: how often a CPU went offline
 * @pressed: bytes that the pressure had, at most
 * @before: rhi_probe's counts
 * @after: rhi_probe's counts
 * @conductor: starts and ends the workers
 * @exited: it is gone
 * @is_joined: somebody has waited for @exited
 * @workers: the workers
 */
struct stress_run {
	struct stress_request request;
	struct file *owner;
	enum stress_state state;
	bool stop;
	int error;
	bool is_stopped;
	const char *hook;
	u64 granule;
	u64 ns_mult;
	u64 start, end;
	unsigned long deadline;
	struct platform_device *pdev;
	struct device *dev;
	struct stress_class classes[MAX_CLASSES];
	unsigned int nr_classes;
	atomic_t granules;
	unsigned int max_granules;
	struct stress_block **mailboxes;
	struct stress_block *blocks;
	unsigned int nr_blocks;
	atomic_t failed;
	struct stress_failure failure;
	atomic64_t misaligned_own, misaligned_others;
	bool is_watched;
	u64 cpus_off, pressed;
	struct rhi_granule_stats before, after;
	struct task_struct *conductor;
	struct completion exited;
	bool is_joined;
	struct stress_worker *workers;
};

#endif /* _STRESS_RUN_H */
