// SPDX-License-Identifier: GPL-2.0-only
/* Prints the results of rhictl bench. */
#include <inttypes.h>
#include <stdio.h>

#include <rhi_bench.h>

#include "bench.h"
#include "json.h"
#include "output.h"

static double per_pair(const struct bench_figures *figures)
{
	return (double)figures->best_ns / figures->pairs;
}

static double time_ratio(const struct bench_run *run)
{
	const struct bench_figures *pools = run->pools;

	if (!pools[DMA_POOL].best_ns)
		return 0;
	return per_pair(&pools[RHI_POOL]) / per_pair(&pools[DMA_POOL]);
}

static double overhead(const struct bench_run *run, enum bench_pool pool)
{
	return (double)run->pools[pool].shared_bytes / run->used_bytes;
}

/**
 * text_bench - print results as text
 * @bench: the results
 */
void text_bench(const struct bench *bench)
{
	printf("pattern %s, %" PRIu64 " thread%s, granule %" PRIu64 " bytes, ",
	       bench->pattern, bench->threads, bench->threads == 1 ? "" : "s",
	       bench->granule_bytes);
	printf("the kernel zeroes %s, hook %s\n",
	       bench->always_zeroed ? "every allocation" : "on request", bench->hook);
	printf("ns: for an allocation and a free, best of %d rounds; "
	       "x: bytes shared for one in use\n\n", RHI_BENCH_ROUNDS);
	printf("%6s %7s  %10s %10s %5s  %17s  %19s\n", "", "", "dma_pool", "rhi_pool", "",
	       "conversions", "shared x");
	printf("%6s %7s  %10s %10s %5s  %8s %8s  %9s %9s\n", "size", "pairs", "ns", "ns", "ratio",
	       "dma_pool", "rhi_pool", "dma_pool", "rhi_pool");
	for (size_t i = 0; i < bench->nr_runs; i++) {
		const struct bench_run *run = &bench->runs[i];
		const struct bench_figures *pools = run->pools;

		printf("%6" PRIu64 " %7" PRIu64 "  %10.1f %10.1f %5.2f  %8" PRIu64 " %8" PRIu64
		       "  %9.2f %9.2f\n", run->size_bytes, pools[DMA_POOL].pairs,
		       per_pair(&pools[DMA_POOL]), per_pair(&pools[RHI_POOL]), time_ratio(run),
		       pools[DMA_POOL].conversions, pools[RHI_POOL].conversions,
		       overhead(run, DMA_POOL), overhead(run, RHI_POOL));
	}
}

static struct json_object *figures_object(const struct bench_run *run, enum bench_pool pool)
{
	const struct bench_figures *figures = &run->pools[pool];
	struct json_object *object = json_map();

	json_set(object, "best_ns", json_count(figures->best_ns));
	json_set(object, "median_ns", json_count(figures->median_ns));
	json_set(object, "best_ns_per_pair", json_ratio(per_pair(figures)));
	json_set(object, "fill_ns", json_count(figures->fill_ns));
	json_set(object, "conversions", json_count(figures->conversions));
	json_set(object, "shared_bytes", json_count(figures->shared_bytes));
	json_set(object, "shared_bytes_per_used_byte", json_ratio(overhead(run, pool)));
	return object;
}

static struct json_object *run_object(const struct bench_run *run)
{
	struct json_object *object = json_map();

	json_set(object, "size_bytes", json_count(run->size_bytes));
	json_set(object, "pairs", json_count(run->pools[DMA_POOL].pairs));
	json_set(object, "used_bytes", json_count(run->used_bytes));
	for (int pool = 0; pool < NR_POOLS; pool++)
		json_set(object, bench_pools[pool], figures_object(run, pool));
	json_set(object, "time_ratio",
		 run->pools[DMA_POOL].best_ns ? json_ratio(time_ratio(run)) : NULL);
	return object;
}

/**
 * json_bench - print results as JSON
 * @bench: the results
 */
void json_bench(const struct bench *bench)
{
	struct json_object *report = json_report();
	struct json_object *runs = json_list();

	for (size_t i = 0; i < bench->nr_runs; i++)
		json_append(runs, run_object(&bench->runs[i]));
	json_set(report, "pattern", json_text(bench->pattern));
	json_set(report, "threads", json_count(bench->threads));
	json_set(report, "rounds", json_count(RHI_BENCH_ROUNDS));
	json_set(report, "granule_bytes", json_count(bench->granule_bytes));
	json_set(report, "always_zeroed", json_flag(bench->always_zeroed));
	json_set(report, "hook", json_text(bench->hook));
	json_set(report, "runs", runs);
	json_finish(report);
}
