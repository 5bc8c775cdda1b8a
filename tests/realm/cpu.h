/* SPDX-License-Identifier: GPL-2.0-only */
/* Setting a CPU up: EL2 for the simulator, EL1 for the Realm. */
#ifndef REALM_CPU_H
#define REALM_CPU_H

#include "realm.h"

/**
 * cpu_init() - EL2 of this CPU: translation, and who it is
 * @vcpu:	its struct
 */
void cpu_init(struct vcpu *vcpu);

/**
 * cpu_enter() - start the Realm on this CPU
 * @realm:	Realm
 * @entry:	its first instruction
 * @x0:		its X0
 */
void __noreturn cpu_enter(struct realm *realm, u64 entry, u64 x0);

#endif
