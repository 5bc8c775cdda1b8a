// SPDX-License-Identifier: GPL-2.0-only
#include "console.h"
#include "dump.h"
#include "sysreg.h"

#define PRINT(reg)	console_printf("  %s 0x%16lx\n", #reg, sysreg_read(reg))

void dump(struct vcpu *vcpu, const struct regs *regs)
{
	console_printf("vCPU %lu\n", vcpu->index);
	for (int i = 0; i < 31; i++)
		console_printf("  x%d 0x%16lx%s", i, regs->x[i], i % 4 == 3 ? "\n" : "");
	console_puts("\n");
	console_printf("  pc 0x%16lx  pstate 0x%lx\n", regs->elr, regs->spsr);
	PRINT(esr_el2);
	PRINT(far_el2);
	PRINT(hpfar_el2);
	PRINT(hcr_el2);
	PRINT(vtcr_el2);
	PRINT(vttbr_el2);
	PRINT(sctlr_el2);
	PRINT(sctlr_el1);
	PRINT(tcr_el1);
	PRINT(ttbr0_el1);
	PRINT(ttbr1_el1);
	PRINT(vbar_el1);
	PRINT(esr_el1);
	PRINT(far_el1);
	PRINT(elr_el1);
	PRINT(spsr_el1);
	PRINT(sp_el0);
	PRINT(sp_el1);
	PRINT(mpidr_el1);
}
