// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same work for dma_pool and for rhi_pool, in turn, round after round. What both spend
 * on the way to the pool (a loop, some twenty instructions) is in the figures of both.
 *
 * Calls from this module are not redirected, hook=on or not; but ftrace sees them, and the
 * kernel's own pool pays for that: so the state of the hook is a part of the result.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": bench: " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/prandom.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include <rhi_pool.h>
#include <uapi/rhi_bench.h>

#include "bench.h"
#include "compat.h"
#include "granule.h"
#include "hook.h"
#include "hostconf.h"

/* Between two looks whether to go on. */
#define BREATHER	256

struct bench_ops {
	const char *name;
	void *(*create)(struct device *dev, size_t size);
	void *(*alloc)(void *pool, gfp_t gfp, dma_addr_t *dma);
	void (*free)(void *pool, void *vaddr, dma_addr_t dma);
	void (*destroy)(void *pool);
};

static void *create_dma_pool(struct device *dev, size_t size)
{
	return dma_pool_create("bench", dev, size, 0, 0);
}

static void *alloc_dma_pool(void *pool, gfp_t gfp, dma_addr_t *dma)
{
	return dma_pool_alloc(pool, gfp, dma);
}

static void free_dma_pool(void *pool, void *vaddr, dma_addr_t dma)
{
	dma_pool_free(pool, vaddr, dma);
}

static void destroy_dma_pool(void *pool)
{
	dma_pool_destroy(pool);
}

static void *create_rhi_pool(struct device *dev, size_t size)
{
	return rhi_pool_create("bench", dev, size, 0, 0);
}

static void *alloc_rhi_pool(void *pool, gfp_t gfp, dma_addr_t *dma)
{
	return rhi_pool_alloc(pool, gfp, dma);
}

static void free_rhi_pool(void *pool, void *vaddr, dma_addr_t dma)
{
	rhi_pool_free(pool, vaddr, dma);
}

static void destroy_rhi_pool(void *pool)
{
	rhi_pool_destroy(pool);
}

enum { DMA_POOL, RHI_POOL, NR_POOLS };

static const struct bench_ops bench_ops[NR_POOLS] = {
	[DMA_POOL] = {
		"dma_pool", create_dma_pool, alloc_dma_pool, free_dma_pool, destroy_dma_pool
	},
	[RHI_POOL] = {
		"rhi_pool", create_rhi_pool, alloc_rhi_pool, free_rhi_pool, destroy_rhi_pool
	},
};

static const char * const patterns[RHI_BENCH_NR_PATTERNS] = { RHI_BENCH_PATTERNS };

/**
 * struct bench_request - what to measure
 * @size: bytes of a block
 * @count: pairs of alloc and free for each thread in a round
 * @threads: on CPUs of their own
 * @pattern: the order of alloc and free
 */
struct bench_request {
	u32 size, count, threads;
	enum rhi_bench_pattern pattern;
};

/**
 * struct bench_result - of one pool
 * @ns: of each round, from the start of the first thread to the end of the last; sorted
 * @fill_ns: of allocating all blocks for the first time, conversions included
 * @conversions: to shared, from creating the pool to the end of the last round
 * @shared: bytes that these shared
 */
struct bench_result {
	u64 ns[RHI_BENCH_ROUNDS];
	u64 fill_ns, conversions, shared;
};

struct bench_report {
	struct bench_request request;
	const char *hook;
	struct bench_result pools[NR_POOLS];
};

static DEFINE_MUTEX(run_lock);
static DEFINE_MUTEX(report_lock);	/* protects report and reported */
static struct bench_report report;
static bool reported;

struct bench_block {
	void *vaddr;
	dma_addr_t dma;
};

struct bench;

struct bench_thread {
	struct bench *bench;
	struct bench_block *blocks;	/* its part of bench->blocks */
	struct completion done;
	u64 start, end;
	int err;
};

