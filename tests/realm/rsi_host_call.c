// SPDX-License-Identifier: GPL-2.0-only
#include "realm.h"
#include "rsi.h"

static bool valid_address(u64 ipa)
{
	return IS_ALIGNED(ipa, sizeof(struct host_call)) && realm_protected(ipa);
}

enum result rsi_host_call(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	struct host_call *page, hc;
	u64 code;

	res[0] = RSI_ERROR_INPUT;
	if (!valid_address(arg[1]))
		return HANDLED;

	lock_take(&realm->lock);
	page = realm_page(realm, vcpu, arg[1], &res[0]);
	if (page)
		hc = *page;
	lock_drop(&realm->lock);
	if (!page)
		return realm->ending ? FATAL : HANDLED;

	res[0] = rhi_handle(realm, &hc);
	if (res[0])
		return HANDLED;

	/* If another CPU has shared the page in the meantime, X0 keeps the FID. */
	for (int i = 0; i < 4; i++)
		res[i] = arg[i];
	lock_take(&realm->lock);
	page = realm_page(realm, vcpu, arg[1], &code);
	if (page) {
		for (int i = 0; i < RHI_GPRS; i++)
			page->gprs[i] = hc.gprs[i];
		res[0] = RSI_SUCCESS;
	}
	lock_drop(&realm->lock);
	return realm->ending ? FATAL : HANDLED;
}
