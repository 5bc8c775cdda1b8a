/* SPDX-License-Identifier: GPL-2.0-only */
/* A stress run, and the module's report of it. */
#ifndef STRESS_H
#define STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rhi_stress.h>

/* Names in the module's report, and JSON keys. */
extern const char *const stress_apis[RHI_STRESS_NR_APIS];
extern const char *const stress_failures[RHI_STRESS_NR_FAILURES];
extern const char *const stress_latencies[RHI_STRESS_NR_LATENCIES];

struct stress_bucket {
	uint64_t low_ns, high_ns, count;
};

struct stress_latency {
	uint64_t count, sum_ns, max_ns;
	struct stress_bucket *buckets;	/* in ascending order */
	size_t nr_buckets;
};

/* The request, as the module's report repeats it. */
struct stress_parameters {
	uint64_t seed, seconds, operations, workers, min, max, blocks, atomic, handover, mask;
	uint64_t every, pressure, hotplug, bare;
	char source[16], context[16];
};

struct stress_place {
	char api[16];
	uint64_t dma, size, worker, operation;
};

struct stress {
	bool finished;
	char ended[16];			/* bound, stopped, failure or error */
	uint64_t error;			/* an errno, or 0 */
	struct stress_parameters parameters;
	uint64_t granule_bytes;
	char hook[16];
	uint64_t ns, done, handovers, skipped, kept_by_host;
	uint64_t in_process, in_softirq, in_hardirq;
	struct {
		uint64_t allocs, frees, misses;
	} apis[RHI_STRESS_NR_APIS];
	bool is_watched;		/* the module counted misaligned_* */
	uint64_t misaligned_own, misaligned_others;
	uint64_t cpus_off, pressed_bytes;
	uint64_t shares, unshares, leaked_bytes;
	enum rhi_stress_failure failure;
	bool has_worker;		/* false: found after all workers ended */
	uint64_t failure_worker, failure_operation;
	uint64_t failure_offset, expected, found;
	struct stress_place block, other;	/* api is "" if the report has no such block */
	uint64_t block_phys;
	bool has_writer;
	uint64_t writer_worker, writer_operation;
	struct stress_latency latencies[RHI_STRESS_NR_LATENCIES];
};

int stress_read(char *text, struct stress *stress);
void stress_free(struct stress *stress);
uint64_t stress_percentile(const struct stress_latency *latency, double percentile);
uint64_t stress_allocs(const struct stress *stress);
uint64_t stress_misses(const struct stress *stress);
bool stress_is_complete(const struct stress *stress);
void stress_repeat(const struct stress *stress, char *text, size_t size);

#define STRESS_PERCENTILES	{ 50, 90, 99, 99.9, 99.99 }
#define NR_PERCENTILES		5

struct stress_options {
	char request[RHI_STRESS_MAX_TEXT];
	uint64_t seconds, operations;	/* 0: no limit */
	bool is_quiet;			/* print no progress */
};

int stress_run(const struct stress_options *options, struct stress *stress);

#endif
