/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage-2 aborts of the Realm. */
#ifndef REALM_ABORT_H
#define REALM_ABORT_H

#include "realm.h"
#include "regs.h"

/** struct el1 - the Realm's registers that an exception reads and writes */
struct el1 {
	u64 sctlr;
	u64 vbar;
	u64 esr;
	u64 far;
	u64 elr;
	u64 spsr;
};

enum abort_action {
	ABORT_RETRY,		/* the page has been mapped in the meantime */
	ABORT_INJECT,		/* a synchronous external abort for the Realm */
	ABORT_HOST_FAULT,	/* no host can resolve it */
};

/**
 * abort_decide() - decide how to handle a stage-2 abort
 * @realm:	Realm
 * @ipa:	faulting IPA, any value the hardware can report
 * @esr:	syndrome of a data or instruction abort
 *
 * Return: the action.
 */
enum abort_action abort_decide(struct realm *realm, u64 ipa, u64 esr);

/**
 * abort_reason() - explain why a host cannot resolve an access
 * @realm:	Realm
 * @ipa:	faulting IPA, below S2_END
 *
 * Return: text for the summary.
 */
const char *abort_reason(struct realm *realm, u64 ipa);

/**
 * abort_inject() - make the Realm take a synchronous external abort
 * @regs:	PC and PSTATE, changed to the Realm's handler
 * @el1:	EL1 registers, changed as by the exception
 * @esr:	syndrome of the abort taken to EL2
 * @far:	faulting virtual address
 */
void abort_inject(struct regs *regs, struct el1 *el1, u64 esr, u64 far);

#endif
