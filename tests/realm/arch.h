/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machine access for the simulator's logic. arch.c implements it for EL2; the unit tests have their
 * own version, so that all other files build on the host.
 */
#ifndef REALM_ARCH_H
#define REALM_ARCH_H

#include "types.h"

/**
 * arch_pa_to_va() - pointer to physical memory
 * @pa:	physical address of RAM
 *
 * Return: the pointer; EL2 has an identity mapping.
 */
void *arch_pa_to_va(u64 pa);

/**
 * arch_va_to_pa() - inverse of arch_pa_to_va()
 * @va:	pointer into RAM
 *
 * Return: the physical address.
 */
u64 arch_va_to_pa(const void *va);

/**
 * arch_s2_invalidate() - invalidate the Realm's TLB entries on all CPUs
 *
 * Call this between invalidating descriptors and reusing the pages they mapped.
 * On return no CPU uses the old translation.
 */
void arch_s2_invalidate(void);

/**
 * arch_s2_sync() - make new valid descriptors visible to table walks
 */
void arch_s2_sync(void);

/**
 * arch_psci() - call the machine's own PSCI
 * @fid:	function identifier
 * @a1:		first argument
 * @a2:		second argument
 * @a3:		third argument
 *
 * Return: X0. CPU_OFF and SYSTEM_OFF do not return.
 */
long arch_psci(u32 fid, u64 a1, u64 a2, u64 a3);

/**
 * arch_gicv3_vtr() - read the GIC's virtualization type
 *
 * Return: ICH_VTR_EL2.
 */
u32 arch_gicv3_vtr(void);

/**
 * arch_vcpu_entry() - physical entry point for PSCI_CPU_ON
 *
 * Return: the address. The CPU index goes in X0.
 */
u64 arch_vcpu_entry(void);

/** arch_wait() - wait for an interrupt to become pending, masked or not */
void arch_wait(void);

/** arch_relax() - hint in a spin loop */
void arch_relax(void);

/**
 * arch_nsec() - monotonic time
 *
 * Return: nanoseconds, from a counter of at least 62.5 MHz.
 */
u64 arch_nsec(void);

#endif
