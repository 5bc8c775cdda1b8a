/* SPDX-License-Identifier: GPL-2.0-only */
/* A Realm's protected memory as runs of equal state. Independent of the kernel: see tests/unit. */
#ifndef _RIPAS_RUNS_H
#define _RIPAS_RUNS_H

#include <linux/types.h>

/* Smallest unit of a RIPAS change, in bytes (RMM specification DEN0137). */
#define RIPAS_UNIT	0x1000ULL

/* Values that RSI_IPA_STATE_GET returns in X2 (DEN0137). */
enum ripas_state {
	RIPAS_EMPTY,
	RIPAS_RAM,
	RIPAS_DESTROYED,
	RIPAS_DEV,
	RIPAS_NR_STATES
};

/**
 * struct ripas_runs - the result of a walk; each run ends where the next one begins
 * @run: start address of each run, with its state in the low bits
 * @nr: number of runs
 * @max: capacity of @run
 * @end: end of the last run; after an error, the address that the RMM was asked about
 * @calls: calls to the RMM
 * @truncated: @run was too small, and memory from @end on was not walked
 */
struct ripas_runs {
	u64 *run;
	size_t nr, max;
	u64 end;
	u64 calls;
	bool truncated;
};

/**
 * struct ripas_range - a range of memory
 * @start: first byte
 * @end: first byte after the range
 */
struct ripas_range {
	u64 start, end;
};

/**
 * struct ripas_finding - a run that breaks the granule, or lost memory
 * @where: the run; if it extends outside RAM, the part inside RAM
 * @state: RIPAS_EMPTY (shared with the host) or RIPAS_DESTROYED
 * @private_bytes: private memory in the granules at the ends of a shared run
 */
struct ripas_finding {
	struct ripas_range where;
	enum ripas_state state;
	u64 private_bytes;
};

/**
 * struct ripas_sums - totals over RAM
 * @bytes: bytes in each state
 * @misaligned: shared runs that begin or end inside a granule
 * @destroyed: DESTROYED runs
 * @granules: partly shared granules
 * @private_bytes: private memory in those granules
 */
struct ripas_sums {
	u64 bytes[RIPAS_NR_STATES];
	u64 misaligned, destroyed;
	u64 granules, private_bytes;
};

/* RSI_IPA_STATE_GET or a test double: asks about @start to @end, returns the RSI code. */
typedef unsigned long (*ripas_get_fn)(u64 start, u64 end, u64 *top, u64 *state);

const char *ripas_state_name(enum ripas_state state);
const char *ripas_runs_walk(struct ripas_runs *runs, u64 end, u64 max_short, ripas_get_fn get);
size_t ripas_runs_changed(const struct ripas_runs *a, const struct ripas_runs *b);
struct ripas_range ripas_runs_at(const struct ripas_runs *runs, size_t i);
enum ripas_state ripas_runs_state(const struct ripas_runs *runs, size_t i);
size_t ripas_runs_find_misaligned(const struct ripas_runs *runs, const struct ripas_range *ram,
				  size_t nr_ram, u64 granule, struct ripas_finding *findings,
				  size_t max, struct ripas_sums *sums);

#endif /* _RIPAS_RUNS_H */
