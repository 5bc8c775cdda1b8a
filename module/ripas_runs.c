// SPDX-License-Identifier: GPL-2.0-only
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/minmax.h>

#include <uapi/rhi_files.h>

#include "ripas_runs.h"

#define STATE_MASK	(RIPAS_UNIT - 1)

static const char * const state_names[] = {
	[RIPAS_EMPTY]		= RHI_RIPAS_EMPTY,
	[RIPAS_RAM]		= RHI_RIPAS_RAM,
	[RIPAS_DESTROYED]	= RHI_RIPAS_DESTROYED,
	[RIPAS_DEV]		= RHI_RIPAS_DEV,
};

/**
 * ripas_state_name() - name a state, as in DEN0137
 * @state: a state
 *
 * Context: Any.
 * Return: The name. Part of the ABI.
 */
const char *ripas_state_name(enum ripas_state state)
{
	return (size_t)state < ARRAY_SIZE(state_names) ? state_names[state] : "unknown";
}

/**
 * ripas_runs_at() - get the range of a run
 * @runs: from ripas_runs_walk()
 * @i: index, below runs->nr
 *
 * Context: Any.
 * Return: The range.
 */
struct ripas_range ripas_runs_at(const struct ripas_runs *runs, size_t i)
{
	const u64 end = i + 1 < runs->nr ? runs->run[i + 1] : runs->end;

	return (struct ripas_range){ runs->run[i] & ~STATE_MASK, end & ~STATE_MASK };
}

/**
 * ripas_runs_state() - get the state of a run
 * @runs: from ripas_runs_walk()
 * @i: index, below runs->nr
 *
 * Context: Any.
 * Return: The state.
 */
enum ripas_state ripas_runs_state(const struct ripas_runs *runs, size_t i)
{
	return runs->run[i] & STATE_MASK;
}

static const char *answer_error(u64 start, u64 end, u64 top, u64 state)
{
	if (top == start)
		return "an empty run";
	if (top < start)
		return "a run that ends before it begins";
	if (top > end)
		return "a run that extends past the requested end";
	if (!IS_ALIGNED(top, RIPAS_UNIT))
		return "a run that ends inside a 4K page";
	if (state >= RIPAS_NR_STATES)
		return "an undefined RIPAS";
	return NULL;
}

/**
 * ripas_runs_walk() - get the state of all memory below an address
 * @runs: the caller sets run and max; the rest is filled in, even after an error
 * @end: bytes, a multiple of RIPAS_UNIT
 * @max_short: limit on answers that end inside a run: an RMM ends its answer with the
 *	translation table it read, which justifies one short answer per 2 MiB of memory
 * @get: asks the RMM
 *
 * The RMM's answers are untrusted: each one is checked, and the number of calls is at most the
 * capacity of @runs plus @max_short plus one.
 *
 * Context: That of @get.
 * Return: NULL, or a description of what is wrong with the answer for runs->end.
 */
const char *ripas_runs_walk(struct ripas_runs *runs, u64 end, u64 max_short, ripas_get_fn get)
{
	u64 nr_short = 0;

	runs->nr = 0;
	runs->end = 0;
	runs->calls = 0;
	runs->truncated = false;

	while (runs->end < end) {
		u64 top = 0, state = 0;
		const char *error;

		runs->calls++;
		if (get(runs->end, end, &top, &state))
			return "an RSI error code";
		error = answer_error(runs->end, end, top, state);
		if (error)
			return error;

		if (runs->nr && ripas_runs_state(runs, runs->nr - 1) == state) {
			if (++nr_short > max_short)
				return "too many short answers";
		} else {
			runs->truncated = runs->nr == runs->max;
			if (runs->truncated)
				return NULL;
			runs->run[runs->nr++] = runs->end | state;
		}
		runs->end = top;
	}
	return NULL;
}

/**
 * ripas_runs_changed() - count the differences between two walks
 * @a: one walk
 * @b: the other walk
 *
 * Context: Any.
 * Return: Number of runs that begin in only one walk or differ in state; 0 if both are equal.
 */
size_t ripas_runs_changed(const struct ripas_runs *a, const struct ripas_runs *b)
{
	size_t i = 0, j = 0, changed = a->end != b->end;

	while (i < a->nr || j < b->nr) {
		if (i < a->nr && j < b->nr && a->run[i] == b->run[j]) {
			i++;
			j++;
			continue;
		}
		changed++;
		if (j == b->nr || (i < a->nr && a->run[i] < b->run[j]))
			i++;
		else
			j++;
	}
	return changed;
}

