// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of RIPAS in a Realm's memory: compare random memory maps with a page-by-page check, and
 * reject invalid RMM answers.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <stdlib.h>
#include <string.h>

#include "ripas_runs.h"
#include "tap.h"

#define PAGES		512
#define END		(PAGES * RIPAS_UNIT)

/* RIPAS of each page, and the number of pages that one RMM answer can cover */
static enum ripas_state page[PAGES];
static size_t table_pages;

static unsigned long honest(u64 start, u64 end, u64 *top, u64 *state)
{
	size_t at = start / RIPAS_UNIT, stop = ALIGN(at + 1, table_pages);

	*state = page[at];
	while (++at < min_t(size_t, stop, end / RIPAS_UNIT) && page[at] == *state)
		;
	*top = at * RIPAS_UNIT;
	return 0;
}

static u64 room[2][PAGES];

static struct ripas_runs walked(int which)
{
	struct ripas_runs runs = { .run = room[which], .max = PAGES };

	CHECK(!ripas_runs_walk(&runs, END, PAGES, honest));
	CHECK(!runs.truncated);
	CHECK_EQ(runs.end, END);
	return runs;
}

static void fill(size_t from, size_t to, enum ripas_state state)
{
	while (from < to)
		page[from++] = state;
}

/* Random run lengths, with long runs and single pages */
static void fill_random(int states)
{
	for (size_t at = 0; at < PAGES; ) {
		size_t len = 1 + (rand() % 4 ? rand() % 8 : rand() % 100);

		fill(at, min_t(size_t, at + len, PAGES), rand() % states);
		at += len;
	}
}

static void walk_is_the_memory(void)
{
	for (int i = 0; i < 300; i++) {
		struct ripas_runs runs;

		table_pages = 1 << rand() % 10;
		fill_random(4);
		runs = walked(0);
		for (size_t r = 0, at = 0; r < runs.nr; r++) {
			struct ripas_range run = ripas_runs_at(&runs, r);

			CHECK_EQ(run.start, at * RIPAS_UNIT);
			CHECK(run.end > run.start);
			CHECK(!r || ripas_runs_state(&runs, r - 1) != ripas_runs_state(&runs, r));
			for (; at < run.end / RIPAS_UNIT; at++)
				CHECK_EQ(page[at], ripas_runs_state(&runs, r));
		}
		CHECK_EQ(ripas_runs_at(&runs, runs.nr - 1).end, END);
		CHECK(runs.calls <= runs.nr + PAGES / table_pages);
	}
}

/* One call per run and one per table, whatever the size of memory */
static void calls_are_runs_and_tables(void)
{
	struct ripas_runs runs;

	table_pages = PAGES;
	fill(0, PAGES, RIPAS_RAM);
	runs = walked(0);
	CHECK_EQ(runs.calls, 1);
	for (size_t i = 3; i < 103; i += 2)
		page[i] = RIPAS_EMPTY;
	runs = walked(0);
	CHECK_EQ(runs.nr, 101);
	CHECK_EQ(runs.calls, 101);
	table_pages = 64;
	runs = walked(0);
	CHECK_EQ(runs.nr, 101);
	/* A run ends at one of the seven table boundaries anyway. */
	CHECK_EQ(runs.calls, 101 + PAGES / 64 - 2);
}

struct lie {
	const char *name, *why;
	u64 at;			/* start of the call with the invalid answer */
	u64 top, state;
	unsigned long code;
};

static const struct lie lies[] = {
	{ "backwards", "ends before it begins", 0x4000, 0x3000, RIPAS_RAM, 0 },
	{ "to the beginning", "ends before it begins", 0x4000, 0, RIPAS_RAM, 0 },
	{ "empty", "an empty run", 0x4000, 0x4000, RIPAS_RAM, 0 },
	{ "past the end", "past the requested end", 0x4000, END + RIPAS_UNIT, RIPAS_RAM, 0 },
	{ "far past the end", "past the requested end", 0x4000, -RIPAS_UNIT, RIPAS_RAM, 0 },
	{ "in the middle of a page", "inside a 4K page", 0x4000, 0x5800, RIPAS_RAM, 0 },
	{ "state 4", "an undefined RIPAS", 0x4000, 0x5000, 4, 0 },
	{ "state -1", "an undefined RIPAS", 0x4000, 0x5000, -1, 0 },
	{ "state in 32 bits", "an undefined RIPAS", 0x4000, 0x5000, 1ULL << 32, 0 },
	{ "RSI error", "an RSI error code", 0x4000, 0x5000, RIPAS_RAM, 1 },
	{ "first call", "an empty run", 0, 0, RIPAS_RAM, 0 },
};

