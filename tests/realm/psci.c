// SPDX-License-Identifier: GPL-2.0-only
#include "psci.h"
#include "realm.h"

#define VERSION_1_1		0x10001
#define SUCCESS			0
#define INVALID_PARAMETERS	(-2L)
#define ALREADY_ON		(-4L)
#define INVALID_ADDRESS		(-9L)

#define AFFINITY_ON		0
#define AFFINITY_OFF		1

/*
 * CPU indices in a Realm are MPIDR Aff0[3:0], Aff1, Aff2 and Aff3, ignoring all other bits. The
 * machine numbers its first sixteen CPUs the same way but rejects other bits, so pass it the index.
 */
static u64 mpidr_to_index(u64 mpidr)
{
	return FIELD(mpidr, 3, 0) | FIELD(mpidr, 15, 8) << 4 | FIELD(mpidr, 23, 16) << 12 |
	       FIELD(mpidr, 39, 32) << 20;
}

enum result psci_version(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	res[0] = VERSION_1_1;
	return HANDLED;
}

/* Treat every power state as standby. */
enum result psci_cpu_suspend(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	arch_wait();
	res[0] = SUCCESS;
	return HANDLED;
}

enum result psci_cpu_off(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	__atomic_store_n(&vcpu->state, VCPU_OFF, __ATOMIC_RELEASE);
	arch_psci(PSCI_CPU_OFF, 0, 0, 0);
	/* The machine failed to turn the CPU off. */
	return realm_end(realm, vcpu, END_FATAL, "PSCI CPU_OFF returned on vCPU %lu", vcpu->index);
}

enum result psci_cpu_on(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	u64 index = mpidr_to_index(arg[1]);
	enum vcpu_state off = VCPU_OFF;
	struct vcpu *target;
	long ret;

	if (!realm_protected(arg[2])) {
		res[0] = INVALID_ADDRESS;
		return HANDLED;
	}
	if (index >= realm->cfg.cpus) {
		res[0] = INVALID_PARAMETERS;
		return HANDLED;
	}
	target = &realm->vcpu[index];
	if (!__atomic_compare_exchange_n(&target->state, &off, VCPU_ON, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		res[0] = ALREADY_ON;
		return HANDLED;
	}
	target->entry = arg[2];
	target->context = arg[3];
	ret = arch_psci(PSCI_CPU_ON_64, index, arch_vcpu_entry(), index);
	/* For example, the CPU is still on its way down after CPU_OFF: report it as on. */
	if (ret) {
		__atomic_store_n(&target->state, VCPU_OFF, __ATOMIC_RELEASE);
		res[0] = ALREADY_ON;
		return HANDLED;
	}
	res[0] = SUCCESS;
	return HANDLED;
}

enum result psci_affinity_info(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	u64 index = mpidr_to_index(arg[1]);

	if (arg[2] || index >= realm->cfg.cpus)
		res[0] = INVALID_PARAMETERS;
	else if (index == vcpu->index)
		res[0] = AFFINITY_ON;
	else if (arch_psci(PSCI_AFFINITY_INFO_64, index, 0, 0) == AFFINITY_OFF)
		res[0] = AFFINITY_OFF;
	else
		res[0] = AFFINITY_ON;
	return HANDLED;
}

enum result psci_system_off(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	return realm_end(realm, vcpu, END_POWER_OFF, "%s", "");
}

/* The host has to create a new Realm: for this one, a reset is the end. */
enum result psci_system_reset(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	return realm_end(realm, vcpu, END_RESET, "%s", "");
}

enum result psci_features(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	res[0] = SMCCC_NOT_SUPPORTED;
	for (size_t i = 0; i < SMC_CALLS; i++) {
		const struct smc_call *call = &smc_calls[i];
		bool psci = (call->fid & 0xbfffffe0) == 0x84000000 && call->fid != PSCI_VERSION;

		/* Kernels detect SMCCC 1.1, and with it RSI, by SMCCC_VERSION. */
		if (call->fid == (u32)arg[1] && (psci || call->fid == SMCCC_VERSION))
			res[0] = SUCCESS;
	}
	return HANDLED;
}
