// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurements are stored and extended with SHA-256, as by an RMM. The initial one is zero, because
 * this Realm was not measured. Attestation is not supported: a token can never be started, and so
 * never be continued.
 */
#include "realm.h"
#include "rsi.h"
#include "sha256.h"
#include "libc.h"

#define RIM		0	/* initial measurement: read-only */
#define EXTEND_MAX	64

enum result rsi_measurement_read(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	if (arg[1] >= MEASUREMENTS) {
		res[0] = RSI_ERROR_INPUT;
		return HANDLED;
	}
	lock_take(&realm->lock);
	memcpy(&res[1], realm->measurement[arg[1]], sizeof(realm->measurement[0]));
	lock_drop(&realm->lock);
	res[0] = RSI_SUCCESS;
	return HANDLED;
}

enum result rsi_measurement_extend(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	u8 input[SHA256_SIZE + EXTEND_MAX];
	u64 index = arg[1], size = arg[2];

	res[0] = RSI_ERROR_INPUT;
	if (index == RIM || index >= MEASUREMENTS || size > EXTEND_MAX)
		return HANDLED;
	lock_take(&realm->lock);
	memcpy(input, realm->measurement[index], SHA256_SIZE);
	memcpy(input + SHA256_SIZE, &arg[3], size);
	sha256(input, SHA256_SIZE + size, (u8 *)realm->measurement[index]);
	lock_drop(&realm->lock);
	res[0] = RSI_SUCCESS;
	return HANDLED;
}

enum result rsi_attestation_token_init(struct realm *realm, struct vcpu *vcpu, const u64 *arg,
				       u64 *res)
{
	res[0] = RSI_ERROR_UNKNOWN;
	return HANDLED;
}

enum result rsi_attestation_token_continue(struct realm *realm, struct vcpu *vcpu, const u64 *arg,
					   u64 *res)
{
	u64 ipa = arg[1], offset = arg[2], size = arg[3];

	if (!IS_ALIGNED(ipa, PAGE_SIZE) || !realm_protected(ipa) || offset >= PAGE_SIZE ||
	    size > PAGE_SIZE - offset)
		res[0] = RSI_ERROR_INPUT;
	else
		res[0] = RSI_ERROR_STATE;
	return HANDLED;
}
