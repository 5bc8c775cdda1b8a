/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

/* A verdict of the module, and how rhictl treats it. */
struct audit_verdict {
	const char *word;
	bool is_report;		/* the audit has results to print */
	int exit_code;
	const char *next;	/* what the user should do, or NULL */
};

struct audit_range {
	uint64_t start, end;
};

struct audit_owner {
	struct audit_range where;
	char text[128];
};

/* A shared run that begins or ends inside a granule, or a destroyed run. */
struct audit_finding {
	struct audit_range where;
	bool destroyed;
	uint64_t private_bytes;		/* in the granules at both ends */
	struct audit_owner *owners;
	size_t nr_owners;
};

enum audit_state { STATE_EMPTY, STATE_RAM, STATE_DESTROYED, STATE_DEV, NR_STATES };

/* Names as in the module's files and in DEN0137. */
extern const char *const audit_states[NR_STATES];

struct audit_run {
	struct audit_range where;
	enum audit_state state;
};

enum audit_sum {
	SUM_MISALIGNED_RUNS,
	SUM_MISALIGNED_GRANULES,
	SUM_MISALIGNED_PRIVATE_BYTES,
	SUM_DESTROYED_RUNS,
	SUM_DESTROYED_BYTES,
	SUM_SHARED_BYTES,
	SUM_PRIVATE_BYTES,
	SUM_IPA_BITS,
	SUM_RUNS,
	SUM_TRUNCATED,
	SUM_WALKS,
	SUM_CHANGED_RUNS,
	SUM_RSI_CALLS,
	SUM_NS,
	NR_SUMS
};

/* Keys in the module's file. */
extern const char *const audit_sums[NR_SUMS];

struct audit {
	const struct audit_verdict *verdict;
	char meaning[256];
	uint64_t granule_bytes;		/* 0: unknown */
	struct kernel_answer kernel;
	struct audit_finding *findings;	/* most severe first */
	size_t nr_findings;
	uint64_t sums[NR_SUMS];
	struct audit_range *ram;
	size_t nr_ram;
	struct audit_run *runs;
	size_t nr_runs;
};

struct sysroot;

int audit_read(const struct sysroot *root, struct audit *audit);
bool audit_same(const struct audit *a, const struct audit *b);
void audit_free(struct audit *audit);

void audit_print_map(const struct audit *audit);

#endif
