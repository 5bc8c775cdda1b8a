// SPDX-License-Identifier: GPL-2.0-only
/* Parses the module's report of a run. Reads no files, and prints only errors. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "module.h"
#include "stress.h"
#include "table.h"

const char *const stress_apis[RHI_STRESS_NR_APIS] = { RHI_STRESS_APIS };
const char *const stress_failures[RHI_STRESS_NR_FAILURES] = { RHI_STRESS_FAILURES };
const char *const stress_latencies[RHI_STRESS_NR_LATENCIES] = { RHI_STRESS_LATENCIES };

static int find(const char *const *words, int nr, const char *word)
{
	for (int i = 0; i < nr; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

/* Parses exactly @nr numbers separated by single blanks. */
static bool read_numbers(char *text, uint64_t *const *to, size_t nr)
{
	size_t i = 0;
	char *word;

	while ((word = strsep(&text, " ")))
		if (i == nr || !decode_decimal(word, to[i++]))
			return false;
	return i == nr;
}

static int add_api(struct stress *stress, char *rest)
{
	const char *name = strsep(&rest, " ");
	int api = find(stress_apis, RHI_STRESS_NR_APIS, name);
	uint64_t *to[3];

	if (api < 0)
		return 0;	/* name of a newer module */
	to[0] = &stress->apis[api].allocs;
	to[1] = &stress->apis[api].frees;
	to[2] = &stress->apis[api].misses;
	return rest && read_numbers(rest, to, 3) ? 0 : -EPROTO;
}

static struct stress_latency *find_latency(struct stress *stress, char **rest)
{
	int which = find(stress_latencies, RHI_STRESS_NR_LATENCIES, strsep(rest, " "));

	return which < 0 || !*rest ? NULL : &stress->latencies[which];
}

static int add_latency(struct stress *stress, char *rest)
{
	struct stress_latency *latency = find_latency(stress, &rest);

	return latency && read_numbers(rest, (uint64_t *[]){ &latency->count, &latency->sum_ns,
							     &latency->max_ns }, 3) ?
	       0 : -EPROTO;
}

