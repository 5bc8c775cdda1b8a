// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "psci.h"
#include "realm.h"
#include "rsi.h"

/* SMCCC hint that SVE state need not be preserved: not part of the function number. */
#define SVE_HINT	BIT(16)

static enum result smccc_version(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	res[0] = 0x10002;
	return HANDLED;
}

/* No workarounds and extensions, as in TF-RMM */
static enum result smccc_arch_features(struct realm *realm, struct vcpu *vcpu, const u64 *arg,
				       u64 *res)
{
	res[0] = SMCCC_NOT_SUPPORTED;
	return HANDLED;
}

/* Test interface: set another seed. */
static enum result test_hostile(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	struct hostile *h = &realm->hostile;

	if (!realm->cfg.host_hostile)
		return UNHANDLED;
	lock_take(&realm->lock);
	res[0] = RSI_SUCCESS;
	res[1] = counted(&h->answers);
	res[2] = counted(&h->digest);
	if (arg[3] != TEST_HOSTILE_READ)
		hostile_reset(h, arg[1], arg[2]);
	lock_drop(&realm->lock);
	return HANDLED;
}

const struct smc_call smc_calls[SMC_CALLS] = {
	{ SMCCC_VERSION, "SMCCC_VERSION", smccc_version },
	{ 0x80000001, "SMCCC_ARCH_FEATURES", smccc_arch_features },

	{ PSCI_VERSION, "PSCI_VERSION", psci_version },
	{ 0x84000001, "PSCI_CPU_SUSPEND", psci_cpu_suspend },
	{ 0xc4000001, "PSCI_CPU_SUSPEND_64", psci_cpu_suspend },
	{ 0x84000002, "PSCI_CPU_OFF", psci_cpu_off },
	{ 0x84000003, "PSCI_CPU_ON", psci_cpu_on },
	{ 0xc4000003, "PSCI_CPU_ON_64", psci_cpu_on },
	{ 0x84000004, "PSCI_AFFINITY_INFO", psci_affinity_info },
	{ 0xc4000004, "PSCI_AFFINITY_INFO_64", psci_affinity_info },
	{ 0x84000008, "PSCI_SYSTEM_OFF", psci_system_off },
	{ 0x84000009, "PSCI_SYSTEM_RESET", psci_system_reset },
	{ 0x8400000a, "PSCI_FEATURES", psci_features },

	{ 0xc4000190, "RSI_VERSION", rsi_version },
	{ 0xc4000191, "RSI_FEATURES", rsi_features },
	{ 0xc4000192, "RSI_MEASUREMENT_READ", rsi_measurement_read },
	{ 0xc4000193, "RSI_MEASUREMENT_EXTEND", rsi_measurement_extend },
	{ 0xc4000194, "RSI_ATTESTATION_TOKEN_INIT", rsi_attestation_token_init },
	{ 0xc4000195, "RSI_ATTESTATION_TOKEN_CONTINUE", rsi_attestation_token_continue },
	{ 0xc4000196, "RSI_REALM_CONFIG", rsi_realm_config },
	{ 0xc4000197, "RSI_IPA_STATE_SET", rsi_ipa_state_set },
	{ 0xc4000198, "RSI_IPA_STATE_GET", rsi_ipa_state_get },
	{ 0xc4000199, "RSI_HOST_CALL", rsi_host_call },
	{ 0xc40001a0, "RSI_MEM_GET_PERM_VALUE", rsi_mem_get_perm_value },

	{ TEST_HOSTILE, "TEST_HOSTILE", test_hostile },
};

static const struct smc_call *find(u32 fid)
{
	for (size_t i = 0; i < SMC_CALLS; i++) {
		if (smc_calls[i].fid == fid)
			return &smc_calls[i];
	}
	return NULL;
}

static bool is_rsi(const struct smc_call *call)
{
	return call->fid >= 0xc4000190 && call->fid <= 0xc40001af;
}

enum result smc_handle(struct realm *realm, struct vcpu *vcpu, u64 *x)
{
	const struct smc_call *call = find((u32)x[0] & ~SVE_HINT);
	u64 res[SMC_RESULTS] = { 0 };
	enum result result = UNHANDLED;
	u64 turns;

	if (call)
		count(&realm->calls[call - smc_calls], 1);
	else
		count(&realm->unknown_calls, 1);

	for (int i = 4; i < SMC_RESULTS; i++)
		res[i] = x[i];
	if (call && (host_has_realm(&realm->cfg) || !is_rsi(call)))
		result = call->fn(realm, vcpu, x, res);
	if (result == FATAL)
		return FATAL;
	lock_take(&realm->lock);
	turns = host_between_calls(realm);
	lock_drop(&realm->lock);
	while (turns--)
		arch_relax();
	if (result == UNHANDLED)
		res[0] = SMCCC_NOT_SUPPORTED;
	for (int i = 0; i < SMC_RESULTS; i++)
		x[i] = res[i];
	return HANDLED;
}
