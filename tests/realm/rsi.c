// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "realm.h"
#include "rsi.h"
#include "libc.h"

#define RSI_VERSION_1_0		0x10000UL
#define RSI_VERSION_1_1		0x10001UL
#define RSI_HASH_SHA_256	0

enum result rsi_version(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	const u64 highest = realm->cfg.rmm == RMM_2_0 ? RSI_VERSION_1_1 : RSI_VERSION_1_0;
	const bool known = arg[1] >= RSI_VERSION_1_0 && arg[1] <= highest;

	res[0] = known ? RSI_SUCCESS : RSI_ERROR_INPUT;
	res[1] = known ? arg[1] : highest;
	res[2] = highest;
	return HANDLED;
}

/* No features: every register reads as 0. */
enum result rsi_features(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	res[0] = RSI_SUCCESS;
	return HANDLED;
}

struct realm_config {
	u64 ipa_bits;
	u64 hash_algo;
	u64 num_aux_planes;
	u32 gicv3_vtr;
	u32 pad0;
	u64 ats_plane;
	u8 pad1[0x1d8];
	u8 rpv[64];
};

enum result rsi_realm_config(struct realm *realm, struct vcpu *vcpu, const u64 *arg, u64 *res)
{
	struct realm_config *page;

	res[0] = RSI_ERROR_INPUT;
	if (!IS_ALIGNED(arg[1], PAGE_SIZE) || !realm_protected(arg[1]))
		return HANDLED;
	lock_take(&realm->lock);
	page = realm_page(realm, vcpu, arg[1], &res[0]);
	if (page) {
		page->ipa_bits = PLAT_IPA_BITS;
		page->hash_algo = RSI_HASH_SHA_256;
		page->num_aux_planes = 0;
		page->gicv3_vtr = arch_gicv3_vtr();
		/* As in TF-RMM after 0.8.0 */
		if (realm->cfg.rmm == RMM_2_0)
			page->ats_plane = 0;
		memset(page->rpv, 0, sizeof(page->rpv));
	}
	lock_drop(&realm->lock);
	return realm->ending ? FATAL : HANDLED;
}
