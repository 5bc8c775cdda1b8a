// SPDX-License-Identifier: GPL-2.0-only
/* The structure of RSI_HOST_CALL, and the host's answers in it */
#include <string.h>

#include "rsi.h"
#include "rsi_env.h"
#include "tap.h"

#define IPA		(PLAT_RAM + 0x5300)
#define IMM		0xbeefUL
#define AS_SENT(i)	(0x5e700000UL + (i))

#define VERSION		0xc500004eUL
#define FEATURES	0xc500004fUL
#define ALIGNMENT	0xc5000050UL

static struct host_call *hc;

/* Make a host call. The caller compares the structure with AS_SENT(). */
static long call(struct realm *realm, u64 fid)
{
	u64 x[31] = { 0xc4000199, IPA };

	hc = arch_pa_to_va(IPA);
	hc->imm = IMM;
	for (int i = 1; i < RHI_GPRS; i++)
		hc->gprs[i] = AS_SENT(i);
	hc->gprs[0] = fid;
	CHECK_EQ(env_smc(realm, x), HANDLED);
	return x[0];
}

static u64 answer(struct realm *realm, u64 fid)
{
	CHECK_EQ(call(realm, fid), RSI_SUCCESS);
	CHECK_EQ(hc->imm, IMM);
	for (int i = 1; i <= 3; i++)
		CHECK_EQ(hc->gprs[i], 0);
	for (int i = 4; i < RHI_GPRS; i++)
		CHECK_EQ(hc->gprs[i], AS_SENT(i));
	return hc->gprs[0];
}

static void rhi_hostconf(void)
{
	struct realm *realm = env_realm("granule=0x200000");

	CHECK_EQ(answer(realm, VERSION), 0x10000);
	CHECK_EQ(answer(realm, FEATURES), 1);
	CHECK_EQ(answer(realm, ALIGNMENT), 0x200000);
}

static void rhi_raw_answers(void)
{
	struct realm *realm = env_realm("rhi.version=0x20001\nrhi.features=0\nrhi.alignment=12345");

	CHECK_EQ(answer(realm, VERSION), 0x20001);
	CHECK_EQ(answer(realm, FEATURES), 0);
	CHECK_EQ(answer(realm, ALIGNMENT), 12345);
}

/* As measured on a KVM host without RHI */
static void rhi_off(void)
{
	struct realm *realm = env_realm("rhi=off");

	CHECK_EQ(answer(realm, VERSION), ~0UL);
	CHECK_EQ(answer(realm, FEATURES), ~0UL);
	CHECK_EQ(answer(realm, ALIGNMENT), ~0UL);
	CHECK_EQ(answer(realm, 0x80000000), 0x10001);
}

static void rhi_unknown_call(void)
{
	struct realm *realm = env_realm("");

	CHECK_EQ(answer(realm, 0xc5000051), ~0UL);
	CHECK_EQ(answer(realm, 0), ~0UL);
	CHECK_EQ(realm->unknown_rhi_calls, 2);
}

static void rhi_other_families(void)
{
	struct realm *realm = env_realm("rhi.hostconf=off\nrhi.session.version=0x10000\n"
					"rhi.session.features=0xf\nrhi.fal.version=7\n"
					"rhi.fal.features=3\nrhi.da.version=9\nrhi.da.features=0xff");

	CHECK_EQ(answer(realm, VERSION), ~0UL);
	CHECK_EQ(answer(realm, 0xc5000040), 0x10000);
	CHECK_EQ(answer(realm, 0xc5000041), 0xf);
	CHECK_EQ(answer(realm, 0xc5000046), 7);
	CHECK_EQ(answer(realm, 0xc5000047), 3);
	CHECK_EQ(answer(realm, 0xc500004a), 9);
	CHECK_EQ(answer(realm, 0xc500004b), 0xff);
	realm = env_realm("");
	for (u64 fid = 0xc5000040; fid <= 0xc500004b; fid++)
		CHECK_EQ(answer(realm, fid), ~0UL);
}

/* If the RSI call fails, the structure is unchanged. */
static void rhi_rsi_codes(void)
{
	static const char *const key[] = { "rsi.version", "rsi.features", "rsi.alignment" };
	static const u64 fid[] = { VERSION, FEATURES, ALIGNMENT };

	for (int k = 0; k < 3; k++) {
		for (long code = 1; code <= 4; code++) {
			char config[32];
			struct realm *realm;

			snprintf(config, sizeof(config), "%s=%ld", key[k], code);
			realm = env_realm(config);
			CHECK_EQ(call(realm, fid[k]), code);
			CHECK_EQ(hc->gprs[0], fid[k]);
			for (int i = 1; i < RHI_GPRS; i++)
				CHECK_EQ(hc->gprs[i], AS_SENT(i));
			CHECK_EQ(answer(realm, fid[(k + 1) % 3]) == ~0UL, 0);
		}
	}
}

static void rhi_garbage(void)
{
	struct realm *realm = env_realm("rhi.garbage=1");
	u64 before = 0;

	for (int n = 0; n < 2; n++) {
		CHECK_EQ(call(realm, VERSION), RSI_SUCCESS);
		CHECK_EQ(hc->gprs[0], 0x10000);
		CHECK_EQ(hc->imm, IMM);
		for (int i = 1; i < RHI_GPRS; i++) {
			CHECK(hc->gprs[i] != AS_SENT(i) && hc->gprs[i] != 0);
			CHECK(hc->gprs[i] != before);
			before = hc->gprs[i];
		}
	}
}

static void rhi_counts(void)
{
	struct realm *realm = env_realm("");
	u64 n = 0;

	answer(realm, VERSION);
	answer(realm, ALIGNMENT);
	answer(realm, ALIGNMENT);
	for (int i = 0; i < RHI_CALLS; i++) {
		u64 want = !strcmp(rhi_name(i), "HOSTCONF_VERSION") ? 1 :
			   !strcmp(rhi_name(i), "HOSTCONF_GET_IPA_CHANGE_ALIGNMENT") ? 2 : 0;

		CHECK_EQ(realm->rhi_calls[i], want);
		n += realm->rhi_calls[i];
	}
	CHECK_EQ(n, 3);
}

/* The last 256 bytes of a page are valid; the structure never crosses a page. */
static void host_call_at_the_end_of_a_page(void)
{
	struct realm *realm = env_realm("");
	u64 x[31] = { 0xc4000199, PLAT_RAM + 0xf00 };
	struct host_call *end = arch_pa_to_va(PLAT_RAM + 0xf00);

	end->gprs[0] = ALIGNMENT;
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(end->gprs[0], 4096);
	CHECK_EQ(*(u8 *)arch_pa_to_va(PLAT_RAM + 0x1000), 0xee);
}

/* No page table covers these bits: only the address check rejects them. */
static void host_call_above_the_ipa_space(void)
{
	struct realm *realm = env_realm("");
	u64 x[31] = { 0xc4000199, IPA | 1UL << 47 };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_ERROR_INPUT);
}

int main(void)
{
	TAP_RUN(rhi_hostconf);
	TAP_RUN(rhi_raw_answers);
	TAP_RUN(rhi_off);
	TAP_RUN(rhi_unknown_call);
	TAP_RUN(rhi_other_families);
	TAP_RUN(rhi_rsi_codes);
	TAP_RUN(rhi_garbage);
	TAP_RUN(rhi_counts);
	TAP_RUN(host_call_at_the_end_of_a_page);
	TAP_RUN(host_call_above_the_ipa_space);
	return tap_done();
}
