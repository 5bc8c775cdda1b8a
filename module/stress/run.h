/* SPDX-License-Identifier: GPL-2.0-only */
/* Data shared by the parts of a run. All of it is in private memory. */
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
 * @NR_KINDS: number of kinds
 */
enum stress_kind { KIND_POOL, KIND_DMA_POOL, KIND_COHERENT, KIND_PAGES, KIND_GRANULE, NR_KINDS };

/* With this shift an hour of a 1 GHz counter fits into 64 bits. */
#define RUN_NS_SHIFT	20

/* One for each power of two from 16 to 64K. */
#define MAX_CLASSES	13

/**
 * struct stress_class - blocks of one size
 * @size: bytes
 * @align: alignment requested of the pools, a power of two
 * @boundary: boundary requested of the pools, a power of two; 0: none
 * @rhi: the pool, or NULL if not needed
 * @dma: the pool, or NULL if not needed
 */
struct stress_class {
	size_t size, align, boundary;
	struct rhi_pool *rhi;
	struct dma_pool *dma;
};

/**
 * struct stress_block - descriptor of a block; handed from worker to worker with its block
 * @vaddr: the block; NULL if there is none
 * @dma: its DMA address
 * @size: bytes
 * @key: key of the pattern in it
 * @mark: the worker and operation that wrote it
 * @kind: the API it comes from
 * @class: its class; unused for a granule
 * @granule: the granule, for KIND_GRANULE
 * @is_suspect: a check failed; the block must not be accessed any more
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
 * struct stress_draw - random choices for one operation, drawn before its block is examined
 * @slot: which of the worker's blocks
 * @mailbox: mailbox for a handover
 * @class: class of the block if one is allocated
 * @kind: API if one is allocated
 * @context: context of the operation
 * @is_atomic: use GFP_ATOMIC in process context
 * @is_handover: hand a live block over instead of freeing it
 * @is_zeroed: use __GFP_ZERO
 */
struct stress_draw {
	u32 slot, mailbox, class;
	enum stress_kind kind;
	enum rhi_stress_context context;
	bool is_atomic, is_handover, is_zeroed;
};

/**
 * struct stress_worker - a thread and its counters
 * @run: the run
 * @index: its number
 * @task: valid until @exited is completed
 * @exited: completed when the thread is gone
 * @rnd: its own random number generator
 * @draw: choices for the current operation
 * @operation: number of the current operation, from 0
 * @limit: the worker ends before this operation
 * @slots: its blocks; a handover swaps a slot with a mailbox
 * @bh: runs an operation in softirq context
 * @irq: runs an operation in hard irq context
 * @op_done: completed by @bh and @irq
 * @allocs: successful allocations of each kind
 * @frees: frees of each kind
 * @misses: failed allocations of each kind
 * @contexts: operations in each context
 * @handovers: blocks handed over
 * @skipped: operations skipped because too many granules were live
 * @kept: granules that the host did not give back
 * @latency: histograms
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
 * struct stress_failure - the first failure of a run
 * @what: kind of failure
 * @worker: worker that detected it; the number of workers if detected at the end of the run
 * @operation: operation of that worker
 * @block: copy of the block
 * @phys: physical address of the block
 * @offset: offset of the wrong word, in bytes
 * @expected: expected value, depending on @what
 * @found: actual value
 * @writer: worker and operation whose pattern contains @found
 * @has_writer: @writer is plausible
 * @other: the live block that overlaps, for RHI_STRESS_OVERLAP
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
 * @request: parameters
 * @owner: the open file that bounds its lifetime; NULL once closed
 * @state: STRESS_RUNNING until all memory is released
 * @stop: all workers must end
 * @error: error that ended the run, or 0
 * @is_stopped: the user ended the run
 * @hook: rhi_hook_state() at the start
 * @granule: bytes
 * @ns_mult: nanoseconds per counter cycle, shifted left by RUN_NS_SHIFT
 * @start: ktime_get_ns()
 * @end: ktime_get_ns() when the last worker was gone
 * @deadline: jiffies
 * @pdev: the device
 * @dev: the device
 * @classes: block sizes
 * @nr_classes: entries in @classes
 * @granules: live granules
 * @max_granules: limit of @granules
 * @mailboxes: descriptors waiting for another worker
 * @blocks: all descriptors
 * @nr_blocks: entries in @blocks
 * @failed: 1 while @failure is being written; 2 once it can be read
 * @failure: the first failure
 * @misaligned_own: conversions of less than whole granules by this run
 * @misaligned_others: such conversions by others
 * @is_watched: these conversions are counted
 * @cpus_off: number of times a CPU was taken offline
 * @pressed: maximum of bytes held by the memory pressure
 * @before: rhi_probe's counters before the run
 * @after: rhi_probe's counters after the run
 * @conductor: thread that starts the workers and waits for them
 * @exited: completed when @conductor is gone
 * @is_joined: @exited has been waited for
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
