/* SPDX-License-Identifier: GPL-2.0-only */
/* Find memory of this guest that breaks the host's granule. */
#ifndef _AUDIT_H
#define _AUDIT_H

#include <linux/types.h>

#include "ripas_runs.h"

enum audit_verdict {
	AUDIT_ALIGNED,		/* each granule is entirely shared or entirely private */
	AUDIT_MISALIGNED,	/* partly shared granules, and perhaps DESTROYED memory */
	AUDIT_DESTROYED,	/* DESTROYED memory, and no partly shared granule */
	AUDIT_INCONCLUSIVE,		/* nothing found in an incomplete or changing map */
	AUDIT_UNKNOWN,		/* the granule is unknown */
	AUDIT_NOT_REALM,
	AUDIT_FAILED,		/* the RMM returned an error or an invalid answer */
};

/**
 * struct audit - the result of one audit of the Realm's memory
 * @verdict: the result
 * @error: for AUDIT_FAILED: what is wrong with the RMM's answer for runs.end
 * @ipa_bits: IPA width in bits, protected and unprotected half together
 * @runs: the latest walk
 * @ram: memory of the guest, ascending
 * @nr_ram: ranges in @ram
 * @findings: ascending
 * @nr_findings: entries in @findings
 * @sums: totals
 * @walks: walks done, until two in succession agreed
 * @changed: runs that differ between the last two walks; nonzero if they never agreed
 * @calls: calls to the RMM
 * @ns: duration in nanoseconds
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
