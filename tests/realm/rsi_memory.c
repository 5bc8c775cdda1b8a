// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "host.h"
#include "realm.h"
#include "rsi.h"

#define MEM_PERMS	15
#define MEM_PERM_RW_UPX	15

/* RMM 2.0 reports that the host rejects, in both directions; RMM 1.0 for a change to RAM alone. */
static bool is_rejected(const struct realm *realm, const struct host_request *req, u64 next)
{
	return realm->cfg.rmm == RMM_2_0 ? next == req->base : req->ripas == RIPAS_RAM;
}

enum result rsi_ipa_state_set(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	const bool v2 = realm->cfg.rmm == RMM_2_0;
	/* RMM 2.0: RIPAS in 8 bits, flags in 1 bit. The others should be zero, and are ignored. */
	const u64 ripas = v2 ? arg[3] & 0xff : arg[3];
	struct host_request req = {
		.base = arg[1],
		.top = arg[2],
		.ripas = ripas,
		.change_destroyed = (v2 ? arg[4] & 1 : arg[4]) == RSI_CHANGE_DESTROYED,
	};
	const u64 begin = arch_nsec();
	enum result result;
	bool rejected;
	u64 next;

	res[0] = RSI_ERROR_INPUT;
	if (ripas > RIPAS_RAM || !IS_ALIGNED(req.base | req.top, PAGE_SIZE) ||
	    req.top <= req.base || !realm_protected(req.top - 1))
		return HANDLED;

	lock_take(&realm->lock);
	result = host_ripas_change(realm, vcpu, &req, &next, &rejected);
	if (req.ripas == RIPAS_RAM)
		realm->to_private.nsec += arch_nsec() - begin;
	else
		realm->to_shared.nsec += arch_nsec() - begin;
	lock_drop(&realm->lock);
	res[0] = RSI_SUCCESS;
	res[1] = next;
	res[2] = rejected && is_rejected(realm, &req, next) ? RSI_REJECT : RSI_ACCEPT;
	hostile_set_answer(&realm->hostile, req.base, req.top, res);
	return result;
}

/* Replace the answer by an invalid one (rsi.state_get): guests have to cope with it. */
static void spoil(struct realm *realm, u64 start, u64 end, u64 *res)
{
	u64 page = start / PAGE_SIZE;

	switch (realm->cfg.state_get) {
	case STATE_GET_HONEST:
		break;
	case STATE_GET_ERROR:
		res[0] = RSI_ERROR_STATE;
		break;
	case STATE_GET_BACKWARDS:
		/* Addresses below 0 do not exist. */
		if (start)
			res[1] = start - PAGE_SIZE;
		break;
	case STATE_GET_EMPTY:
		res[1] = start;
		break;
	case STATE_GET_BEYOND:
		res[1] = end + PAGE_SIZE;
		break;
	case STATE_GET_INSIDE:
		res[1] -= PAGE_SIZE / 2;
		break;
	case STATE_GET_UNKNOWN:
		res[2] = RIPAS_DESTROYED + 2;
		break;
	case STATE_GET_PAGES:
		res[2] = RIPAS_RAM;
		break;
	case STATE_GET_FLIP:
		res[2] = page % 2 ? RIPAS_EMPTY : RIPAS_RAM;
		break;
	case STATE_GET_MOVING:
		if (start == realm->s2.ram) {
			res[1] = start + (1 + realm->moving++ % 256) * PAGE_SIZE;
			res[2] = RIPAS_EMPTY;
		}
		break;
	}
}

/* The lies that answer for one page at a time */
static bool page_by_page(const struct realm *realm)
{
	return realm->asked && (realm->cfg.state_get == STATE_GET_PAGES ||
				realm->cfg.state_get == STATE_GET_FLIP);
}

enum result rsi_ipa_state_get(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	u64 start = arg[1], end = arg[2];
	enum ripas ripas;

	res[0] = RSI_ERROR_INPUT;
	if (!IS_ALIGNED(start | end, PAGE_SIZE) || start >= end || !realm_protected(end - 1))
		return HANDLED;
	lock_take(&realm->lock);
	res[1] = s2_run(&realm->s2, start, page_by_page(realm) ? start + PAGE_SIZE : end, &ripas);
	lock_drop(&realm->lock);
	res[0] = RSI_SUCCESS;
	res[2] = ripas;
	if (realm->asked)
		spoil(realm, start, end, res);
	/* Outside RAM stay honest: a kernel that maps a device has to trust the answer. */
	if (start >= realm->s2.ram && start < realm->s2.ram_end)
		hostile_get_answer(&realm->hostile, start, end, res);
	return HANDLED;
}

/*
 * RSI 1.1, but TF-RMM 0.8.0 has it already when it offers RSI 1.0. There is one plane, and each of
 * its 15 permissions is all access.
 */
enum result rsi_mem_get_perm_value(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	if (arg[1] != 0 || arg[2] >= MEM_PERMS) {
		res[0] = RSI_ERROR_INPUT;
		return HANDLED;
	}
	res[0] = RSI_SUCCESS;
	res[1] = MEM_PERM_RW_UPX;
	return HANDLED;
}
