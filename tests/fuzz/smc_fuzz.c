// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sequences of SMCs of a Realm on any kind of host. The input has the host first, then the calls:
 * one byte selects the call, and each register starts with a byte that selects its kind.
 */
#include <string.h>

#include "abort.h"
#include "host.h"
#include "must.h"
#include "psci.h"
#include "rsi.h"
#include "rsi_env.h"
#include "summary.h"

#define PAGES		(ENV_RAM / PAGE_SIZE)
#define MAX_CALLS	64

#define IPA_STATE_SET	0xc4000197
#define IPA_STATE_GET	0xc4000198
#define HOST_CALL	0xc4000199

/* State before a call, for everything that it may change */
struct before {
	u64 x[31];
	u64 shared, destroyed, bytes;
	u8 ripas[PAGES];
};

static const uint8_t *input;
static size_t left;

/* Take bytes of the input, or zeros after its end. */
static u64 take(size_t bytes)
{
	u64 value = 0;

	for (size_t i = 0; i < bytes && left; i++, left--)
		value |= (u64)*input++ << 8 * i;
	return value;
}

/* A small number, a page in or near RAM, an address in a page, or any number */
static u64 take_register(void)
{
	const u64 how = take(1), page = PLAT_RAM - 4 * PAGE_SIZE;

	switch (how & 3) {
	case 0:
		return how >> 2;
	case 1:
		return page + (how >> 2) % 16 * 64 * PAGE_SIZE + take(1) * PAGE_SIZE;
	case 2:
		return page + take(2) * 256 + (how >> 2 & 1 ? how >> 3 : 0);
	default:
		return take(8);
	}
}

static const char *any_host(u64 i)
{
	unsigned int hosts = 0;

	while (host_policy_name(hosts))
		hosts++;
	return host_policy_name(i % hosts);
}

static struct realm *take_host(void)
{
	static const char *const states[] = {
		"honest", "error", "backwards", "empty", "beyond", "inside", "unknown", "pages",
		"flip", "moving"
	};
	const u64 kinds = take(1), host = take(1), shift = host >> 4;
	const char *name = any_host(host);
	/* All granules of RMM 2.0, and hosts that it allows */
	const bool v2 = shift >= 12 && strcmp(name, "destroy");
	const u64 granule = PAGE_SIZE << (v2 ? (shift - 12) % 3 * 2 : shift);
	const u64 unit = v2 ? granule : PAGE_SIZE;
	char text[512];
	struct sbuf sb = SBUF(text, sizeof(text));

	sb_printf(&sb, "cpus=4\nhost=%s\ngranule=%lu\nrmm=%s\n", name, granule, v2 ? "2.0" : "1.0");
	if (kinds & 1)
		sb_printf(&sb, "host.hostile=%lu\n", take(2));
	if (kinds & 2)
		sb_printf(&sb, "host.step=%lu\n", take(1) * unit);
	if (kinds & 4)
		sb_printf(&sb, "host.stop=%lu\n", take(1) * unit);
	if (kinds & 8)
		sb_printf(&sb, "host.keep=1\n");
	if (kinds & 16)
		sb_printf(&sb, "host.scribble=%lu\n", take(1));
	if (kinds & 32)
		sb_printf(&sb, "rsi.state_get=%s\n", states[take(1) % ARRAY_SIZE(states)]);
	if (kinds & 64)
		sb_printf(&sb, "rsi.features=%lu\nrhi.garbage=1\n", 1 + take(1) % 4);
	if (kinds & 128)
		sb_printf(&sb, "rhi.alignment=%lu\nrhi.da.features=%lu\n", take(8), take(8));
	return env_realm(text);
}

static enum ripas ripas_of(struct realm *realm, u64 page)
{
	return s2_ripas(&realm->s2, PLAT_RAM + page * PAGE_SIZE);
}

static u64 bytes_changed(const struct realm *realm)
{
	return realm->to_shared.bytes + realm->to_private.bytes;
}

