// SPDX-License-Identifier: GPL-2.0-only
#include "cpu.h"
#include "sysreg.h"

#define MAIR_NORMAL		0xffUL		/* attribute 0: write-back */
#define MAIR_DEVICE		(0x04UL << 8)	/* attribute 1: Device-nGnRE */
#define DESC_BLOCK		BIT(0)
#define DESC_DEVICE		(1UL << 2)
#define DESC_INNER		(3UL << 8)
#define DESC_AF			BIT(10)
#define DESC_XN			BIT(54)

#define TCR_EL2_VALUE		(BIT(31) | BIT(23) | (64 - 39) | 1UL << 8 | 1UL << 10 | \
				 3UL << 12 | 2UL << 16)
#define SCTLR_EL2_VALUE		(0x30c50830UL | BIT(0) | BIT(2) | BIT(12))

/*
 * Must match stage2.c: start at level 1 with a granule of 4K, else at level 2 (SL0 is 1 for both),
 * write-back inner-shareable walks, 36-bit output.
 */
#define VTCR_EL2_VALUE		(BIT(31) | 1UL << 16 | 3UL << 12 | 1UL << 10 | 1UL << 8 | \
				 1UL << 6 | (64 - PLAT_IPA_BITS))
#define VTCR_TG0_64K		(1UL << 14)
#define VTCR_TG0_16K		(2UL << 14)
#define VMID			1UL

#define HCR_VM			BIT(0)
#define HCR_TSC			BIT(19)
#define HCR_HCD			BIT(29)	/* HVC is UNDEFINED in a Realm */
#define HCR_RW			BIT(31)
#define HCR_APK			BIT(40)
#define HCR_API			BIT(41)

/* RES1 bits; MMU and caches off, as PSCI requires */
#define SCTLR_EL1_RESET		0x30d00800UL
#define SPSR_EL1H_MASKED	0x3c5UL

/* Identity map of 1 GiB level-1 blocks: devices in the first, RAM in the others. */
static u64 el2_table[512] __aligned(4096);

static void fill_el2_table(void)
{
	el2_table[0] = DESC_BLOCK | DESC_DEVICE | DESC_AF | DESC_XN;
	for (u64 i = 1; i <= (PLAT_RAM + PLAT_RAM_MAX) >> 30; i++)
		el2_table[i] = i << 30 | DESC_BLOCK | DESC_INNER | DESC_AF;
}

void cpu_init(struct vcpu *vcpu)
{
	/* All CPUs write the same values, so the order does not matter. */
	fill_el2_table();
	sysreg_write(tpidr_el2, vcpu);
	sysreg_write(mair_el2, MAIR_NORMAL | MAIR_DEVICE);
	sysreg_write(tcr_el2, TCR_EL2_VALUE);
	sysreg_write(ttbr0_el2, el2_table);
	dsb(ish);
	__asm__ volatile("tlbi alle2" : : : "memory");
	dsb(ish);
	isb();
	sysreg_write(sctlr_el2, SCTLR_EL2_VALUE);
	isb();
}

static void init_traps(void)
{
	sysreg_write(hcr_el2, HCR_VM | HCR_TSC | HCR_HCD | HCR_RW | HCR_APK | HCR_API);
	/* RES1 bits without TZ: no traps for FP and SVE. */
	sysreg_write(cptr_el2, 0x32ffUL);
	if (FIELD(sysreg_read(id_aa64pfr0_el1), 35, 32))
		sysreg_write(s3_4_c1_c2_0, 0xf);	/* ZCR_EL2.LEN: maximum */
	sysreg_write(hstr_el2, 0);
	/* HPMN: give all event counters to EL1. */
	sysreg_write(mdcr_el2, FIELD(sysreg_read(pmcr_el0), 15, 11));
	sysreg_write(cnthctl_el2, 3);
	sysreg_write(cntvoff_el2, 0);
	sysreg_write(s3_4_c12_c9_5, 0xf);		/* ICC_SRE_EL2 */
	sysreg_write(vpidr_el2, sysreg_read(midr_el1));
	sysreg_write(vmpidr_el2, sysreg_read(mpidr_el1));
}

static u64 vtcr(const struct realm *realm)
{
	switch (realm->s2.granule) {
	case 65536:
		return VTCR_EL2_VALUE | VTCR_TG0_64K;
	case 16384:
		return VTCR_EL2_VALUE | VTCR_TG0_16K;
	default:
		return VTCR_EL2_VALUE;
	}
}

void cpu_enter(struct realm *realm, u64 entry, u64 x0)
{
	init_traps();
	sysreg_write(vtcr_el2, vtcr(realm));
	sysreg_write(vttbr_el2, arch_va_to_pa(realm->s2.root) | VMID << 48);
	dsb(ish);
	isb();
	__asm__ volatile("tlbi vmalls12e1" : : : "memory");
	dsb(ish);
	sysreg_write(sctlr_el1, SCTLR_EL1_RESET);
	sysreg_write(elr_el2, entry);
	sysreg_write(spsr_el2, SPSR_EL1H_MASKED);
	isb();

	register u64 r0 __asm__("x0") = x0;

	__asm__ volatile("mov x1, xzr\n\tmov x2, xzr\n\tmov x3, xzr\n\teret"
			 : : "r"(r0) : "memory");
	__builtin_unreachable();
}
