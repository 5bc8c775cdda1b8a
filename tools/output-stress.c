// SPDX-License-Identifier: GPL-2.0-only
/* Prints a stress run. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "output.h"
#include "stress.h"

static const double percentiles[NR_PERCENTILES] = STRESS_PERCENTILES;

/* Operations per second, limited to UINT64_MAX. */
static uint64_t rate(const struct stress *stress)
{
	const double value = stress->ns ? stress->done / (stress->ns / 1e9) : 0;

	if (value >= (double)UINT64_MAX)
		return UINT64_MAX;
	return value;
}

static void print_place(const char *name, const struct stress_place *place)
{
	printf("  %-10s %s, %" PRIu64 " bytes at DMA address 0x%" PRIx64 ", ", name, place->api,
	       place->size, place->dma);
	printf("of worker %" PRIu64 ", operation %" PRIu64 "\n", place->worker, place->operation);
}

static void print_failure(const struct stress *stress)
{
	char command[RHI_STRESS_MAX_TEXT];

	printf("FAILED: %s", stress_failures[stress->failure]);
	if (stress->has_worker)
		printf(", seen by worker %" PRIu64 " in its operation %" PRIu64 "\n",
		       stress->failure_worker, stress->failure_operation);
	else
		printf(", seen when the run ended\n");
	if (*stress->block.api) {
		print_place("block", &stress->block);
		printf("  %-10s 0x%" PRIx64 "\n", "in memory", stress->block_phys);
	}
	printf("  %-10s 0x%016" PRIx64 " at offset %" PRIu64 "\n  %-10s 0x%016" PRIx64 "\n",
	       "expected", stress->expected, stress->failure_offset, "found", stress->found);
	if (stress->has_writer)
		printf("  %-10s worker %" PRIu64 " in operation %" PRIu64
		       " would have written this\n", "writer", stress->writer_worker,
		       stress->writer_operation);
	if (*stress->other.api)
		print_place("overlaps", &stress->other);
	stress_repeat(stress, command, sizeof(command));
	printf("  %-10s %s\n\n", "again", command);
}

/* Prints three digits and a unit, in eight columns after two blanks. */
static void print_ns(uint64_t ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	double value = ns;
	size_t unit = 0;

	while (value >= 999.5 && unit < 3) {
		value /= 1000;
		unit++;
	}
	printf("  %5.*f %-2s", !unit || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value,
	       units[unit]);
}

static void print_latencies(const struct stress *stress)
{
	if (stress->parameters.bare)
		return;
	printf("\n%-8s %9s  %8s  %8s  %8s  %8s  %8s  %8s\n", "latency", "count", "p50", "p90",
	       "p99", "p99.9", "p99.99", "max");
	for (int i = 0; i < RHI_STRESS_NR_LATENCIES; i++) {
		const struct stress_latency *latency = &stress->latencies[i];

		if (!latency->count)
			continue;
		printf("%-8s %9" PRIu64, stress_latencies[i], latency->count);
		for (int p = 0; p < NR_PERCENTILES; p++)
			print_ns(stress_percentile(latency, percentiles[p]));
		print_ns(latency->max_ns);
		putchar('\n');
	}
	printf("percentiles are exact to one part in %d\n", RHI_STRESS_RESOLUTION);
}

/**
 * text_stress - print a stress run as text
 * @stress: the run
 */