static const struct lie *lie;

static unsigned long lying(u64 start, u64 end, u64 *top, u64 *state)
{
	if (start != lie->at)
		return honest(start, end, top, state);
	*top = lie->top;
	*state = lie->state;
	return lie->code;
}

static void walk_rejects(void)
{
	table_pages = 1;
	fill(0, PAGES, RIPAS_RAM);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct ripas_runs runs = { .run = room[0], .max = PAGES };
		const char *error;

		lie = &lies[i];
		tap_begin();
		error = ripas_runs_walk(&runs, END, PAGES, lying);
		CHECK(error && strstr(error, lie->why));
		CHECK_EQ(runs.end, lie->at);
		tap_end("walk rejects: %s", lie->name);
	}
}

/* A full walk with such an RMM would take days. */
static unsigned long page_by_page(u64 start, u64 end, u64 *top, u64 *state)
{
	*top = start + RIPAS_UNIT;
	*state = RIPAS_RAM;
	return 0;
}

static unsigned long always_another(u64 start, u64 end, u64 *top, u64 *state)
{
	*top = start + RIPAS_UNIT;
	*state = start / RIPAS_UNIT % 2;
	return 0;
}

static void walk_ends(void)
{
	struct ripas_runs runs = { .run = room[0], .max = 10 };
	const char *error = ripas_runs_walk(&runs, 1ULL << 47, 100, page_by_page);

	CHECK(error && strstr(error, "too many short answers"));
	CHECK_EQ(runs.calls, 102);

	CHECK(!ripas_runs_walk(&runs, 1ULL << 47, 100, always_another));
	CHECK(runs.truncated);
	CHECK_EQ(runs.nr, 10);
	CHECK_EQ(runs.calls, 11);
	CHECK_EQ(runs.end, 10 * RIPAS_UNIT);
}

static void walk_has_just_enough_room(void)
{
	struct ripas_runs runs = { .run = room[0], .max = 8 };

	CHECK(!ripas_runs_walk(&runs, 8 * RIPAS_UNIT, 0, always_another));
	CHECK(!runs.truncated);
	CHECK_EQ(runs.nr, 8);
}

static void changed_runs(void)
{
	struct ripas_runs a, b;

	table_pages = 32;
	fill(0, PAGES, RIPAS_RAM);
	a = walked(0);
	b = walked(1);
	CHECK_EQ(ripas_runs_changed(&a, &b), 0);
	/* One more run in the middle: two runs have a new start. */
	fill(10, 20, RIPAS_EMPTY);
	b = walked(1);
	CHECK_EQ(ripas_runs_changed(&a, &b), 2);
	CHECK_EQ(ripas_runs_changed(&b, &a), 2);
	a = walked(0);
	CHECK_EQ(ripas_runs_changed(&a, &b), 0);
	/* The same runs, with another RIPAS */
	fill(10, 20, RIPAS_DESTROYED);
	b = walked(1);
	CHECK_EQ(ripas_runs_changed(&a, &b), 2);
	b.end -= RIPAS_UNIT;
	b.nr = a.nr;
	memcpy(b.run, a.run, a.nr * sizeof(*a.run));
	CHECK_EQ(ripas_runs_changed(&a, &b), 1);
}

static const struct ripas_range all[] = { { 0, END } };

static struct ripas_finding found[PAGES];
static struct ripas_sums sums;

static size_t nr_found(u64 granule)
{
	struct ripas_runs runs = walked(0);

	return ripas_runs_find_misaligned(&runs, all, 1, granule, found, PAGES, &sums);
}