/**
 * struct bench - a run
 * @request: what to measure
 * @dev: whose pools these are
 * @ops: of the pool whose turn it is
 * @pool: that pool
 * @nr_blocks: in use at the same time, of all threads
 * @blocks: these
 * @order: in which a thread frees, for RHI_BENCH_RANDOM
 * @arrived: threads that are ready
 * @stop: the user has lost patience, or a thread failed
 * @threads: the threads
 */
struct bench {
	struct bench_request request;
	struct device *dev;
	const struct bench_ops *ops;
	void *pool;
	unsigned int nr_blocks;
	struct bench_block *blocks;
	u32 *order;
	atomic_t arrived;
	bool stop;
	struct bench_thread threads[];
};

static bool goes_on(struct bench *bench, unsigned int i)
{
	if (i % BREATHER)
		return true;
	cond_resched();
	return !READ_ONCE(bench->stop);
}

static __always_inline int run_pairs(struct bench *bench, const struct bench_ops *ops, gfp_t gfp)
{
	void *pool = bench->pool;

	for (unsigned int i = 0; i < bench->request.count && goes_on(bench, i); i++) {
		dma_addr_t dma;
		void *vaddr = ops->alloc(pool, gfp, &dma);

		if (!vaddr)
			return -ENOMEM;
		ops->free(pool, vaddr, dma);
	}
	return 0;
}

/* What was allocated is freed, however it ends. */
static __always_inline int run_batch(struct bench *bench, const struct bench_ops *ops,
				     struct bench_block *blocks, const u32 *order)
{
	const unsigned int count = bench->request.count;
	void *pool = bench->pool;
	unsigned int nr;

	for (nr = 0; nr < count && goes_on(bench, nr); nr++) {
		blocks[nr].vaddr = ops->alloc(pool, GFP_KERNEL, &blocks[nr].dma);
		if (!blocks[nr].vaddr)
			break;
	}
	if (nr < count)
		order = NULL;
	for (unsigned int i = 0; i < nr; i++) {
		const struct bench_block *block = &blocks[order ? order[i] : i];

		goes_on(bench, i);
		ops->free(pool, block->vaddr, block->dma);
	}
	return nr == count || READ_ONCE(bench->stop) ? 0 : -ENOMEM;
}

static __always_inline int run_pattern(struct bench_thread *thread, const struct bench_ops *ops)
{
	struct bench *bench = thread->bench;

	switch (bench->request.pattern) {
	case RHI_BENCH_BATCH:
		return run_batch(bench, ops, thread->blocks, NULL);
	case RHI_BENCH_RANDOM:
		return run_batch(bench, ops, thread->blocks, bench->order);
	case RHI_BENCH_ZERO:
		return run_pairs(bench, ops, GFP_KERNEL | __GFP_ZERO);
	default:
		return run_pairs(bench, ops, GFP_KERNEL);
	}
}

/* With the table's entry known to the compiler the pools are called as drivers call them. */
static noinline int run_dma_pool(struct bench_thread *thread)
{
	return run_pattern(thread, &bench_ops[DMA_POOL]);
}

static noinline int run_rhi_pool(struct bench_thread *thread)
{
	return run_pattern(thread, &bench_ops[RHI_POOL]);
}

static int thread_fn(void *data)
{
	struct bench_thread *thread = data;
	struct bench *bench = thread->bench;

	/* All begin at the same time. */
	atomic_inc(&bench->arrived);
	while (atomic_read(&bench->arrived) < bench->request.threads && !READ_ONCE(bench->stop)) {
		cpu_relax();
		cond_resched();
	}
	thread->start = ktime_get_ns();
	thread->err = bench->ops == &bench_ops[DMA_POOL] ? run_dma_pool(thread) :
							   run_rhi_pool(thread);
	thread->end = ktime_get_ns();
	if (thread->err)
		WRITE_ONCE(bench->stop, true);
	/* Does not come back into this module, which may go at once. */
	kthread_complete_and_exit(&thread->done, 0);
}