void text_stress(const struct stress *stress)
{
	const struct stress_parameters *p = &stress->parameters;

	if (stress->failure != RHI_STRESS_GOOD)
		print_failure(stress);
	else
		printf("%s: %s%" PRIu64 " operations in %.1f s, %" PRIu64 "/s\n",
		       stress_is_complete(stress) ? "good" : "incomplete",
		       strcmp(stress->ended, "stopped") ? "" : "stopped, ", stress->done,
		       stress->ns / 1e9, rate(stress));
	printf("seed 0x%" PRIx64 ", %" PRIu64 " worker%s, source %s, context %s, blocks of %" PRIu64
	       " to %" PRIu64 " bytes,\n", p->seed, p->workers, p->workers == 1 ? "" : "s",
	       p->source, p->context, p->min, p->max);
	printf("granule %" PRIu64 " bytes, hook %s\n\n", stress->granule_bytes, stress->hook);

	printf("%-8s %9s %9s %9s\n", "api", "allocs", "frees", "misses");
	for (int i = 0; i < RHI_STRESS_NR_APIS; i++)
		if (stress->apis[i].allocs || stress->apis[i].misses)
			printf("%-8s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n", stress_apis[i],
			       stress->apis[i].allocs, stress->apis[i].frees,
			       stress->apis[i].misses);
	print_latencies(stress);
	printf("\n%" PRIu64 " operations in process, %" PRIu64 " in softirq, %" PRIu64
	       " in hard irq context; %" PRIu64 " blocks handed over\n", stress->in_process,
	       stress->in_softirq, stress->in_hardirq, stress->handovers);
	if (stress->is_watched)
		printf("conversions of less than a granule by the kernel: %" PRIu64
		       " for this run, %" PRIu64 " for others\n", stress->misaligned_own,
		       stress->misaligned_others);
	if (stress->leaked_bytes)
		printf("leaked: %" PRIu64 " bytes\n", stress->leaked_bytes);
	if (p->hotplug)
		printf("CPUs went offline %" PRIu64 " times%s\n", stress->cpus_off,
		       stress->cpus_off ? "" : ": this kernel would not let them");
	if (p->pressure)
		printf("memory taken: %" PRIu64 " bytes at most\n", stress->pressed_bytes);
}

static struct json_object *place_object(const struct stress_place *place)
{
	struct json_object *object;

	if (!*place->api)
		return NULL;
	object = json_map();
	json_set(object, "api", json_text(place->api));
	json_set(object, "dma_address", json_hex(place->dma));
	json_set(object, "size_bytes", json_count(place->size));
	json_set(object, "worker", json_count(place->worker));
	json_set(object, "operation", json_count(place->operation));
	return object;
}

static struct json_object *writer_object(const struct stress *stress)
{
	struct json_object *object;

	if (!stress->has_writer)
		return NULL;
	object = json_map();
	json_set(object, "worker", json_count(stress->writer_worker));
	json_set(object, "operation", json_count(stress->writer_operation));
	return object;
}

static struct json_object *failure_object(const struct stress *stress)
{
	char command[RHI_STRESS_MAX_TEXT];
	struct json_object *object;

	if (stress->failure == RHI_STRESS_GOOD)
		return NULL;
	stress_repeat(stress, command, sizeof(command));
	object = json_map();
	json_set(object, "kind", json_text(stress_failures[stress->failure]));
	json_set(object, "worker", stress->has_worker ? json_count(stress->failure_worker) : NULL);
	json_set(object, "operation",
		 stress->has_worker ? json_count(stress->failure_operation) : NULL);
	json_set(object, "block", place_object(&stress->block));
	json_set(object, "physical_address",
		 *stress->block.api ? json_hex(stress->block_phys) : NULL);
	json_set(object, "offset_bytes", json_count(stress->failure_offset));
	json_set(object, "expected", json_hex(stress->expected));
	json_set(object, "found", json_hex(stress->found));
	json_set(object, "writer", writer_object(stress));
	json_set(object, "overlaps", place_object(&stress->other));
	json_set(object, "repeat", json_text(command));
	return object;
}

static struct json_object *parameters_object(const struct stress_parameters *p)
{
	struct json_object *object = json_map();

