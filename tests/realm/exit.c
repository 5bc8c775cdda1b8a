// SPDX-License-Identifier: GPL-2.0-only
#include "abort.h"
#include "console.h"
#include "dump.h"
#include "exit.h"
#include "psci.h"
#include "summary.h"
#include "sysreg.h"

struct realm the_realm;

struct vcpu *this_vcpu(void)
{
	return (struct vcpu *)sysreg_read(tpidr_el2);
}

static void print_summary(void)
{
	const char *text = summary_text();

	for (; *text; text++) {
		if (text[0] != ' ' || text[1] != ' ')
			console_printf("%c", *text);
	}
	console_puts("\n");
}

void exit_finish(struct vcpu *vcpu, const struct regs *regs)
{
	struct realm *realm = &the_realm;
	enum end end;

	/* realm_end() sets @end last: wait for it, so that @end_vcpu is valid. */
	while ((end = __atomic_load_n(&realm->end, __ATOMIC_ACQUIRE)) == END_RUNNING)
		arch_relax();
	while (realm->end_vcpu != vcpu->index)
		arch_wait();

	/* Never released: no other CPU may change anything from here on. */
	lock_take(&realm->lock);
	/* The Realm's kernel may have used this UART and disabled it. */
	console_init();
	if (end >= END_HOST_KILLED) {
		console_printf("realm: %s: %s\n", realm_end_name(end), realm->message);
		if (regs)
			dump(vcpu, regs);
	}
	summary_refresh(realm, true);
	print_summary();
	arch_psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		arch_wait();
}

/* With HCR_EL2.TSC the PC still points to the SMC. */
static enum result exit_smc(struct vcpu *vcpu, struct regs *regs)
{
	enum result result = smc_handle(&the_realm, vcpu, regs->x);

	if (result == HANDLED)
		regs->elr += 4;
	return result;
}

static void inject(struct regs *regs)
{
	struct el1 el1 = {
		.sctlr = sysreg_read(sctlr_el1),
		.vbar = sysreg_read(vbar_el1),
	};

	abort_inject(regs, &el1, sysreg_read(esr_el2), sysreg_read(far_el2));
	sysreg_write(esr_el1, el1.esr);
	sysreg_write(far_el1, el1.far);
	sysreg_write(elr_el1, el1.elr);
	sysreg_write(spsr_el1, el1.spsr);
}

static enum result exit_abort(struct vcpu *vcpu, struct regs *regs)
{
	u64 far = sysreg_read(far_el2), esr = sysreg_read(esr_el2);
	u64 ipa = FIELD(sysreg_read(hpfar_el2), 43, 4) << 12 | (far & (PAGE_SIZE - 1));

	switch (abort_decide(&the_realm, ipa, esr)) {
	case ABORT_RETRY:
		return HANDLED;
	case ABORT_INJECT:
		inject(regs);
		return HANDLED;
	default:
		return realm_end(&the_realm, vcpu, END_HOST_FAULT,
				 "IPA 0x%lx: %s (ESR 0x%lx, PC 0x%lx, FAR 0x%lx)", ipa,
				 abort_reason(&the_realm, ipa), esr, regs->elr, far);
	}
}

#define EC_SMC64		0x17
#define EC_INSTRUCTION_LOWER	0x20
#define EC_DATA_LOWER		0x24

static enum result (*const exits[64])(struct vcpu *vcpu, struct regs *regs) = {
	[EC_SMC64] = exit_smc,
	[EC_INSTRUCTION_LOWER] = exit_abort,
	[EC_DATA_LOWER] = exit_abort,
};

void exit_realm(struct regs *regs)
{
	struct vcpu *vcpu = this_vcpu();
	u64 esr = sysreg_read(esr_el2), ec = FIELD(esr, 31, 26);
	enum result result = UNHANDLED;

	if (__atomic_load_n(&the_realm.ending, __ATOMIC_RELAXED))
		exit_finish(vcpu, NULL);
	if (exits[ec])
		result = exits[ec](vcpu, regs);
	if (result == UNHANDLED)
		result = realm_end(&the_realm, vcpu, END_FATAL,
				   "unexpected exception class 0x%lx from the Realm (ESR 0x%lx)",
				   ec, esr);
	if (result == FATAL)
		exit_finish(vcpu, regs);
}

void exit_unexpected(struct regs *regs, u64 vector)
{
	struct vcpu *vcpu = this_vcpu();
	static u32 before;

	/* A second fault while reporting the first one: power off without a report. */
	if (__atomic_exchange_n(&before, 1, __ATOMIC_RELAXED))
		arch_psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	realm_end(&the_realm, vcpu, END_FATAL,
		  "exception at EL2, vector 0x%lx (ESR 0x%lx, PC 0x%lx, FAR 0x%lx)", vector,
		  sysreg_read(esr_el2), regs->elr, sysreg_read(far_el2));
	/* This CPU may hold the lock. */
	lock_drop(&the_realm.lock);
	exit_finish(vcpu, regs);
}