/* One round of the pool whose turn it is: nanoseconds, or an error. */
static s64 run_round(struct bench *bench)
{
	u64 start = U64_MAX, end = 0;
	unsigned int nr = 0;
	int cpu, err = 0;

	atomic_set(&bench->arrived, 0);
	for_each_online_cpu(cpu) {
		struct bench_thread *thread = &bench->threads[nr];
		struct task_struct *task;

		if (nr == bench->request.threads)
			break;
		thread->err = 0;
		init_completion(&thread->done);
		task = kthread_create(thread_fn, thread, "rhi_bench/%d", cpu);
		if (IS_ERR(task)) {
			err = PTR_ERR(task);
			break;
		}
		kthread_bind(task, cpu);
		wake_up_process(task);
		nr++;
	}
	/* A CPU went away, or kthread_create() was killed. */
	if (nr < bench->request.threads) {
		err = err ?: -EAGAIN;
		WRITE_ONCE(bench->stop, true);
	}

	for (unsigned int i = 0; i < nr; i++) {
		struct bench_thread *thread = &bench->threads[i];

		if (wait_for_completion_killable(&thread->done)) {
			WRITE_ONCE(bench->stop, true);
			wait_for_completion(&thread->done);
			err = -EINTR;
		}
		err = err ?: thread->err;
		start = min(start, thread->start);
		end = max(end, thread->end);
	}
	return err ?: (s64)(end - start);
}

static int compare_pages(const void *a, const void *b)
{
	const unsigned long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * dma_pool does not tell how often it converted: once for each run of PAGE_ALIGN(size)
 * bytes in which blocks of its begin, and no smaller block crosses a page.
 */
static int count_pages(const struct bench *bench, struct bench_result *result)
{
	unsigned long *pages = kvmalloc_array(bench->nr_blocks, sizeof(*pages), GFP_KERNEL);
	unsigned int nr = 1;

	if (!pages)
		return -ENOMEM;
	for (unsigned int i = 0; i < bench->nr_blocks; i++)
		pages[i] = (unsigned long)bench->blocks[i].vaddr >> PAGE_SHIFT;
	sort(pages, bench->nr_blocks, sizeof(*pages), compare_pages, NULL);
	for (unsigned int i = 1; i < bench->nr_blocks; i++)
		nr += pages[i] != pages[i - 1];
	kvfree(pages);

	result->conversions = nr;
	result->shared = (u64)nr * PAGE_ALIGN(bench->request.size);
	return 0;
}

/* As many blocks as will ever be in use: after this nobody grows but for its caches. */
static int fill(struct bench *bench, struct bench_result *result)
{
	const struct bench_ops *ops = bench->ops;
	u64 start = ktime_get_ns();
	unsigned int nr;
	int err = 0;

	for (nr = 0; nr < bench->nr_blocks; nr++) {
		struct bench_block *block = &bench->blocks[nr];

		cond_resched();
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		block->vaddr = ops->alloc(bench->pool, GFP_KERNEL, &block->dma);
		if (!block->vaddr) {
			err = -ENOMEM;
			break;
		}
	}
	result->fill_ns = ktime_get_ns() - start;

	if (!err && ops == &bench_ops[DMA_POOL])
		err = count_pages(bench, result);
	while (nr--) {
		cond_resched();
		ops->free(bench->pool, bench->blocks[nr].vaddr, bench->blocks[nr].dma);
	}
	return err;
}

static int compare_ns(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int measure(struct bench *bench, void **pools, struct bench_result *results)
{
	struct granule_stats before, after;
	int err;

	granule_get_stats(&before);
	for (int i = 0; i < NR_POOLS; i++) {
		bench->ops = &bench_ops[i];
		pools[i] = bench->ops->create(bench->dev, bench->request.size);
		bench->pool = pools[i];
		if (!pools[i])
			return -ENOMEM;
		err = fill(bench, &results[i]);
		if (err)
			return err;
	}

	for (int round = 0; round < RHI_BENCH_ROUNDS; round++) {
		for (int i = 0; i < NR_POOLS; i++) {
			s64 ns;

			bench->ops = &bench_ops[i];
			bench->pool = pools[i];
			ns = run_round(bench);
			if (ns < 0)
				return ns;
			results[i].ns[round] = ns;
		}
	}
	for (int i = 0; i < NR_POOLS; i++)
		sort(results[i].ns, RHI_BENCH_ROUNDS, sizeof(u64), compare_ns, NULL);

	granule_get_stats(&after);
	results[RHI_POOL].conversions = after.shares - before.shares;
	results[RHI_POOL].shared = after.bytes - before.bytes;
	return 0;
}

static int measure_and_destroy(struct bench *bench, struct bench_result *results)
{
	void *pools[NR_POOLS] = { };
	int err = measure(bench, pools, results);

	for (int i = 0; i < NR_POOLS; i++)
		if (pools[i])
			bench_ops[i].destroy(pools[i]);
	return err;
}

/* A device as in a Realm: coherent, anywhere in memory, and what it shares is converted. */
static int measure_on_device(struct bench *bench, struct bench_result *results)
{
	struct platform_device *pdev;
	int err;

	pdev = platform_device_register_simple("rhi_bench", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	bench->dev = &pdev->dev;
	dev_make_dma_coherent(bench->dev);
	err = dma_coerce_mask_and_coherent(bench->dev, DMA_BIT_MASK(64));
	if (!err)
		err = measure_and_destroy(bench, results);
	platform_device_unregister(pdev);
	return err;
}

/* The same order each time, so that figures can be compared. */
static void shuffle(u32 *order, unsigned int nr)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, nr);
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int j = prandom_u32_state(&rnd) % (i + 1);

		order[i] = order[j];
		order[j] = i;
	}
}

