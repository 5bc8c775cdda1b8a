// SPDX-License-Identifier: GPL-2.0-only
#include "abort.h"

#define ESR_EC(esr)		FIELD(esr, 31, 26)
#define EC_SHIFT		26
#define EC_INSTRUCTION		0x20UL
#define ESR_FSC			0x3fUL
#define ESR_S1PTW		BIT(7)
#define ESR_EA			BIT(9)
#define ESR_FNV			BIT(10)
#define ESR_EC_MASK		(0x3fUL << EC_SHIFT)
#define FSC_EXTERNAL		0x10UL
#define FSC_TYPE(esr)		((esr) & 0x3cUL)
#define FSC_TRANSLATION		0x04UL
#define FSC_PERMISSION		0x0cUL

#define SPSR_MODE		0xfUL
#define SPSR_AARCH32		BIT(4)
#define SPSR_DAIF		(0xfUL << 6)
#define SPSR_SSBS		BIT(12)
#define SPSR_PAN		BIT(22)
#define SPSR_DIT		BIT(24)
#define SPSR_NZCV		(0xfUL << 28)
#define MODE_EL0T		0x0UL
#define MODE_EL1T		0x4UL
#define MODE_EL1H		0x5UL
#define SCTLR_SPAN		BIT(23)
#define SCTLR_DSSBS		BIT(44)

enum abort_action abort_decide(struct realm *realm, u64 ipa, u64 esr)
{
	bool fetch = ESR_EC(esr) == EC_INSTRUCTION;
	bool maps, empty;

	if (ipa >= S2_END)
		return ABORT_INJECT;
	if (fetch && (!realm_protected(ipa) || FSC_TYPE(esr) == FSC_PERMISSION))
		return ABORT_INJECT;

	lock_take(&realm->lock);
	if (!realm_protected(ipa))
		s2_show(&realm->s2, ipa & ~S2_SHARED);
	maps = s2_maps(&realm->s2, ipa);
	empty = realm_protected(ipa) && s2_ripas(&realm->s2, ipa) == RIPAS_EMPTY;
	lock_drop(&realm->lock);

	if (maps && FSC_TYPE(esr) == FSC_TRANSLATION)
		return ABORT_RETRY;
	return empty ? ABORT_INJECT : ABORT_HOST_FAULT;
}

const char *abort_reason(struct realm *realm, u64 ipa)
{
	enum ripas ripas;

	if (!realm_protected(ipa))
		return "shared alias of a page that is not shared";
	lock_take(&realm->lock);
	ripas = s2_ripas(&realm->s2, ipa);
	lock_drop(&realm->lock);
	return ripas == RIPAS_DESTROYED ? "RIPAS is DESTROYED: the host lost this page" :
					  "access not permitted";
}

static u64 vector(u64 spsr)
{
	switch (spsr & SPSR_MODE) {
	case MODE_EL0T:
		return spsr & SPSR_AARCH32 ? 0x600 : 0x400;
	case MODE_EL1T:
		return 0x000;
	default:
		return 0x200;
	}
}

/* PSTATE bits not set here become 0: without MTE and NMI, TCO and ALLINT do not exist. */
static u64 handler_pstate(u64 spsr, u64 sctlr)
{
	u64 kept = SPSR_NZCV | SPSR_DIT | (sctlr & SCTLR_SPAN ? SPSR_PAN : 0);

	return (spsr & kept) | SPSR_DAIF | MODE_EL1H | (sctlr & SCTLR_SPAN ? 0 : SPSR_PAN) |
	       (sctlr & SCTLR_DSSBS ? SPSR_SSBS : 0);
}

void abort_inject(struct regs *regs, struct el1 *el1, u64 esr, u64 far)
{
	u64 ec = ESR_EC(esr);

	/* The next exception class is the same with "from the current exception level". */
	if ((regs->spsr & SPSR_MODE) != MODE_EL0T)
		ec++;
	el1->esr = (esr & ~(ESR_EC_MASK | ESR_FSC | ESR_S1PTW | ESR_FNV)) | ec << EC_SHIFT |
		   ESR_EA | FSC_EXTERNAL;
	el1->far = far;
	el1->elr = regs->elr;
	el1->spsr = regs->spsr;
	regs->elr = el1->vbar + vector(regs->spsr);
	regs->spsr = handler_pstate(regs->spsr, el1->sctlr);
}
