/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REALM_DUMP_H
#define REALM_DUMP_H

#include "realm.h"
#include "regs.h"

/**
 * dump() - print every register that tells why this CPU is here
 * @vcpu:	this CPU
 * @regs:	its registers when EL2 was entered
 */
void dump(struct vcpu *vcpu, const struct regs *regs);

#endif