static int measure_request(const struct bench_request *request, struct bench_result *results)
{
	const bool keeps = request->pattern == RHI_BENCH_BATCH ||
			   request->pattern == RHI_BENCH_RANDOM;
	const u32 per_thread = keeps ? request->count : 1;
	struct bench *bench;
	int err = -ENOMEM;

	bench = kzalloc(struct_size(bench, threads, request->threads), GFP_KERNEL);
	if (!bench)
		return -ENOMEM;
	bench->request = *request;
	bench->nr_blocks = per_thread * request->threads;
	bench->blocks = kvcalloc(bench->nr_blocks, sizeof(*bench->blocks), GFP_KERNEL);
	bench->order = kvcalloc(per_thread, sizeof(*bench->order), GFP_KERNEL);
	if (bench->blocks && bench->order) {
		shuffle(bench->order, per_thread);
		for (u32 i = 0; i < request->threads; i++) {
			bench->threads[i].bench = bench;
			bench->threads[i].blocks = &bench->blocks[i * per_thread];
		}
		err = measure_on_device(bench, results);
	}
	kvfree(bench->order);
	kvfree(bench->blocks);
	kfree(bench);
	return err;
}

static int parse_number(const char *key, const char *value, u32 *number)
{
	if (!kstrtou32(value, 0, number))
		return 0;
	pr_err("%s=%s is not a number of 32 bits\n", key, value);
	return -EINVAL;
}

static int parse_word(char *word, struct bench_request *request)
{
	char *value = word;
	const char *key = strsep(&value, "=");
	int pattern;

	if (!value) {
		pr_err("\"%s\" is not key=value\n", key);
		return -EINVAL;
	}
	if (!strcmp(key, "size"))
		return parse_number(key, value, &request->size);
	if (!strcmp(key, "count"))
		return parse_number(key, value, &request->count);
	if (!strcmp(key, "threads"))
		return parse_number(key, value, &request->threads);
	if (strcmp(key, "pattern")) {
		pr_err("there is no \"%s\": size, count, threads or pattern\n", key);
		return -EINVAL;
	}
	pattern = match_string(patterns, RHI_BENCH_NR_PATTERNS, value);
	if (pattern < 0) {
		pr_err("there is no pattern \"%s\"\n", value);
		return -EINVAL;
	}
	request->pattern = pattern;
	return 0;
}

static int parse(char *text, struct bench_request *request)
{
	char *word;

	while ((word = strsep(&text, " \t\n"))) {
		int err = *word ? parse_word(word, request) : 0;

		if (err)
			return err;
	}
	return 0;
}

