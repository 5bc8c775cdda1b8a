/* SPDX-License-Identifier: GPL-2.0-only */
/* SMCs of the Realm: one function per FID. */
#ifndef REALM_SMC_H
#define REALM_SMC_H

#include "types.h"

enum result;
struct realm;
struct vcpu;

/* x0..x8: arguments and results of all calls, except x9 and x10 of MEASUREMENT_EXTEND */
#define SMC_RESULTS	9

/**
 * typedef smc_fn - one call
 * @realm:	Realm
 * @vcpu:	caller
 * @arg:	x0..x30 of the caller
 * @res:	new x0..x8 of the caller: initially 0 in x0..x3, unchanged in x4..x8
 *
 * Return: HANDLED: @res goes to the caller, which continues after the SMC.
 * UNHANDLED: treat the FID as unknown. FATAL: the run is over.
 */
typedef enum result smc_fn(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res);

struct smc_call {
	u32 fid;
	const char *name;
	smc_fn *fn;
};

#define SMC_CALLS	25
extern const struct smc_call smc_calls[SMC_CALLS];

#define SMCCC_VERSION		0x80000000

/* In SMCCC's OEM range, where neither RMM nor KVM has calls (README.md). */
#define TEST_HOSTILE		0xc3000001
#define TEST_HOSTILE_READ	1	/* X3: do not set a seed */

/* SMCCC: unknown FID */
#define SMCCC_NOT_SUPPORTED	(~0UL)

/**
 * smc_handle() - handle and count one SMC
 * @realm:	Realm
 * @vcpu:	caller
 * @x:		x0..x30 of the caller, updated with the results
 *
 * Return: HANDLED, or FATAL if the run is over.
 */
enum result smc_handle(struct realm *realm, struct vcpu *vcpu, u64 *x);

#endif
