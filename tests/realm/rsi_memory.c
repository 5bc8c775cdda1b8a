// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "realm.h"
#include "rsi.h"

enum result rsi_ipa_state_set(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	struct host_request req = {
		.base = arg[1],
		.top = arg[2],
		.ripas = arg[3],
		.change_destroyed = arg[4] == RSI_CHANGE_DESTROYED,
	};
	enum result result;
	bool rejected;
	u64 next;

	res[0] = RSI_ERROR_INPUT;
	if (arg[3] > RIPAS_RAM || !IS_ALIGNED(req.base | req.top, PAGE_SIZE) ||
	    req.top <= req.base || !realm_protected(req.top - 1))
		return HANDLED;

	lock_take(&realm->lock);
	result = host_ripas_change(realm, vcpu, &req, &next, &rejected);
	lock_drop(&realm->lock);
	res[0] = RSI_SUCCESS;
	res[1] = next;
	/* Only a change to RAM can show the host's refusal. */
	res[2] = req.ripas == RIPAS_RAM && rejected ? RSI_REJECT : RSI_ACCEPT;
	return result;
}

enum result rsi_ipa_state_get(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	u64 start = arg[1], end = arg[2];
	enum ripas ripas;

	res[0] = RSI_ERROR_INPUT;
	if (!IS_ALIGNED(start | end, PAGE_SIZE) || start >= end || !realm_protected(end - 1))
		return HANDLED;
	lock_take(&realm->lock);
	res[1] = s2_run(&realm->s2, start, end, &ripas);
	lock_drop(&realm->lock);
	res[0] = RSI_SUCCESS;
	res[2] = ripas;
	return HANDLED;
}
