/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions taken to EL2, and the end of the run. */
#ifndef REALM_EXIT_H
#define REALM_EXIT_H

#include "realm.h"
#include "regs.h"

extern struct realm the_realm;

/**
 * exit_finish() - write the summary and turn the machine off
 * @vcpu:	this CPU. If another one ended the run it only stops here.
 * @regs:	registers to dump if the end is not the Realm's own wish, or NULL
 */
void __noreturn exit_finish(struct vcpu *vcpu, const struct regs *regs);

/**
 * exit_realm() - a synchronous exception from the Realm; entry.S calls it
 * @regs:	the Realm's registers: what they are on return, it goes on with
 */
void exit_realm(struct regs *regs);

/**
 * exit_unexpected() - any other exception; entry.S calls it
 * @regs:	registers of whoever took it
 * @vector:	its offset in the vector table
 */
void __noreturn exit_unexpected(struct regs *regs, u64 vector);

/**
 * this_vcpu() - the CPU this runs on
 *
 * Return: its struct.
 */
struct vcpu *this_vcpu(void);

#endif