/* Descriptors and totals must match. */
static void check_tables(struct realm *realm)
{
	u64 shared = 0, destroyed = 0;

	for (u64 i = 0; i < PAGES; i++) {
		const u64 ipa = PLAT_RAM + i * PAGE_SIZE;
		const enum ripas ripas = ripas_of(realm, i);
		const bool is_mapped = s2_maps(&realm->s2, ipa | S2_SHARED);

		MUST(ripas <= RIPAS_DESTROYED);
		MUST(s2_maps(&realm->s2, ipa) == (ripas == RIPAS_RAM));
		MUST(!is_mapped || ripas == RIPAS_EMPTY);
		MUST(is_mapped || ripas != RIPAS_EMPTY || realm->hostile.on);
		shared += ripas == RIPAS_EMPTY;
		destroyed += ripas == RIPAS_DESTROYED;
	}
	MUST(realm->s2.shared == shared * PAGE_SIZE);
	MUST(realm->s2.destroyed == destroyed * PAGE_SIZE);
	MUST(!env_tlb_stale(realm));
}

static bool is_range(const u64 *x)
{
	return (x[1] | x[2]) % PAGE_SIZE == 0 && x[1] < x[2] && x[2] <= S2_SHARED;
}

static bool is_within(const u64 *x, u64 page)
{
	const u64 ipa = PLAT_RAM + page * PAGE_SIZE;

	return ipa >= x[1] && ipa < x[2];
}

/* A range reported to have one RIPAS must have it. */
static void check_range(struct realm *realm, u64 base, u64 top, enum ripas ripas)
{
	const u64 range[] = { 0, base, top };

	for (u64 i = 0; i < PAGES; i++)
		MUST(!is_within(range, i) || ripas_of(realm, i) == ripas);
}

/* RMM 2.0 ignores the upper bits of X3. */
static u64 wanted_ripas(const struct realm *realm, const u64 *x)
{
	return realm->cfg.rmm == RMM_2_0 ? x[3] & 0xff : x[3];
}

static void check_page(struct realm *realm, const struct before *b, u64 i, bool done)
{
	const enum ripas now = ripas_of(realm, i), wanted = wanted_ripas(realm, b->x);
	const u64 *page = arch_pa_to_va(PLAT_RAM + i * PAGE_SIZE);
	const bool written = realm->hostile.on || realm->cfg.host_scribble;

	if (now == b->ripas[i])
		return;
	MUST(done);
	if (!is_within(b->x, i) || now != wanted) {
		MUST(now == RIPAS_DESTROYED && b->ripas[i] == RIPAS_RAM);
		MUST(realm->hostile.on || !strcmp(host_policy_name(realm->cfg.host), "destroy"));
	} else {
		MUST(written || !(page[0] | page[PAGE_SIZE / sizeof(*page) - 1]));
	}
}

static void check_set(struct realm *realm, const struct before *b, const u64 *x)
{
	const u64 wanted = wanted_ripas(realm, b->x);
	const bool good = is_range(b->x) && wanted <= RIPAS_RAM && host_has_realm(&realm->cfg);
	u64 bytes = 0;

	for (u64 i = 0; i < PAGES; i++) {
		const enum ripas now = ripas_of(realm, i);

		check_page(realm, b, i, good);
		if (is_within(b->x, i) && now == wanted && now != b->ripas[i])
			bytes += PAGE_SIZE;
	}
	MUST(bytes_changed(realm) - b->bytes == bytes);
	if (!host_has_realm(&realm->cfg))
		return;
	MUST(good || x[0] == RSI_ERROR_INPUT);
	MUST(!good || realm->hostile.on ||
	     (!x[0] && x[1] >= b->x[1] && x[1] <= b->x[2] && x[1] % PAGE_SIZE == 0));
	if (!good || x[0])
		return;
	MUST(x[2] <= RSI_REJECT);
	/* Even a hostile host never claims a change that was not made. */
	if (x[1] > b->x[1] && x[1] <= b->x[2] && x[1] % PAGE_SIZE == 0)
		check_range(realm, b->x[1], x[1], wanted);
}

static void check_get(struct realm *realm, const struct before *b, const u64 *x)
{
	const bool spoilt = realm->asked && realm->cfg.state_get != STATE_GET_HONEST;

	if (!host_has_realm(&realm->cfg))
		return;
	MUST(is_range(b->x) == (x[0] != RSI_ERROR_INPUT) || realm->hostile.on);
	if (x[0] || spoilt)
		return;
	MUST(realm->hostile.on ||
	     (x[1] > b->x[1] && x[1] <= b->x[2] && x[1] % PAGE_SIZE == 0 &&
	      x[2] <= RIPAS_DESTROYED));
	if (x[2] <= RIPAS_RAM && x[1] > b->x[1] && x[1] <= b->x[2])
		check_range(realm, b->x[1], x[1], x[2]);
}

