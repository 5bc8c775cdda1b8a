/* SPDX-License-Identifier: GPL-2.0-only */
/* A Realm's protected memory as runs of one state. No kernel is needed: see tests/unit. */
#ifndef _RIPAS_RUNS_H
#define _RIPAS_RUNS_H

#include <linux/types.h>

/* The unit in which a Realm's memory changes state, in bytes (RMM specification DEN0137). */
#define RIPAS_UNIT	0x1000ULL

/* As RSI_IPA_STATE_GET has them in X2 (DEN0137). */
enum ripas_state {
	RIPAS_EMPTY,
	RIPAS_RAM,
	RIPAS_DESTROYED,
	RIPAS_DEV,
	RIPAS_NR_STATES
};

/**
 * struct ripas_runs - what a walk found: each run ends where the next one begins
 * @run: where each begins, with its state in the low bits
 * @nr: runs
 * @max: room in @run
 * @end: where the last one ends; after an error, the address that the RMM was asked for
 * @calls: to the RMM
 * @truncated: there was no room for all: behind @end nobody looked
 */
struct ripas_runs {
	u64 *run;
	size_t nr, max;
	u64 end;
	u64 calls;
	bool truncated;
};

/**
 * struct ripas_range - memory
 * @start: its first byte
 * @end: behind its last one
 */
struct ripas_range {
	u64 start, end;
};

/**
 * struct ripas_finding - a run that breaks the granule, or memory that is lost
 * @where: the run; of a run that goes on outside of RAM, the part that is RAM
 * @state: RIPAS_EMPTY, that is shared with the host, or RIPAS_DESTROYED
 * @private_bytes: private memory in the granules that hold the ends of a shared run
 */
struct ripas_finding {
	struct ripas_range where;
	enum ripas_state state;
	u64 private_bytes;
};

/**
 * struct ripas_sums - bytes of RAM by what became of them, and what is wrong
 * @bytes: by state
 * @misaligned: shared runs that begin or end inside of a granule
 * @destroyed: runs that are lost
 * @granules: that are shared in part
 * @private_bytes: in these granules
 */
struct ripas_sums {
	u64 bytes[RIPAS_NR_STATES];
	u64 misaligned, destroyed;
	u64 granules, private_bytes;
};

/* RSI_IPA_STATE_GET, or a pretence: asks for @start to @end, returns the RSI code. */
typedef unsigned long (*ripas_get_fn)(u64 start, u64 end, u64 *top, u64 *state);

const char *ripas_state_name(enum ripas_state state);
const char *ripas_runs_walk(struct ripas_runs *runs, u64 end, u64 max_short, ripas_get_fn get);
size_t ripas_runs_changed(const struct ripas_runs *a, const struct ripas_runs *b);
struct ripas_range ripas_runs_at(const struct ripas_runs *runs, size_t i);
enum ripas_state ripas_runs_state(const struct ripas_runs *runs, size_t i);
size_t ripas_runs_find_misaligned(const struct ripas_runs *runs, const struct ripas_range *ram,
			size_t nr_ram, u64 granule, struct ripas_finding *findings, size_t max,
			struct ripas_sums *sums);

#endif /* _RIPAS_RUNS_H */