static int add_bucket(struct stress *stress, char *rest)
{
	struct stress_latency *latency = find_latency(stress, &rest);
	struct stress_bucket new, *buckets;
	uint64_t *const to[] = { &new.low_ns, &new.high_ns, &new.count };

	if (!latency || !read_numbers(rest, to, 3))
		return -EPROTO;
	if (new.low_ns > new.high_ns || !new.count ||
	    (latency->nr_buckets &&
	     new.low_ns <= latency->buckets[latency->nr_buckets - 1].high_ns))
		return -EPROTO;
	buckets = realloc(latency->buckets, (latency->nr_buckets + 1) * sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	buckets[latency->nr_buckets++] = new;
	latency->buckets = buckets;
	return 0;
}

static int add_word(struct stress *stress, const char *key, const char *value)
{
	static const struct {
		const char *key;
		size_t offset, size;
	} words[] = {
		{ "ended", offsetof(struct stress, ended), sizeof(stress->ended) },
		{ "hook", offsetof(struct stress, hook), sizeof(stress->hook) },
		{ "source", offsetof(struct stress, parameters.source),
		  sizeof(stress->parameters.source) },
		{ "context", offsetof(struct stress, parameters.context),
		  sizeof(stress->parameters.context) },
		{ "block_api", offsetof(struct stress, block.api), sizeof(stress->block.api) },
		{ "other_api", offsetof(struct stress, other.api), sizeof(stress->other.api) },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(key, words[i].key))
			return decode_word(value, (char *)stress + words[i].offset,
					   words[i].size) ? 0 : -EPROTO;
	return -ENOENT;
}

static int add_number(struct stress *stress, const char *key, const char *value)
{
	static const struct {
		const char *key;
		size_t offset;
	} numbers[] = {
#define NUMBER(name, member) { name, offsetof(struct stress, member) }
		NUMBER("seed", parameters.seed), NUMBER("seconds", parameters.seconds),
		NUMBER("operations", parameters.operations), NUMBER("workers", parameters.workers),
		NUMBER("min", parameters.min), NUMBER("max", parameters.max),
		NUMBER("blocks", parameters.blocks), NUMBER("atomic", parameters.atomic),
		NUMBER("handover", parameters.handover), NUMBER("mask", parameters.mask),
		NUMBER("pressure", parameters.pressure), NUMBER("hotplug", parameters.hotplug),
		NUMBER("bare", parameters.bare), NUMBER("every", parameters.every),
		NUMBER("granule", granule_bytes), NUMBER("ns", ns), NUMBER("done", done),
		NUMBER("handovers", handovers), NUMBER("skipped", skipped),
		NUMBER("kept_by_host", kept_by_host), NUMBER("in_process", in_process),
		NUMBER("in_softirq", in_softirq), NUMBER("in_hardirq", in_hardirq),
		NUMBER("misaligned_own", misaligned_own),
		NUMBER("misaligned_others", misaligned_others), NUMBER("cpus_off", cpus_off),
		NUMBER("pressed_bytes", pressed_bytes), NUMBER("shares", shares),
		NUMBER("unshares", unshares), NUMBER("leaked_bytes", leaked_bytes),
		NUMBER("failure_worker", failure_worker),
		NUMBER("failure_operation", failure_operation),
		NUMBER("failure_offset", failure_offset), NUMBER("failure_expected", expected),
		NUMBER("failure_found", found), NUMBER("block_phys", block_phys),
		NUMBER("writer_worker", writer_worker),
		NUMBER("writer_operation", writer_operation),
		NUMBER("block_dma", block.dma), NUMBER("block_size", block.size),
		NUMBER("block_worker", block.worker), NUMBER("block_operation", block.operation),
		NUMBER("other_dma", other.dma), NUMBER("other_size", other.size),
		NUMBER("other_worker", other.worker), NUMBER("other_operation", other.operation),
#undef NUMBER
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		uint64_t *to;

		if (strcmp(key, numbers[i].key))
			continue;
		to = (uint64_t *)((char *)stress + numbers[i].offset);
		return decode_decimal(value, to) || decode_hex(value, to) ? 0 : -EPROTO;
	}
	return 0;	/* key of a newer module */
}

static int add_line(void *to, char **fields)
{
	struct stress *stress = to;
	const char *key = fields[0];
	char *value = fields[1];
	int ret;

	if (!strcmp(key, "state")) {
		stress->finished = !strcmp(value, "finished");
		return stress->finished || !strcmp(value, "running") ? 0 : -EPROTO;
	}
	if (!strcmp(key, "failure")) {
		ret = find(stress_failures, RHI_STRESS_NR_FAILURES, value);
		stress->failure = ret < 0 ? RHI_STRESS_GOOD : ret;
		return ret < 0 ? -EPROTO : 0;
	}
	if (!strcmp(key, "error")) {
		/* The module writes a negative errno. */
		return decode_decimal(value + (*value == '-'), &stress->error) ? 0 : -EPROTO;
	}
	if (!strcmp(key, "api"))
		return add_api(stress, value);
	if (!strcmp(key, "latency"))
		return add_latency(stress, value);
	if (!strcmp(key, "bucket"))
		return add_bucket(stress, value);
	stress->has_worker |= !strcmp(key, "failure_worker");
	stress->has_writer |= !strcmp(key, "writer_worker");
	stress->is_watched |= !strcmp(key, "misaligned_own");
	ret = add_word(stress, key, value);
	return ret == -ENOENT ? add_number(stress, key, value) : ret;
}

/* Percentiles come from the buckets, which must therefore contain all cases. */
static bool adds_up(const struct stress_latency *latency)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < latency->nr_buckets; i++)
		if (__builtin_add_overflow(sum, latency->buckets[i].count, &sum))
			return false;
	return sum == latency->count;
}

/**
 * stress_read - parse the module's report
 * @text: content of the file; gets modified
 * @stress: filled in; call stress_free() even after an error
 *
 * Return: 0; -EPROTO if the report is invalid, which is reported on stderr; or -ENOMEM.
 */
