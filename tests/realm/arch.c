// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "platform.h"
#include "sysreg.h"

extern char cpu_on_entry[];

void *arch_pa_to_va(u64 pa)
{
	return (void *)pa;
}

u64 arch_va_to_pa(const void *va)
{
	return (u64)va;
}

/*
 * Invalidate both stages, as TLBs may hold combined entries. Invalidation by IPA would take one
 * instruction per page and another for stage 1, and under TCG each of them stops all CPUs.
 */
void arch_s2_invalidate(void)
{
	dsb(ishst);
	__asm__ volatile("tlbi vmalls12e1is" : : : "memory");
	dsb(ish);
	isb();
}

void arch_s2_sync(void)
{
	dsb(ishst);
	isb();
}

long arch_psci(u32 fid, u64 a1, u64 a2, u64 a3)
{
	register u64 x0 __asm__("x0") = fid;
	register u64 x1 __asm__("x1") = a1;
	register u64 x2 __asm__("x2") = a2;
	register u64 x3 __asm__("x3") = a3;

	__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 : : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
			     "x14", "x15", "x16", "x17", "memory");
	/* PSCI returns 32 bits. */
	return (int)x0;
}

u32 arch_gicv3_vtr(void)
{
	return sysreg_read(s3_4_c12_c11_1);
}

u64 arch_vcpu_entry(void)
{
	return (u64)cpu_on_entry;
}

void arch_wait(void)
{
	__asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

void arch_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

u64 arch_nsec(void)
{
	/* 62.5 MHz under QEMU */
	return sysreg_read(cntpct_el0) * (1000000000 / sysreg_read(cntfrq_el0));
}
