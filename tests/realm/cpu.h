/* SPDX-License-Identifier: GPL-2.0-only */
/* CPU setup: EL2 for the simulator, EL1 for the Realm. */
#ifndef REALM_CPU_H
#define REALM_CPU_H

#include "realm.h"

/**
 * cpu_init() - set up EL2 on this CPU: translation and this_vcpu()
 * @vcpu:	this CPU
 */
void cpu_init(struct vcpu *vcpu);

/**
 * cpu_enter() - start the Realm on this CPU
 * @realm:	Realm
 * @entry:	first instruction
 * @x0:		initial X0
 */
void __noreturn cpu_enter(struct realm *realm, u64 entry, u64 x0);

#endif