static int check(const struct bench_request *request)
{
	const u64 blocks = mul_u32_u32(request->count, request->threads);

	if (request->size < RHI_BENCH_MIN_SIZE || request->size > RHI_BENCH_MAX_SIZE) {
		pr_err("size=%u: %u to %u bytes\n", request->size, RHI_BENCH_MIN_SIZE,
		       RHI_BENCH_MAX_SIZE);
		return -EINVAL;
	}
	if (!request->threads || request->threads > num_online_cpus()) {
		pr_err("threads=%u: 1 to %u, one for each CPU that is online\n", request->threads,
		       num_online_cpus());
		return -EINVAL;
	}
	if (!request->count || blocks > RHI_BENCH_MAX_BLOCKS ||
	    blocks * request->size > RHI_BENCH_MAX_BYTES) {
		pr_err("count=%u: at least 1, and at most %u blocks and %lu bytes for all threads\n",
		       request->count, RHI_BENCH_MAX_BLOCKS, RHI_BENCH_MAX_BYTES);
		return -EINVAL;
	}
	return 0;
}

/**
 * bench_run() - measure both pools, and keep the figures for bench_show()
 * @text: words "key=value" as bench_show() names them; it is changed. What is not said is
 *	size=64 count=1000 threads=1 pattern=pair
 *
 * It takes memory for the blocks of both pools, and gives all of it back. A fatal signal
 * ends it after a few hundred allocations at most.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - done
 * * %-EINVAL - the log says what is wrong
 * * %-EBUSY - another run is under way
 * * %-EOPNOTSUPP - the granule is not known, nothing can be shared
 * * %-EINTR - killed
 * * %-EAGAIN - a CPU went offline
 * * %-ENOMEM - no memory, or none that the host would share
 */
int bench_run(char *text)
{
	struct bench_report new = {
		.request = { .size = 64, .count = 1000, .threads = 1, .pattern = RHI_BENCH_PAIR },
	};
	int err;

	err = parse(text, &new.request) ?: check(&new.request);
	if (err)
		return err;
	if (!hostconf.granule) {
		pr_err("the host's granule is not known: %s\n", hostconf_meaning());
		return -EOPNOTSUPP;
	}

	if (!mutex_trylock(&run_lock))
		return -EBUSY;
	new.hook = hook_state();
	err = measure_request(&new.request, new.pools);
	mutex_unlock(&run_lock);
	if (err)
		return err;

	guard(mutex)(&report_lock);
	report = new;
	reported = true;
	return 0;
}

/**
 * bench_show() - print what bench_run() takes, and the figures of the last run
 * @s: a seq_file
 *
 * Context: Process, may sleep.
 */
void bench_show(struct seq_file *s)
{
	const struct bench_request *request = &report.request;
	u64 pairs;

	seq_puts(s, "# write any of: size=BYTES count=N threads=N pattern=");
	for (int i = 0; i < RHI_BENCH_NR_PATTERNS; i++)
		seq_printf(s, "%s%s", i ? "|" : "", patterns[i]);
	seq_putc(s, '\n');

	guard(mutex)(&report_lock);
	if (!reported)
		return;
	seq_printf(s, "size %u\ncount %u\nthreads %u\npattern %s\n", request->size,
		   request->count, request->threads, patterns[request->pattern]);
	seq_printf(s, "granule %llu\nhook %s\n", hostconf.granule, report.hook);
	seq_printf(s, "zeroed %s\n", want_init_on_alloc(0) ? "always" : "on_request");
	seq_puts(s, "# pool pairs best_ns median_ns fill_ns conversions shared_bytes\n");
	pairs = mul_u32_u32(request->count, request->threads);
	for (int i = 0; i < NR_POOLS; i++) {
		const struct bench_result *result = &report.pools[i];

		seq_printf(s, "%s %llu %llu %llu %llu %llu %llu\n", bench_ops[i].name, pairs,
			   result->ns[0], result->ns[RHI_BENCH_ROUNDS / 2], result->fill_ns,
			   result->conversions, result->shared);
	}
}