int stress_read(char *text, struct stress *stress)
{
	static const struct table table = { DEBUGFS "/stress", "key value", 2, add_line };
	int ret;

	memset(stress, 0, sizeof(*stress));
	ret = table_parse(&table, "", text, stress);
	if (ret)
		return ret;
	for (int i = 0; i < RHI_STRESS_NR_LATENCIES; i++) {
		if (adds_up(&stress->latencies[i]))
			continue;
		warnx("%s: the latency buckets of %s do not add up to its count", table.path,
		      stress_latencies[i]);
		return -EPROTO;
	}
	if (!stress->parameters.workers || !*stress->parameters.source) {
		warnx("%s: no workers or no source", table.path);
		return -EPROTO;
	}
	return 0;
}

/**
 * stress_free - release what stress_read() allocated
 * @stress: from stress_read()
 */
void stress_free(struct stress *stress)
{
	for (int i = 0; i < RHI_STRESS_NR_LATENCIES; i++)
		free(stress->latencies[i].buckets);
	memset(stress->latencies, 0, sizeof(stress->latencies));
}

/**
 * stress_percentile - calculate a percentile of a latency
 * @latency: the latency
 * @percentile: 0 to 100
 *
 * Return: nanoseconds, too high by at most one part in RHI_STRESS_RESOLUTION; 0 if the run
 *	measured nothing.
 */
uint64_t stress_percentile(const struct stress_latency *latency, double percentile)
{
	const double rank = percentile / 100 * latency->count;
	uint64_t seen = 0;

	for (size_t i = 0; i < latency->nr_buckets; i++) {
		seen += latency->buckets[i].count;
		if (seen < rank)
			continue;
		return latency->buckets[i].high_ns < latency->max_ns ?
		       latency->buckets[i].high_ns : latency->max_ns;
	}
	return latency->max_ns;
}

/**
 * stress_allocs - count allocated blocks of all APIs
 * @stress: a run
 *
 * Return: the number.
 */
uint64_t stress_allocs(const struct stress *stress)
{
	uint64_t sum = 0;

	for (int i = 0; i < RHI_STRESS_NR_APIS; i++)
		sum += stress->apis[i].allocs;
	return sum;
}

/**
 * stress_misses - count failed allocations of all APIs
 * @stress: a run
 *
 * Return: the number.
 */
uint64_t stress_misses(const struct stress *stress)
{
	uint64_t sum = 0;

	for (int i = 0; i < RHI_STRESS_NR_APIS; i++)
		sum += stress->apis[i].misses;
	return sum;
}

/**
 * stress_is_complete - check whether the run did what was requested
 * @stress: a run
 *
 * Return: false if an error ended the run, or if all allocations failed.
 */
bool stress_is_complete(const struct stress *stress)
{
	return !stress->error && (stress_allocs(stress) || !stress_misses(stress));
}

/**
 * stress_repeat - format the command that repeats a run
 * @stress: a run
 * @text: gets the command
 * @size: size of @text, in bytes; RHI_STRESS_MAX_TEXT is enough
 */
void stress_repeat(const struct stress *stress, char *text, size_t size)
{
	const struct stress_parameters *p = &stress->parameters;
	size_t used;

	snprintf(text, size, "rhictl stress --seed 0x%" PRIx64 " --seconds %" PRIu64
		 " --operations %" PRIu64 " --workers %" PRIu64 " --source %s --context %s",
		 p->seed, p->seconds, p->operations, p->workers, p->source, p->context);
	used = strlen(text);
	snprintf(text + used, size - used, " --size %" PRIu64 "-%" PRIu64 " --blocks %" PRIu64
		 " --atomic %" PRIu64 " --handover %" PRIu64 " --mask %" PRIu64 " --every %" PRIu64
		 " --pressure %" PRIu64 "%s%s", p->min, p->max, p->blocks, p->atomic, p->handover,
		 p->mask, p->every, p->pressure, p->hotplug ? " --hotplug" : "",
		 p->bare ? " --bare" : "");
}
