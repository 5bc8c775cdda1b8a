/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the simulator's logic needs from the machine. arch.c has it for EL2;
 * the unit tests bring their own, so that every other file builds on the host.
 */
#ifndef REALM_ARCH_H
#define REALM_ARCH_H

#include "types.h"

/**
 * arch_pa_to_va() - address by which the simulator reaches physical memory
 * @pa:	physical address of RAM
 *
 * Return: the pointer; EL2 maps memory one to one.
 */
void *arch_pa_to_va(u64 pa);

/**
 * arch_va_to_pa() - the inverse of arch_pa_to_va()
 * @va:	pointer into RAM
 *
 * Return: the physical address.
 */
u64 arch_va_to_pa(const void *va);

/**
 * arch_s2_invalidate() - forget the Realm's cached translations on every CPU
 *
 * To be called between making descriptors invalid and reusing what they
 * mapped. On return no CPU reaches memory by the old translation.
 */
void arch_s2_invalidate(void);

/**
 * arch_s2_sync() - make freshly valid descriptors visible to the table walkers
 */
void arch_s2_sync(void);

/**
 * arch_psci() - ask the machine's own PSCI implementation
 * @fid:	function identifier
 * @a1:		first argument
 * @a2:		second argument
 * @a3:		third argument
 *
 * Return: its X0. CPU_OFF and SYSTEM_OFF do not return.
 */
long arch_psci(u32 fid, u64 a1, u64 a2, u64 a3);

/**
 * arch_vcpu_entry() - physical address at which a CPU_ON'd CPU starts
 *
 * Return: the address. The CPU expects its index in X0.
 */
u64 arch_vcpu_entry(void);

/** arch_wait() - wait for an interrupt to become pending, masked or not */
void arch_wait(void);

/** arch_relax() - hint in a spin loop */
void arch_relax(void);

/**
 * arch_nsec() - time since some fixed moment
 *
 * Return: nanoseconds, by a counter of 62.5 MHz or more.
 */
u64 arch_nsec(void);

#endif
