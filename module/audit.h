/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of this kernel's memory breaks the host's granule. */
#ifndef _AUDIT_H
#define _AUDIT_H

#include <linux/types.h>

#include "ripas_runs.h"

enum audit_verdict {
	AUDIT_ALIGNED,		/* each granule is shared as a whole, or not at all */
	AUDIT_MISALIGNED,		/* some are shared in part, or lost */
	AUDIT_INCONCLUSIVE,		/* nothing was found, but not all was seen */
	AUDIT_UNKNOWN,		/* the granule is not known */
	AUDIT_NOT_REALM,
	AUDIT_FAILED,		/* the RMM's answers make no sense */
};

/**
 * struct audit - one look at all of the Realm's memory
 * @verdict: what came of it
 * @error: AUDIT_FAILED: what is wrong with the answer for runs.end
 * @ipa_bits: of an address, in both halves together
 * @runs: of the latest walk
 * @ram: what the guest has as memory, ascending
 * @nr_ram: ranges in @ram
 * @findings: ascending
 * @nr_findings: in @findings
 * @sums: as they are called
 * @walks: how often the memory was walked, until two walks saw the same
 * @changed: runs that differ between the latest two walks: 0, or they never agreed
 * @calls: to the RMM
 * @ns: nanoseconds that it took
 */
struct audit {
	enum audit_verdict verdict;
	const char *error;
	unsigned int ipa_bits;
	struct ripas_runs runs;
	struct ripas_range *ram;
	size_t nr_ram;
	struct ripas_finding *findings;
	size_t nr_findings;
	struct ripas_sums sums;
	unsigned int walks;
	size_t changed;
	u64 calls, ns;
};

const char *audit_verdict_name(enum audit_verdict verdict);
bool audit_get_last(enum audit_verdict *verdict, u64 *age_seconds);
struct audit *audit_take(void);
void audit_release(struct audit *audit);

#endif /* _AUDIT_H */
