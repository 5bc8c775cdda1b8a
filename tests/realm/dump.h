/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REALM_DUMP_H
#define REALM_DUMP_H

#include "realm.h"
#include "regs.h"

/**
 * dump() - print the registers of this CPU
 * @vcpu:	this CPU
 * @regs:	registers on entry to EL2
 */
void dump(struct vcpu *vcpu, const struct regs *regs);

#endif
