// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run the same load on dma_pool and on rhi_pool alternately, for several rounds.
 *
 * The hook spares the device. But while the hook is on, ftrace also intercepts calls to the
 * kernel's pool, which makes them slower; so the report includes the state of the hook.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": bench: " fmt

#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/prandom.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <rhi_granule.h>

#include "../compat.h"
#include "bench.h"
#include "bench_round.h"

/**
 * struct bench_result - results for one pool
 * @ns: duration of each round, from the start of the first thread to the end of the last; sorted
 * @fill_ns: time to allocate all blocks for the first time, including conversions
 * @conversions: conversions to shared, from creating the pool to the end of the last round
 * @shared: bytes shared by them
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

static int compare_pages(const void *a, const void *b)
{
	const unsigned long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * dma_pool does not count its conversions. It converts once per run of PAGE_ALIGN(size) bytes,
 * and no block smaller than a page crosses a page, so count the distinct pages in which blocks
 * begin.
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

/*
 * Allocate as many blocks as will ever be in use: afterwards a pool grows only for its per-CPU
 * caches.
 */
static int bench_fill(struct bench *bench, struct bench_result *result)
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

static int bench_measure(struct bench *bench, void **pools, struct bench_result *results)
{
	struct rhi_granule_stats before, after;
	int err;

	rhi_granule_get_stats(&before);
	for (int i = 0; i < NR_POOLS; i++) {
		bench->ops = &bench_ops[i];
		pools[i] = bench->ops->create(bench->dev, bench->request.size);
		bench->pool = pools[i];
		if (!pools[i])
			return -ENOMEM;
		err = bench_fill(bench, &results[i]);
		if (err)
			return err;
	}

	for (int round = 0; round < RHI_BENCH_ROUNDS; round++) {
		for (int i = 0; i < NR_POOLS; i++) {
			s64 ns;

			bench->ops = &bench_ops[i];
			bench->pool = pools[i];
			ns = bench_round(bench);
			if (ns < 0)
				return ns;
			results[i].ns[round] = ns;
		}
	}
	for (int i = 0; i < NR_POOLS; i++)
		sort(results[i].ns, RHI_BENCH_ROUNDS, sizeof(u64), compare_ns, NULL);

	rhi_granule_get_stats(&after);
	results[RHI_POOL].conversions = after.shares - before.shares;
	results[RHI_POOL].shared = after.bytes - before.bytes;
	return 0;
}

static int measure_and_destroy(struct bench *bench, struct bench_result *results)
{
	void *pools[NR_POOLS] = { };
	int err = bench_measure(bench, pools, results);

	for (int i = 0; i < NR_POOLS; i++)
		if (pools[i])
			bench_ops[i].destroy(pools[i]);
	return err;
}

/*
 * The device is coherent and has no address limit, as in a Realm, and its shared memory is
 * converted.
 */
static int measure_on_device(struct bench *bench, struct bench_result *results)
{
	struct platform_device *pdev;
	int err;

	pdev = platform_device_register_simple("rhi_bench", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	bench->dev = &pdev->dev;
	dev_assign_dma_coherent(bench->dev, true);
	rhi_hook_spare(bench->dev);
	err = dma_coerce_mask_and_coherent(bench->dev, DMA_BIT_MASK(64));
	if (!err)
		err = measure_and_destroy(bench, results);
	rhi_hook_spare(NULL);
	platform_device_unregister(pdev);
	return err;
}

/* Use a fixed seed so that results are comparable. */
static void bench_shuffle(u32 *order, unsigned int nr)
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
		bench_shuffle(bench->order, per_thread);
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

/**
 * bench_run() - measure both pools and keep the results for bench_show()
 * @text: words "key=value" as bench_show() lists them; modified. Defaults: size=64 count=1000
 *	threads=1 pattern=pair
 *
 * Allocates the blocks of both pools and frees them all. A fatal signal ends the run after at
 * most a few hundred allocations.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - done
 * * %-EINVAL - the log says what is wrong
 * * %-EBUSY - another run is in progress
 * * %-EOPNOTSUPP - the granule is unknown, so nothing can be shared
 * * %-EINTR - killed
 * * %-EAGAIN - a CPU went offline
 * * %-ENOMEM - out of memory, or the host did not share it
 */
int bench_run(char *text)
{
	struct bench_report new = {
		.request = { .size = 64, .count = 1000, .threads = 1, .pattern = RHI_BENCH_PAIR },
	};
	int err;

	err = bench_parse(text, &new.request);
	if (err)
		return err;
	if (!rhi_granule_bytes()) {
		pr_err("the host's granule is not known: %s\n", rhi_granule_meaning());
		return -EOPNOTSUPP;
	}

	if (!mutex_trylock(&run_lock))
		return -EBUSY;
	new.hook = rhi_hook_state();
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
 * bench_show() - print the accepted keys, and the results of the latest run
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
		seq_printf(s, "%s%s", i ? "|" : "", bench_patterns[i]);
	seq_putc(s, '\n');

	guard(mutex)(&report_lock);
	if (!reported)
		return;
	seq_printf(s, "size %u\ncount %u\nthreads %u\npattern %s\n", request->size,
		   request->count, request->threads, bench_patterns[request->pattern]);
	seq_printf(s, "granule %llu\nhook %s\n", rhi_granule_bytes(), report.hook);
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
