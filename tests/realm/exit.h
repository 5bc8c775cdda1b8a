/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions taken to EL2, and the end of the run. */
#ifndef REALM_EXIT_H
#define REALM_EXIT_H

#include "realm.h"
#include "regs.h"

extern struct realm the_realm;

/**
 * exit_finish() - write the summary and turn the machine off
 * @vcpu:	this CPU; it only stops if another CPU ended the run
 * @regs:	registers to dump after an abnormal end, or NULL
 */
void __noreturn exit_finish(struct vcpu *vcpu, const struct regs *regs);

/**
 * exit_realm() - handle a synchronous exception from the Realm; called by entry.S
 * @regs:	the Realm's registers, restored from here on return
 */
void exit_realm(struct regs *regs);

/**
 * exit_unexpected() - handle any other exception; called by entry.S
 * @regs:	registers at the exception
 * @vector:	offset in the vector table
 */
void __noreturn exit_unexpected(struct regs *regs, u64 vector);

/**
 * this_vcpu() - get the current CPU
 *
 * Return: the CPU.
 */
struct vcpu *this_vcpu(void);

#endif
