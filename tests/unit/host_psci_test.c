// SPDX-License-Identifier: GPL-2.0-only
#include "psci.h"
#include "rsi_env.h"
#include "tap.h"

#define INVALID_PARAMETERS	(-2L)
#define ALREADY_ON		(-4L)
#define INVALID_ADDRESS		(-9L)

static long psci(struct realm *realm, u32 fid, u64 a1, u64 a2, u64 a3)
{
	u64 x[31] = { fid, a1, a2, a3, 0x44 };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[1] | x[2] | x[3], 0);
	CHECK_EQ(x[4], 0x44);
	return x[0];
}

static void psci_features_table(void)
{
	static const u32 known[] = { 0x84000001, 0xc4000001, 0x84000002, 0x84000003, 0xc4000003,
				     0x84000004, 0xc4000004, 0x84000008, 0x84000009, 0x8400000a,
				     0x80000000 };
	static const u32 unknown[] = { 0x84000000, 0x84000005, 0x8400000e, 0x84000012, 0xc4000002,
				       0xc4000190, 0x80000001 };
	struct realm *realm = env_realm("");

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		CHECK_EQ(psci(realm, 0x8400000a, known[i], 0, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		CHECK_EQ(psci(realm, 0x8400000a, unknown[i], 0, 0), -1);
}

static void psci_cpu_on_once(void)
{
	struct realm *realm = env_realm("cpus=4");

	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 2, 0, 0), 1);
	CHECK_EQ(psci(realm, PSCI_CPU_ON_64, 2, PLAT_RAM + 0x1000, 0x77), 0);
	CHECK_EQ(realm->vcpu[2].entry, PLAT_RAM + 0x1000);
	CHECK_EQ(realm->vcpu[2].context, 0x77);
	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 2, 0, 0), 0);
	CHECK_EQ(psci(realm, PSCI_CPU_ON_64, 2, PLAT_RAM, 0), ALREADY_ON);
	CHECK_EQ(realm->vcpu[2].entry, PLAT_RAM + 0x1000);
}

static void psci_cpu_on_errors(void)
{
	struct realm *realm = env_realm("cpus=4");

	CHECK_EQ(psci(realm, PSCI_CPU_ON_64, 0, PLAT_RAM, 0), ALREADY_ON);
	CHECK_EQ(psci(realm, PSCI_CPU_ON_64, 4, PLAT_RAM, 0), INVALID_PARAMETERS);
	CHECK_EQ(psci(realm, PSCI_CPU_ON_64, 0x100, PLAT_RAM, 0), INVALID_PARAMETERS);
	CHECK_EQ(psci(realm, PSCI_CPU_ON_64, 1, PLAT_RAM | S2_SHARED, 0), INVALID_ADDRESS);
	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 4, 0, 0), INVALID_PARAMETERS);
	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 1, 1, 0), INVALID_PARAMETERS);
	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 0, 0, 0), 0);
}

/* As in an RMM: MPIDR_EL1 has bit 31 set, and Aff0 four more bits than a Realm uses. */
static void psci_bits_that_mean_nothing(void)
{
	struct realm *realm = env_realm("cpus=4");
	const u64 bits = 0x800000f0;

	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 2 | bits, 0, 0), 1);
	CHECK_EQ(psci(realm, PSCI_CPU_ON_64, 2 | bits, PLAT_RAM, 0), 0);
	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 2 | bits, 0, 0), 0);
	CHECK_EQ(psci(realm, PSCI_AFFINITY_INFO_64, 2, 0, 0), 0);
}

static void psci_ends(void)
{
	struct realm *realm = env_realm("");
	u64 x[31] = { 0x84000008 };

	CHECK_EQ(env_smc(realm, x), FATAL);
	CHECK_STR(realm_end_name(realm->end), "power_off");
	/* A second end is ignored. */
	x[0] = 0x84000009;
	CHECK_EQ(env_smc(realm, x), FATAL);
	CHECK_STR(realm_end_name(realm->end), "power_off");
	realm = env_realm("");
	CHECK_EQ(env_smc(realm, x), FATAL);
	CHECK_STR(realm_end_name(realm->end), "reset");
}

/* The SVE hint is not part of the function number. */
static void smc_sve_hint(void)
{
	struct realm *realm = env_realm("");

	CHECK_EQ(psci(realm, 0x84000000 | 1 << 16, 0, 0, 0), 0x10001);
}

/* Only W0 is the function identifier. */
static void smc_upper_bits_of_the_fid(void)
{
	struct realm *realm = env_realm("");
	u64 x[31] = { 0xffffffff84000000 };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], 0x10001);
}

int main(void)
{
	TAP_RUN(psci_features_table);
	TAP_RUN(psci_cpu_on_once);
	TAP_RUN(psci_cpu_on_errors);
	TAP_RUN(psci_bits_that_mean_nothing);
	TAP_RUN(psci_ends);
	TAP_RUN(smc_sve_hint);
	TAP_RUN(smc_upper_bits_of_the_fid);
	return tap_done();
}
