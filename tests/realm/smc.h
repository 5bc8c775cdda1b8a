/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls from the Realm by SMC: one function per FID. */
#ifndef REALM_SMC_H
#define REALM_SMC_H

#include "types.h"

enum result;
struct realm;
struct vcpu;

/* x0..x8: what a call can take in or give back, beside MEASUREMENT_EXTEND's x9 and x10 */
#define SMC_RESULTS	9

/**
 * typedef smc_fn - one call
 * @realm:	Realm
 * @vcpu:	caller
 * @arg:	x0..x30 of the caller
 * @res:	x0..x8 for it: on entry x0..x3 are 0 and x4..x8 the caller's
 *
 * Return: HANDLED: @res goes to the caller, who continues behind the SMC.
 * UNHANDLED: as if the FID were unknown. FATAL: the run is over.
 */
typedef enum result smc_fn(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res);

struct smc_call {
	u32 fid;
	const char *name;
	smc_fn *fn;
};

#define SMC_CALLS	24
extern const struct smc_call smc_calls[SMC_CALLS];

#define SMCCC_VERSION		0x80000000

/* Of the range for OEM services, where no RMM and no KVM has a call (README.md). */
#define TEST_HOSTILE		0xc3000001
#define TEST_HOSTILE_READ	1	/* X3: change nothing */

/* SMCCC's answer to a FID that nobody knows. */
#define SMCCC_NOT_SUPPORTED	(~0UL)

/**
 * smc_handle() - carry out one SMC and count it
 * @realm:	Realm
 * @vcpu:	caller
 * @x:		its x0..x30, changed as the call says
 *
 * Return: HANDLED, or FATAL if the run is over.
 */
enum result smc_handle(struct realm *realm, struct vcpu *vcpu, u64 *x);

#endif