static void find_by_hand(void)
{
	table_pages = PAGES;
	fill(0, PAGES, RIPAS_RAM);
	fill(16, 48, RIPAS_EMPTY);
	CHECK_EQ(nr_found(16 * RIPAS_UNIT), 0);
	CHECK_EQ(sums.bytes[RIPAS_EMPTY], 32 * RIPAS_UNIT);
	CHECK_EQ(sums.bytes[RIPAS_RAM], (PAGES - 32) * RIPAS_UNIT);
	CHECK_EQ(sums.granules, 0);

	/* Unshare one page: both parts break the same granule. */
	page[35] = RIPAS_RAM;
	CHECK_EQ(nr_found(16 * RIPAS_UNIT), 2);
	CHECK(found[0].where.start == 16 * RIPAS_UNIT && found[0].where.end == 35 * RIPAS_UNIT);
	CHECK(found[1].where.start == 36 * RIPAS_UNIT && found[1].where.end == 48 * RIPAS_UNIT);
	CHECK_EQ(found[0].private_bytes, RIPAS_UNIT);
	CHECK_EQ(found[1].private_bytes, RIPAS_UNIT);
	CHECK_EQ(sums.misaligned, 2);
	CHECK_EQ(sums.granules, 1);
	CHECK_EQ(sums.private_bytes, RIPAS_UNIT);

	/* A run of whole pages cannot break a granule of one page. */
	CHECK_EQ(nr_found(RIPAS_UNIT), 0);
	CHECK_EQ(nr_found(0), 0);

	page[35] = RIPAS_DESTROYED;
	CHECK_EQ(nr_found(16 * RIPAS_UNIT), 3);
	CHECK(found[1].state == RIPAS_DESTROYED && found[1].private_bytes == 0);
	CHECK_EQ(found[0].private_bytes, 0);
	CHECK_EQ(sums.destroyed, 1);
	CHECK_EQ(sums.bytes[RIPAS_DESTROYED], RIPAS_UNIT);
	CHECK_EQ(nr_found(0), 1);
}

/* Beyond RAM, EMPTY means unmapped. */
static void find_at_the_edge_of_ram(void)
{
	static const struct ripas_range ram[] = {
		{ 32 * RIPAS_UNIT, 40 * RIPAS_UNIT }, { 42 * RIPAS_UNIT, 100 * RIPAS_UNIT },
	};
	struct ripas_runs runs;

	table_pages = PAGES;
	fill(0, PAGES, RIPAS_EMPTY);
	fill(34, 36, RIPAS_RAM);
	fill(50, 90, RIPAS_RAM);
	runs = walked(0);
	CHECK_EQ(ripas_runs_find_misaligned(&runs, ram, 2, 16 * RIPAS_UNIT, found,
					    PAGES, &sums), 4);
	CHECK(found[0].where.start == 32 * RIPAS_UNIT && found[0].where.end == 34 * RIPAS_UNIT);
	CHECK(found[1].where.start == 36 * RIPAS_UNIT && found[1].where.end == 40 * RIPAS_UNIT);
	CHECK(found[2].where.start == 42 * RIPAS_UNIT && found[2].where.end == 50 * RIPAS_UNIT);
	CHECK(found[3].where.start == 90 * RIPAS_UNIT && found[3].where.end == 100 * RIPAS_UNIT);
	CHECK_EQ(found[0].private_bytes, 2 * RIPAS_UNIT);
	CHECK_EQ(found[3].private_bytes, 10 * RIPAS_UNIT);
	CHECK_EQ(sums.bytes[RIPAS_EMPTY], 24 * RIPAS_UNIT);
	CHECK_EQ(sums.granules, 3);
}

/* The walk ended inside the last run: it is unknown whether that run breaks a granule. */
static void find_in_a_cut_walk(void)
{
	struct ripas_runs runs = { .run = room[0], .max = 2 };

	table_pages = PAGES;
	fill(0, PAGES, RIPAS_RAM);
	fill(16, 20, RIPAS_EMPTY);
	CHECK(!ripas_runs_walk(&runs, END, PAGES, honest));
	CHECK(runs.truncated);
	CHECK_EQ(ripas_runs_find_misaligned(&runs, all, 1, 16 * RIPAS_UNIT, found,
					    PAGES, &sums), 0);
	CHECK_EQ(sums.bytes[RIPAS_EMPTY], 4 * RIPAS_UNIT);
}

static void find_without_room(void)
{
	struct ripas_runs runs;

	table_pages = PAGES;
	fill(0, PAGES, RIPAS_RAM);
	for (size_t i = 1; i < 100; i += 3)
		page[i] = RIPAS_EMPTY;
	runs = walked(0);
	memset(found, 0xff, sizeof(found));
	CHECK_EQ(ripas_runs_find_misaligned(&runs, all, 1, 16 * RIPAS_UNIT, found, 5, &sums), 33);
	CHECK_EQ(found[4].where.start, 13 * RIPAS_UNIT);
	CHECK_EQ(found[5].where.start, -1);
	CHECK_EQ(ripas_runs_find_misaligned(&runs, all, 1, 16 * RIPAS_UNIT, NULL, 0, &sums), 33);
}