static bool is_rsi(u32 fid)
{
	return fid >= 0xc4000190 && fid <= HOST_CALL;
}

/* X0 must be a valid return code, unless the host is hostile. */
static void check_code(const struct realm *realm, u32 fid, u64 code)
{
	static const u64 codes[] = { 0, 1, -1UL, -2UL, -4UL, -9UL, 0x10001, 0x10002 };
	bool known = false;

	if (is_rsi(fid) && host_has_realm(&realm->cfg)) {
		MUST(code <= RSI_ERROR_UNKNOWN || (realm->hostile.on && fid >= IPA_STATE_SET));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		known |= code == codes[i];
	MUST(known && (code == SMCCC_NOT_SUPPORTED || !is_rsi(fid)));
}

static void check_call(struct realm *realm, const struct before *b, const u64 *x)
{
	/* without the SVE hint */
	const u32 fid = b->x[0] & ~BIT(16);

	check_code(realm, fid, x[0]);
	MUST(!memcmp(&x[SMC_RESULTS], &b->x[SMC_RESULTS], sizeof(*x) * (31 - SMC_RESULTS)));
	if (fid == IPA_STATE_SET) {
		check_set(realm, b, x);
		check_tables(realm);
		return;
	}
	if (fid == IPA_STATE_GET)
		check_get(realm, b, x);
	MUST(realm->s2.shared == b->shared && realm->s2.destroyed == b->destroyed);
	MUST(bytes_changed(realm) == b->bytes);
}

/* Prepare a host call. The structure can only be in a protected page. */
static void fill_host_call(struct realm *realm, u64 *x)
{
	struct host_call *hc;

	x[0] = HOST_CALL;
	x[1] = ALIGN_DOWN(x[1], sizeof(*hc));
	if (x[1] < PLAT_RAM || x[1] >= PLAT_RAM + ENV_RAM)
		return;
	hc = arch_pa_to_va(x[1]);
	hc->gprs[0] = 0xc5000040 + take(1) % 32;
}

/* Returns false if the run is over. */
static bool call(struct realm *realm)
{
	const u64 which = take(1);
	struct before b = { 0 };
	enum result result;
	u64 x[31];

	for (int i = 0; i < 31; i++)
		x[i] = 0x1111 * i;
	x[0] = which < 0xc0 ? smc_calls[which % SMC_CALLS].fid : take(4);
	for (int i = 1; i < 5; i++)
		x[i] = take_register();
	if (which >= 0xe0) {
		/* Not a call, but a stage-2 abort */
		const enum abort_action action = abort_decide(realm, x[1], x[0]);

		MUST(action != ABORT_RETRY || s2_maps(&realm->s2, x[1]));
		MUST(x[1] >= S2_END || *abort_reason(realm, x[1]));
		return true;
	}
	if (which >= 0xc8)
		fill_host_call(realm, x);
	memcpy(b.x, x, sizeof(x));
	b.shared = realm->s2.shared;
	b.destroyed = realm->s2.destroyed;
	b.bytes = bytes_changed(realm);
	if ((u32)(x[0] & ~BIT(16)) == IPA_STATE_SET) {
		env_tlb_fill(realm);
		for (u64 i = 0; i < PAGES; i++)
			b.ripas[i] = ripas_of(realm, i);
	}
	result = env_smc(realm, x);
	MUST(!realm->lock.taken);
	MUST((result == FATAL) == !!realm->ending);
	MUST((result == FATAL) == (realm->end != END_RUNNING));
	if (result == FATAL)
		return false;
	MUST(result == HANDLED);
	check_call(realm, &b, x);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct realm *realm;

	input = data;
	left = size;
	realm = take_host();
	for (int i = 0; i < MAX_CALLS && left && call(realm); i++)
		;
	check_tables(realm);
	summary_refresh(realm, true);
	MUST(env_json_balanced(summary_text()));
	return 0;
}
