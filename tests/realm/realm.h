/* SPDX-License-Identifier: GPL-2.0-only */
/* The Realm, its CPUs, and the end of a run. */
#ifndef REALM_REALM_H
#define REALM_REALM_H

#include "config.h"
#include "hostile.h"
#include "lock.h"
#include "platform.h"
#include "rhi.h"
#include "smc.h"
#include "stage2.h"

/** enum result - result of an exit or call handler */
enum result {
	HANDLED,	/* resume the Realm */
	UNHANDLED,	/* unknown: fatal for an exit, SMCCC NOT_SUPPORTED for a call */
	FATAL,		/* the run is over, realm_end() was called */
};

enum end {
	END_RUNNING,
	END_POWER_OFF,
	END_RESET,
	END_HOST_KILLED,	/* ended by the host's policy */
	END_HOST_FAULT,		/* the host cannot resolve an access of the Realm */
	END_FATAL,		/* error of the simulator */
};

enum vcpu_state {
	VCPU_OFF,
	VCPU_ON,
};

struct vcpu {
	u64 index;
	enum vcpu_state state;
	u64 entry;		/* entry point of PSCI_CPU_ON */
	u64 context;		/* its X0 */
};

struct misaligned {
	u64 seq;
	u64 base;
	u64 top;
	enum ripas ripas;
	u64 vcpu;
};

#define MISALIGNED_MAX	1024
#define MEASUREMENTS	5

/** struct direction - conversions in one direction: STATE_SET requests, bytes changed, time */
struct direction {
	u64 requests;
	u64 bytes;
	u64 nsec;
};

struct realm {
	struct config cfg;
	struct vcpu vcpu[PLAT_CPUS];

	struct lock lock;	/* protects tables, measurements and the misaligned list */
	struct stage2 s2;
	u64 measurement[MEASUREMENTS][8];
	struct direction to_shared;
	struct direction to_private;
	u64 shared_since_asked;	/* bytes that became shared after the first RHI call */
	u64 misaligned_requests;
	struct misaligned misaligned[MISALIGNED_MAX];

	/* counters, incremented with count() */
	u64 calls[SMC_CALLS];
	u64 unknown_calls;
	u64 rhi_calls[RHI_CALLS];
	u64 unknown_rhi_calls;
	bool asked;		/* an RHI call was made */
	u64 noise;		/* state of the rhi.garbage generator */
	struct hostile hostile;	/* protected by the lock, except its counters */
	u64 moving;		/* number of calls answered by rsi.state_get=moving */

	u32 ending;		/* realm_end() was called */
	enum end end;
	u64 end_vcpu;		/* the CPU that ended the run */
	char message[256];
};

/**
 * realm_end() - end the run, once
 * @realm:	Realm
 * @vcpu:	CPU whose exit ends the run
 * @end:	kind of end
 * @fmt:	cause, as in sb_printf()
 *
 * The first call wins. On FATAL, the exit path writes the summary and powers
 * off the machine.
 *
 * Return: FATAL, for "return realm_end(...)".
 */
enum result __printf(4, 5)
realm_end(struct realm *realm, struct vcpu *vcpu, enum end end, const char *fmt, ...);

/**
 * realm_end_name() - name of an end in the summary
 * @end:	end
 *
 * Return: the name.
 */
const char *realm_end_name(enum end end);

/**
 * realm_protected() - test for the protected half
 * @ipa:	any 64-bit value
 *
 * Return: true below 2^(ipa_bits-1).
 */
static inline bool realm_protected(u64 ipa)
{
	return ipa < S2_SHARED;
}

/**
 * realm_page() - get a protected page for an RSI call
 * @realm:	Realm; its lock is held
 * @vcpu:	caller
 * @ipa:	protected address
 * @code:	RSI code for the caller, if the Realm continues
 *
 * Return: pointer to the byte at @ipa, or NULL with RSI_ERROR_INPUT in @code if the
 * page is EMPTY; NULL after realm_end() if the page is DESTROYED.
 */
void *realm_page(struct realm *realm, struct vcpu *vcpu, u64 ipa, u64 *code);

#endif