/* Returns the index of the run that contains @at, or runs->nr. */
static size_t ripas_runs_find(const struct ripas_runs *runs, u64 at)
{
	size_t low = 0, high = runs->nr;

	if (at >= runs->end)
		return runs->nr;
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if ((runs->run[middle] & ~STATE_MASK) <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Count the private bytes in a range. */
static u64 private_bytes(const struct ripas_runs *runs, u64 start, u64 end)
{
	u64 bytes = 0;

	for (size_t i = ripas_runs_find(runs, start); i < runs->nr; i++) {
		const struct ripas_range run = ripas_runs_at(runs, i);
		const enum ripas_state state = ripas_runs_state(runs, i);

		if (run.start >= end)
			break;
		if (state == RIPAS_RAM || state == RIPAS_DEV)
			bytes += min_t(u64, run.end, end) - max_t(u64, run.start, start);
	}
	return bytes;
}

struct search {
	const struct ripas_runs *runs;
	u64 granule, behind;	/* all granules below this are counted */
	struct ripas_finding *findings;
	size_t nr, max;
	struct ripas_sums *sums;
};

static void count_granule(struct search *search, u64 at)
{
	const u64 start = ALIGN_DOWN(at, search->granule), end = start + search->granule;

	if (start < search->behind)
		return;
	search->behind = end;
	search->sums->granules++;
	search->sums->private_bytes += private_bytes(search->runs, start, end);
}

static void add_finding(struct search *search, const struct ripas_finding *finding)
{
	if (search->nr < search->max)
		search->findings[search->nr] = *finding;
	search->nr++;
}

/* Examine the part of a run that lies in one range of RAM. */
static void search_part(struct search *search, const struct ripas_range *run,
			const struct ripas_range *part, enum ripas_state state)
{
	const u64 mask = search->granule - 1;
	struct ripas_finding finding = { .where = *part, .state = state };
	/* If the walk was truncated, the end of its last run is unknown. */
	const bool ends = part->end == run->end &&
			  !(search->runs->truncated && run->end == search->runs->end);
	bool bad_start, bad_end;

	search->sums->bytes[state] += part->end - part->start;
	if (state == RIPAS_DESTROYED) {
		search->sums->destroyed++;
		add_finding(search, &finding);
	}
	if (state != RIPAS_EMPTY || !search->granule)
		return;

	/* A run that continues outside RAM cannot break a granule at that end. */
	bad_start = part->start == run->start && part->start & mask;
	bad_end = ends && part->end & mask;
	if (!bad_start && !bad_end)
		return;
	search->sums->misaligned++;
	if (bad_start) {
		finding.private_bytes += private_bytes(search->runs, part->start & ~mask,
						       part->start);
		count_granule(search, part->start);
	}
	if (bad_end) {
		finding.private_bytes += private_bytes(search->runs, part->end,
						       ALIGN(part->end, search->granule));
		count_granule(search, part->end - 1);
	}
	add_finding(search, &finding);
}

/**
 * ripas_runs_find_misaligned() - find runs that break the granule, and lost memory
 * @runs: from ripas_runs_walk(), over an address space that ends with a whole granule
 * @ram: the guest's memory, ascending; an EMPTY run outside it is unused or a device
 * @nr_ram: ranges in @ram
 * @granule: bytes, a power of two; 0 if unknown: then no run is misaligned
 * @findings: filled in, ascending
 * @max: capacity of @findings
 * @sums: filled in
 *
 * Context: Any.
 * Return: Number of findings, which may exceed @max.
 */
size_t ripas_runs_find_misaligned(const struct ripas_runs *runs, const struct ripas_range *ram,
				  size_t nr_ram, u64 granule, struct ripas_finding *findings,
				  size_t max, struct ripas_sums *sums)
{
	struct search search = {
		.runs = runs, .granule = granule, .findings = findings, .max = max, .sums = sums,
	};

	*sums = (struct ripas_sums){ 0 };
	for (size_t i = 0, r = 0; i < runs->nr && r < nr_ram; ) {
		const struct ripas_range run = ripas_runs_at(runs, i);
		const struct ripas_range part = {
			max_t(u64, run.start, ram[r].start), min_t(u64, run.end, ram[r].end)
		};

		if (part.start < part.end)
			search_part(&search, &run, &part, ripas_runs_state(runs, i));
		if (run.end <= ram[r].end)
			i++;
		else
			r++;
	}
	return search.nr;
}
