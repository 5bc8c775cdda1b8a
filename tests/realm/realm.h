/* SPDX-License-Identifier: GPL-2.0-only */
/* The one Realm, its CPUs, and how it can end. */
#ifndef REALM_REALM_H
#define REALM_REALM_H

#include "config.h"
#include "hostile.h"
#include "lock.h"
#include "platform.h"
#include "rhi.h"
#include "smc.h"
#include "stage2.h"

/** enum result - what an exit's or a call's handler says */
enum result {
	HANDLED,	/* go on with the Realm */
	UNHANDLED,	/* not mine: of an exit fatal, of a call SMCCC NOT_SUPPORTED */
	FATAL,		/* the run is over, realm_end() was told why */
};

enum end {
	END_RUNNING,
	END_POWER_OFF,
	END_RESET,
	END_HOST_KILLED,	/* the host's policy: the VMM gave up */
	END_HOST_FAULT,		/* the host cannot resolve an access of the Realm */
	END_FATAL,		/* the simulator met what it does not know */
};

enum vcpu_state {
	VCPU_OFF,
	VCPU_ON,
};

struct vcpu {
	u64 index;
	enum vcpu_state state;
	u64 entry;		/* where PSCI_CPU_ON sends it */
	u64 context;		/* X0 there */
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

/** struct direction - conversions one way: STATE_SET requests, bytes that changed, time here */
struct direction {
	u64 requests;
	u64 bytes;
	u64 nsec;
};

struct realm {
	struct config cfg;
	struct vcpu vcpu[PLAT_CPUS];

	struct lock lock;	/* guards the tables, measurements and the misaligned list */
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
	bool asked;		/* there was an RHI call */
	u64 noise;		/* state of the rhi.garbage generator */
	struct hostile hostile;	/* but for its counters guarded by the lock */
	u64 moving;		/* pages that rsi.state_get=moving has made up */

	u32 ending;		/* somebody is in realm_end() or beyond */
	enum end end;
	u64 end_vcpu;		/* whose exit ended it */
	char message[256];
};

/**
 * realm_end() - end the run, once
 * @realm:	Realm
 * @vcpu:	CPU in whose exit this was decided
 * @end:	how
 * @fmt:	why, as sb_printf()
 *
 * The first call wins. The exit path sees FATAL, writes the summary and turns
 * the machine off.
 *
 * Return: FATAL, for "return realm_end(...)".
 */
enum result __printf(4, 5)
realm_end(struct realm *realm, struct vcpu *vcpu, enum end end, const char *fmt, ...);

/**
 * realm_end_name() - an end as the summary spells it
 * @end:	end
 *
 * Return: the name.
 */
const char *realm_end_name(enum end end);

/**
 * realm_protected() - whether an address lies in the protected half
 * @ipa:	any 64-bit value
 *
 * Return: true below 2^(ipa_bits-1).
 */
static inline bool realm_protected(u64 ipa)
{
	return ipa < S2_SHARED;
}

/**
 * realm_page() - a protected page that an RSI call may use
 * @realm:	Realm; its lock is held
 * @vcpu:	caller
 * @ipa:	protected address
 * @code:	RSI code for the caller if NULL is returned and the Realm goes on
 *
 * Return: pointer to the byte at @ipa, or NULL: RSI_ERROR_INPUT in @code if the
 * page is EMPTY; otherwise the host cannot provide it and the Realm was ended.
 */
void *realm_page(struct realm *realm, struct vcpu *vcpu, u64 ipa, u64 *code);

#endif
