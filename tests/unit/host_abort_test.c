// SPDX-License-Identifier: GPL-2.0-only
/* Handling of stage-2 aborts, and their effect on the Realm */
#include "abort.h"
#include "rsi.h"
#include "rsi_env.h"
#include "tap.h"

#define PAGE(n)		(PLAT_RAM + (n) * PAGE_SIZE)
#define DATA		0x92000007UL	/* translation fault, level 3, read */
#define DATA_WRITE	0x92000047UL
#define FETCH		0x82000007UL
#define FETCH_PERM	0x8200000fUL
#define DATA_PERM	0x9200000fUL

static struct realm *realm;

static void start(void)
{
	realm = env_realm("");
	env_set(realm, PAGE(1), PAGE(2), RIPAS_EMPTY, NULL);
	s2_destroy(&realm->s2, PAGE(2), PAGE(3));
}

static void abort_of_the_protected_half(void)
{
	start();
	CHECK_EQ(abort_decide(realm, PAGE(1), DATA), ABORT_INJECT);
	CHECK_EQ(abort_decide(realm, PAGE(1) + 8, DATA_WRITE), ABORT_INJECT);
	CHECK_EQ(abort_decide(realm, PAGE(1), FETCH), ABORT_INJECT);
	CHECK_EQ(abort_decide(realm, PAGE(2), DATA), ABORT_HOST_FAULT);
	CHECK_EQ(abort_decide(realm, PAGE(2), FETCH), ABORT_HOST_FAULT);
	CHECK_EQ(abort_decide(realm, 0x09000000, DATA), ABORT_INJECT);
	CHECK_EQ(abort_decide(realm, PLAT_RAM + ENV_RAM, DATA), ABORT_INJECT);
}

static void abort_of_the_shared_half(void)
{
	start();
	CHECK_EQ(abort_decide(realm, PAGE(0) | S2_SHARED, DATA), ABORT_HOST_FAULT);
	CHECK_EQ(abort_decide(realm, PAGE(2) | S2_SHARED, DATA), ABORT_HOST_FAULT);
	CHECK_EQ(abort_decide(realm, PAGE(1) | S2_SHARED, FETCH_PERM), ABORT_INJECT);
	CHECK_EQ(abort_decide(realm, PAGE(0) | S2_SHARED, FETCH), ABORT_INJECT);
	CHECK_EQ(abort_decide(realm, PLAT_IMAGE | S2_SHARED, DATA), ABORT_HOST_FAULT);
}

static void abort_outside_the_ipa_space(void)
{
	start();
	CHECK_EQ(abort_decide(realm, S2_END, DATA), ABORT_INJECT);
	CHECK_EQ(abort_decide(realm, 1UL << 47, DATA), ABORT_INJECT);
}

/* Another CPU was converting the page. */
static void abort_already_resolved(void)
{
	start();
	CHECK_EQ(abort_decide(realm, PAGE(0), DATA), ABORT_RETRY);
	CHECK_EQ(abort_decide(realm, PAGE(0), FETCH), ABORT_RETRY);
	CHECK_EQ(abort_decide(realm, PAGE(1) | S2_SHARED, DATA_WRITE), ABORT_RETRY);
	/* Not a translation fault: a retry would loop forever. */
	CHECK_EQ(abort_decide(realm, PAGE(0), DATA_PERM), ABORT_HOST_FAULT);
}

static void abort_reasons(void)
{
	start();
	CHECK_STR(abort_reason(realm, PAGE(2)), "RIPAS is DESTROYED: the host lost this page");
	CHECK_STR(abort_reason(realm, PAGE(0) | S2_SHARED),
		  "shared alias of a page that is not shared");
	CHECK_STR(abort_reason(realm, PAGE(0)), "access not permitted");
}

#define VBAR		0xffff800080010800UL
#define PC		0xffff800080123458UL
#define FAR		0xffff000008001234UL
#define PAN		(1UL << 22)
#define SPAN		(1UL << 23)

static void check_inject(u64 esr, u64 spsr, u64 sctlr, u64 want_esr, u64 vector, u64 want_spsr)
{
	struct regs regs = { .elr = PC, .spsr = spsr };
	struct el1 el1 = { .vbar = VBAR, .sctlr = sctlr };

	abort_inject(&regs, &el1, esr, FAR);
	CHECK_EQ(el1.esr, want_esr);
	CHECK_EQ(el1.far, FAR);
	CHECK_EQ(el1.elr, PC);
	CHECK_EQ(el1.spsr, spsr);
	CHECK_EQ(regs.elr, VBAR + vector);
	CHECK_EQ(regs.spsr, want_spsr);
}

/* From EL1: class "same level"; from EL0: class "lower level", and another vector. */
static void inject_class_and_vector(void)
{
	check_inject(DATA, 0x5, 0, 0x96000210, 0x200, 0x3c5 | PAN);
	check_inject(DATA, 0x4, 0, 0x96000210, 0x000, 0x3c5 | PAN);
	check_inject(DATA, 0x0, 0, 0x92000210, 0x400, 0x3c5 | PAN);
	check_inject(DATA, 0x10, 0, 0x92000210, 0x600, 0x3c5 | PAN);
	check_inject(FETCH, 0x5, 0, 0x86000210, 0x200, 0x3c5 | PAN);
	check_inject(FETCH, 0x0, 0, 0x82000210, 0x400, 0x3c5 | PAN);
}

/* WnR and CM are kept; S1PTW and FnV only concern stage 2. */
static void inject_syndrome(void)
{
	check_inject(DATA_WRITE, 0x5, 0, 0x96000250, 0x200, 0x3c5 | PAN);
	check_inject(DATA | 1 << 7 | 1 << 10, 0x5, 0, 0x96000210, 0x200, 0x3c5 | PAN);
}

static void inject_pstate(void)
{
	/* NZCV and DIT are kept; UAO, SS, IL and BTYPE are cleared. */
	check_inject(DATA, 0xf1b00c05, 0, 0x96000210, 0x200, 0xf14003c5);
	/* SPAN preserves PAN. */
	check_inject(DATA, 0x5, SPAN, 0x96000210, 0x200, 0x3c5);
	check_inject(DATA, 0x5 | PAN, SPAN, 0x96000210, 0x200, 0x3c5 | PAN);
	/* SSBS comes from SCTLR_EL1.DSSBS. */
	check_inject(DATA, 0x5, 1UL << 44 | SPAN, 0x96000210, 0x200, 0x13c5);
	check_inject(DATA, 0x1005, SPAN, 0x96000210, 0x200, 0x3c5);
}

int main(void)
{
	TAP_RUN(abort_of_the_protected_half);
	TAP_RUN(abort_of_the_shared_half);
	TAP_RUN(abort_outside_the_ipa_space);
	TAP_RUN(abort_already_resolved);
	TAP_RUN(abort_reasons);
	TAP_RUN(inject_class_and_vector);
	TAP_RUN(inject_syndrome);
	TAP_RUN(inject_pstate);
	return tap_done();
}