	json_set(object, "seed", json_hex(p->seed));
	json_set(object, "source", json_text(p->source));
	json_set(object, "context", json_text(p->context));
	json_set(object, "seconds", json_count(p->seconds));
	json_set(object, "operations", json_count(p->operations));
	json_set(object, "workers", json_count(p->workers));
	json_set(object, "min_bytes", json_count(p->min));
	json_set(object, "max_bytes", json_count(p->max));
	json_set(object, "blocks_per_worker", json_count(p->blocks));
	json_set(object, "atomic_percent", json_count(p->atomic));
	json_set(object, "handover_percent", json_count(p->handover));
	json_set(object, "mask_bits", json_count(p->mask));
	json_set(object, "every_lines", json_count(p->every));
	json_set(object, "pressure_percent", json_count(p->pressure));
	json_set(object, "hotplug", json_flag(p->hotplug));
	json_set(object, "bare", json_flag(p->bare));
	return object;
}

static struct json_object *latency_object(const struct stress_latency *latency)
{
	struct json_object *object;

	if (!latency->count)
		return NULL;
	object = json_map();
	json_set(object, "count", json_count(latency->count));
	json_set(object, "mean_ns", json_count(latency->sum_ns / latency->count));
	for (int p = 0; p < NR_PERCENTILES; p++) {
		static const char *const keys[NR_PERCENTILES] = {
			"p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "p99_99_ns"
		};

		json_set(object, keys[p], json_count(stress_percentile(latency, percentiles[p])));
	}
	json_set(object, "max_ns", json_count(latency->max_ns));
	return object;
}

static struct json_object *apis_object(const struct stress *stress)
{
	struct json_object *apis = json_map();

	for (int i = 0; i < RHI_STRESS_NR_APIS; i++) {
		struct json_object *object = json_map();

		json_set(object, "allocs", json_count(stress->apis[i].allocs));
		json_set(object, "frees", json_count(stress->apis[i].frees));
		json_set(object, "misses", json_count(stress->apis[i].misses));
		json_set(apis, stress_apis[i], object);
	}
	return apis;
}

/**
 * json_stress - print a stress run as JSON
 * @stress: the run
 */
void json_stress(const struct stress *stress)
{
	struct json_object *report = json_report(), *latencies = json_map();

	for (int i = 0; i < RHI_STRESS_NR_LATENCIES; i++)
		json_set(latencies, stress_latencies[i], latency_object(&stress->latencies[i]));
	json_set(report, "verdict",
		 json_text(stress->failure != RHI_STRESS_GOOD ? "failed" :
			   stress_is_complete(stress) ? "good" : "incomplete"));
	json_set(report, "ended", json_text(stress->ended));
	json_set(report, "failure", failure_object(stress));
	json_set(report, "parameters", parameters_object(&stress->parameters));
	json_set(report, "granule_bytes", json_count(stress->granule_bytes));
	json_set(report, "hook", json_text(stress->hook));
	json_set(report, "duration_ns", json_count(stress->ns));
	json_set(report, "operations", json_count(stress->done));
	json_set(report, "operations_per_second", json_count(rate(stress)));
	json_set(report, "in_process", json_count(stress->in_process));
	json_set(report, "in_softirq", json_count(stress->in_softirq));
	json_set(report, "in_hardirq", json_count(stress->in_hardirq));
	json_set(report, "handovers", json_count(stress->handovers));
	json_set(report, "skipped", json_count(stress->skipped));
	json_set(report, "kept_by_host", json_count(stress->kept_by_host));
	json_set(report, "apis", apis_object(stress));
	json_set(report, "misaligned_conversions_own",
		 stress->is_watched ? json_count(stress->misaligned_own) : NULL);
	json_set(report, "misaligned_conversions_others",
		 stress->is_watched ? json_count(stress->misaligned_others) : NULL);
	json_set(report, "shares", json_count(stress->shares));
	json_set(report, "unshares", json_count(stress->unshares));
	json_set(report, "leaked_bytes", json_count(stress->leaked_bytes));
	json_set(report, "cpus_off", json_count(stress->cpus_off));
	json_set(report, "pressed_bytes", json_count(stress->pressed_bytes));
	json_set(report, "latency_resolution", json_count(RHI_STRESS_RESOLUTION));
	json_set(report, "latencies", latencies);
	json_finish(report);
}