static bool in(const struct ripas_range *ram, size_t nr, size_t at)
{
	for (size_t i = 0; i < nr; i++)
		if (at * RIPAS_UNIT >= ram[i].start && at * RIPAS_UNIT < ram[i].end)
			return true;
	return false;
}

/* Check each granule: misaligned if it has shared RAM and a page that is not EMPTY. */
static void find_is_a_look_at_each_page(void)
{
	for (int i = 0; i < 500; i++) {
		const size_t granule = 1 << rand() % 7, a = rand() % 200, b = a + 1 + rand() % 100,
			     c = b + rand() % 100, d = c + 1 + rand() % 100;
		const struct ripas_range ram[] = {
			{ a * RIPAS_UNIT, b * RIPAS_UNIT }, { c * RIPAS_UNIT, d * RIPAS_UNIT },
		};
		u64 granules = 0, private = 0, shared = 0, misaligned = 0;
		struct ripas_runs runs;

		table_pages = 1 << rand() % 10;
		fill_random(4);
		runs = walked(0);
		ripas_runs_find_misaligned(&runs, ram, 2, granule * RIPAS_UNIT, found,
					   PAGES, &sums);

		for (size_t g = 0; g < PAGES; g += granule) {
			size_t empty = 0, other = 0, kept = 0;
			bool misaligned = false;

			for (size_t p = g; p < g + granule; p++) {
				bool is_shared = page[p] == RIPAS_EMPTY && in(ram, 2, p);

				empty += is_shared;
				other += page[p] != RIPAS_EMPTY;
				kept += page[p] == RIPAS_RAM || page[p] == RIPAS_DEV;
			}
			/* Unmapped EMPTY pages may be in between: ends of RAM do not count. */
			for (size_t p = g; p < g + granule; p++) {
				if (page[p] != RIPAS_EMPTY || !in(ram, 2, p))
					continue;
				misaligned |= p > g && page[p - 1] != RIPAS_EMPTY;
				misaligned |= p + 1 < g + granule && page[p + 1] != RIPAS_EMPTY;
			}
			CHECK(!misaligned || (empty && other));
			granules += misaligned;
			private += misaligned ? kept : 0;
			shared += empty;
		}
		for (size_t p = 0; p < PAGES; p++) {
			bool first, bad;
			size_t q = p;

			if (page[p] != RIPAS_EMPTY || !in(ram, 2, p))
				continue;
			while (q + 1 < PAGES && page[q + 1] == RIPAS_EMPTY && in(ram, 2, q + 1) &&
			       !(b == c && q + 1 == b))
				q++;
			first = p && page[p - 1] != RIPAS_EMPTY;
			bad = (first && p % granule) ||
			      (q + 1 < PAGES && page[q + 1] != RIPAS_EMPTY && (q + 1) % granule);
			misaligned += bad;
			p = q;
		}
		CHECK_EQ(sums.granules, granules);
		CHECK_EQ(sums.private_bytes, private * RIPAS_UNIT);
		CHECK_EQ(sums.bytes[RIPAS_EMPTY], shared * RIPAS_UNIT);
		CHECK_EQ(sums.misaligned, misaligned);
	}
}

static void state_names(void)
{
	CHECK_STR(ripas_state_name(RIPAS_EMPTY), "EMPTY");
	CHECK_STR(ripas_state_name(RIPAS_RAM), "RAM");
	CHECK_STR(ripas_state_name(RIPAS_DESTROYED), "DESTROYED");
	CHECK_STR(ripas_state_name(RIPAS_DEV), "DEV");
	CHECK_STR(ripas_state_name(RIPAS_NR_STATES), "unknown");
}

int main(void)
{
	srand(1);
	TAP_RUN(state_names);
	TAP_RUN(walk_is_the_memory);
	TAP_RUN(calls_are_runs_and_tables);
	walk_rejects();
	TAP_RUN(walk_ends);
	TAP_RUN(walk_has_just_enough_room);
	TAP_RUN(changed_runs);
	TAP_RUN(find_by_hand);
	TAP_RUN(find_at_the_edge_of_ram);
	TAP_RUN(find_in_a_cut_walk);
	TAP_RUN(find_without_room);
	TAP_RUN(find_is_a_look_at_each_page);
	return tap_done();
}
