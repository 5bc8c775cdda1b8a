// SPDX-License-Identifier: GPL-2.0-only
/* Prints a map of all memory in rows, one character for each cell of equal size. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"

#define COLUMNS		64
#define CELLS		512	/* limit for all RAM: eight rows */

/* By ascending severity: a cell shows the most severe state of its memory. */
enum cell { NOTHING, PRIVATE, SHARED, BROKEN, LOST };

static const char letters[] = {
	[NOTHING] = ' ', [PRIVATE] = '.', [SHARED] = 's', [BROKEN] = '#', [LOST] = 'X',
};

static bool overlap(const struct audit_range *a, const struct audit_range *b)
{
	return a->start < b->end && b->start < a->end;
}

/* A power of two, so that rows are aligned to granules. */
static uint64_t cell_bytes(const struct audit *audit)
{
	uint64_t bytes = 0, cell = 4096;

	for (size_t i = 0; i < audit->nr_ram; i++)
		bytes += audit->ram[i].end - audit->ram[i].start;
	while (bytes / cell > CELLS)
		cell *= 2;
	return cell;
}

struct row {
	struct audit_range where;
	uint64_t cell;
	enum cell cells[COLUMNS];
};

/* Sets the cells that overlap @range to @cell, unless they are more severe. */
static void mark(struct row *row, const struct audit_range *range, enum cell cell)
{
	struct audit_range here = { row->where.start, row->where.start + row->cell };

	if (!overlap(&row->where, range))
		return;
	for (int i = 0; i < COLUMNS; i++, here.start = here.end, here.end += row->cell)
		if (row->cells[i] < cell && overlap(&here, range))
			row->cells[i] = cell;
}

/* Only the two ends of a run can be misaligned. */
static void mark_finding(struct row *row, const struct audit_finding *finding, uint64_t granule)
{
	const struct audit_range *where = &finding->where;
	const struct audit_range first = { where->start, where->start + 1 };
	const struct audit_range last = { where->end - 1, where->end };

	if (finding->destroyed) {
		mark(row, where, LOST);
		return;
	}
	if (where->start % granule)
		mark(row, &first, BROKEN);
	if (where->end % granule)
		mark(row, &last, BROKEN);
}

/* Marks runs only inside RAM: outside RAM, EMPTY memory is unused or belongs to a device. */
static void mark_ram(struct row *row, const struct audit *audit, const struct audit_range *ram)
{
	mark(row, ram, PRIVATE);
	for (size_t i = 0; i < audit->nr_runs; i++) {
		const struct audit_run *run = &audit->runs[i];
		struct audit_range part = run->where;

		if (run->state != STATE_EMPTY || !overlap(&part, ram))
			continue;
		if (part.start < ram->start)
			part.start = ram->start;
		if (part.end > ram->end)
			part.end = ram->end;
		mark(row, &part, SHARED);
	}
}

static void print_row(const struct audit *audit, uint64_t start, uint64_t cell)
{
	struct row row = { .where = { start, start + COLUMNS * cell }, .cell = cell };

	for (size_t i = 0; i < audit->nr_ram; i++)
		if (overlap(&row.where, &audit->ram[i]))
			mark_ram(&row, audit, &audit->ram[i]);
	for (size_t i = 0; audit->granule_bytes && i < audit->nr_findings; i++)
		mark_finding(&row, &audit->findings[i], audit->granule_bytes);
	printf("  0x%010" PRIx64 "  ", start);
	for (int i = 0; i < COLUMNS; i++)
		putchar(letters[row.cells[i]]);
	printf("\n");
}

/**
 * audit_print_map - print the map of memory
 * @audit: the audit
 */
void audit_print_map(const struct audit *audit)
{
	const uint64_t cell = cell_bytes(audit), bytes = COLUMNS * cell;
	uint64_t done = 0;

	printf("\nmemory, %" PRIu64
	       " KiB per character: . private, s shared, # misaligned, X destroyed\n", cell >> 10);
	for (size_t i = 0; i < audit->nr_ram; i++) {
		uint64_t start = audit->ram[i].start / bytes * bytes;

		for (start = start < done ? done : start; start < audit->ram[i].end; start += bytes)
			print_row(audit, start, cell);
		done = start;
	}
}
