// SPDX-License-Identifier: GPL-2.0-only
#include "realm.h"
#include "rhi.h"

/* Where the configuration has the answer to a call. */
struct rhi_row {
	u32 fid;
	const char *name;
	size_t answer;		/* struct rhi_answer in struct config; 0: fixed */
	size_t rsi_code;	/* u64 in struct config; 0: never fails */
};

#define AT(member)	offsetof(struct config, member)

static const struct rhi_row rows[RHI_CALLS] = {
	/* KVM answers this one too, so a test can check that calls arrive unchanged. */
	{ 0x80000000, "SMCCC_VERSION", 0, 0 },
	{ 0xc5000040, "SESSION_VERSION", AT(family_version[RHI_SESSION]), 0 },
	{ 0xc5000041, "SESSION_FEATURES", AT(family_features[RHI_SESSION]), 0 },
	{ 0xc5000046, "FAL_VERSION", AT(family_version[RHI_FAL]), 0 },
	{ 0xc5000047, "FAL_FEATURES", AT(family_features[RHI_FAL]), 0 },
	{ 0xc500004a, "DA_VERSION", AT(family_version[RHI_DA]), 0 },
	{ 0xc500004b, "DA_FEATURES", AT(family_features[RHI_DA]), 0 },
	{ 0xc500004e, "HOSTCONF_VERSION", AT(hostconf_version), AT(rsi_version) },
	{ 0xc500004f, "HOSTCONF_FEATURES", AT(hostconf_features), AT(rsi_features) },
	{ 0xc5000050, "HOSTCONF_GET_IPA_CHANGE_ALIGNMENT", AT(hostconf_alignment),
	  AT(rsi_alignment) },
};

#define SMCCC_1_1	0x10001
#define UNKNOWN_CALL	(~0UL)

const char *rhi_name(unsigned int i)
{
	return rows[i].name;
}

static const struct rhi_row *find(u64 fid)
{
	for (size_t i = 0; i < RHI_CALLS; i++) {
		if (rows[i].fid == (u32)fid)
			return &rows[i];
	}
	return NULL;
}

static const void *field(const struct config *cfg, size_t at)
{
	return (const char *)cfg + at;
}

/* Reproducible garbage that is unlike any valid answer */
static u64 noise(struct realm *realm)
{
	u64 x = __atomic_add_fetch(&realm->noise, 0x9e3779b97f4a7c15UL, __ATOMIC_RELAXED);

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* The first RHI call activates the options that no kernel could boot with. */
static void begin(struct realm *realm)
{
	if (__atomic_exchange_n(&realm->asked, true, __ATOMIC_RELAXED) || !realm->cfg.host_hostile)
		return;
	lock_take(&realm->lock);
	/* A test may have set a seed already. */
	if (!realm->hostile.on)
		hostile_reset(&realm->hostile, realm->cfg.host_seed, HOSTILE_ALL);
	lock_drop(&realm->lock);
}

u64 rhi_handle(struct realm *realm, struct host_call *hc)
{
	const struct config *cfg = &realm->cfg;
	const struct rhi_row *row = find(hc->gprs[0]);
	u64 value = UNKNOWN_CALL;

	begin(realm);
	if (!row) {
		count(&realm->unknown_rhi_calls, 1);
	} else {
		count(&realm->rhi_calls[row - rows], 1);
		if (row->rsi_code) {
			u64 code = *(const u64 *)field(cfg, row->rsi_code);

			if (code)
				return code;
		}
		if (!row->answer) {
			value = SMCCC_1_1;
		} else {
			const struct rhi_answer *a = field(cfg, row->answer);

			if (a->known)
				value = a->value;
		}
	}

	/* KVM returns four registers and preserves the others. */
	hc->gprs[0] = value;
	for (int i = 1; i <= 3; i++)
		hc->gprs[i] = 0;
	for (int i = 1; cfg->rhi_garbage && i < RHI_GPRS; i++)
		hc->gprs[i] = noise(realm);
	return hostile_call(&realm->hostile, hc->gprs);
}
