// SPDX-License-Identifier: GPL-2.0-only
/* RMM 2.0: translation tables with the host's granule, and what no table can represent */
#include <string.h>

#include "abort.h"
#include "rsi.h"
#include "rsi_env.h"
#include "tap.h"

#define RAM_END		(PLAT_RAM + ENV_RAM)
#define GIB		(1UL << 30)
#define PAGES		(ENV_RAM / PAGE_SIZE)
#define DABT		(0x24UL << 26)
#define TRANSLATION	(DABT | 0x07)

static struct realm *realm;
static u64 granule;

/* The address of a granule; p() of a 4K page */
static u64 g(u64 n)
{
	return PLAT_RAM + n * granule;
}

static u64 p(u64 n)
{
	return PLAT_RAM + n * PAGE_SIZE;
}

static void start(const char *more)
{
	char config[128];

	snprintf(config, sizeof(config), "rmm=2.0\ngranule=%lu\n%s", granule, more);
	realm = env_realm(config);
}

/* X0..X2 of one RSI_IPA_STATE_SET, with RIPAS and flags as given */
static void check_set(u64 base, u64 top, u64 ripas, u64 flags, u64 next, u64 response)
{
	u64 x[31] = { 0xc4000197, base, top, ripas, flags };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(x[1], next);
	CHECK_EQ(x[2], response);
}

static u64 state_get(u64 base, u64 end, u64 *state)
{
	u64 x[31] = { 0xc4000198, base, end };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	*state = x[2];
	return x[1];
}

/* All pages of [base, top) and no others are shared; both halves agree. */
static void check_shared(u64 base, u64 top)
{
	for (u64 i = 0; i < PAGES; i++) {
		const bool shared = p(i) >= base && p(i) < top;

		if (s2_maps(&realm->s2, p(i)) == shared ||
		    s2_maps(&realm->s2, p(i) | S2_SHARED) != shared ||
		    (s2_ripas(&realm->s2, p(i)) == RIPAS_EMPTY) != shared) {
			CHECK_EQ(p(i), 0);
			return;
		}
	}
	CHECK_EQ(realm->s2.shared, top - base);
	CHECK_EQ(env_tlb_stale(realm), 0);
}

static void tables(void)
{
	start("");
	check_shared(0, 0);
	CHECK(!s2_maps(&realm->s2, PLAT_RAM - PAGE_SIZE) && !s2_maps(&realm->s2, RAM_END));
	CHECK(!s2_maps(&realm->s2, (PLAT_RAM - PAGE_SIZE) | S2_SHARED));
	CHECK(!s2_maps(&realm->s2, RAM_END | S2_SHARED));
	CHECK(!s2_maps(&realm->s2, 0x09000000) && s2_maps(&realm->s2, 0x09000000 | S2_SHARED));
	CHECK(s2_maps(&realm->s2, (GIB - 1) | S2_SHARED) && !s2_maps(&realm->s2, GIB | S2_SHARED));
	CHECK(!s2_maps(&realm->s2, S2_SHARED - 1) && !s2_maps(&realm->s2, S2_END - 1));

	start("host=none");
	CHECK(s2_maps(&realm->s2, 0x09000000) && s2_maps(&realm->s2, RAM_END - 1));
	CHECK(!s2_maps(&realm->s2, 0x09000000 | S2_SHARED));
}

static void whole_granules(void)
{
	const u64 *word = arch_pa_to_va(g(3) - 8);

	start("");
	env_tlb_fill(realm);
	check_set(g(2), g(3), RIPAS_EMPTY, 1, g(3), RSI_ACCEPT);
	check_shared(g(2), g(3));
	CHECK(word[0] == 0 && word[1] == 0xeeeeeeeeeeeeeeeeUL);
	env_tlb_fill(realm);
	check_set(g(1), g(9), RIPAS_EMPTY, 0, g(9), RSI_ACCEPT);
	check_shared(g(1), g(9));
	CHECK_EQ(realm->to_shared.bytes, 8 * granule);
	env_tlb_fill(realm);
	check_set(g(1), g(9), RIPAS_RAM, 0, g(9), RSI_ACCEPT);
	check_shared(0, 0);
	check_set(PLAT_RAM, RAM_END, RIPAS_EMPTY, 0, RAM_END, RSI_ACCEPT);
	check_shared(PLAT_RAM, RAM_END);
	CHECK_EQ(realm->misaligned_requests, 0);
}

/* The tables cannot represent less than a granule. A host that says nothing makes no progress. */
static void part_of_a_granule(void)
{
	start("host=record");
	check_set(g(2), g(2) + PAGE_SIZE, RIPAS_EMPTY, 1, g(2), RSI_ACCEPT);
	check_set(g(2) + PAGE_SIZE, g(3), RIPAS_EMPTY, 1, g(2) + PAGE_SIZE, RSI_ACCEPT);
	check_set(g(3) - PAGE_SIZE, g(3), RIPAS_RAM, 1, g(3) - PAGE_SIZE, RSI_ACCEPT);
	/* Even if a whole granule follows: the RMM cannot skip the part before it. */
	check_set(g(2) + PAGE_SIZE, g(5), RIPAS_EMPTY, 1, g(2) + PAGE_SIZE, RSI_ACCEPT);
	check_shared(0, 0);
	CHECK_EQ(realm->misaligned_requests, 4);
	/* Whole granules before a part change, but not the part. */
	check_set(g(2), g(4) + PAGE_SIZE, RIPAS_EMPTY, 1, g(4), RSI_ACCEPT);
	check_set(g(4), g(4) + PAGE_SIZE, RIPAS_EMPTY, 1, g(4), RSI_ACCEPT);
	check_shared(g(2), g(4));
	CHECK_EQ(realm->to_shared.bytes, 2 * granule);
}

/* A refusal is visible in both directions. */
static void rejects(void)
{
	start("host=refuse");
	check_set(g(2), g(2) + PAGE_SIZE, RIPAS_EMPTY, 1, g(2), RSI_REJECT);
	check_set(g(2), g(2) + PAGE_SIZE, RIPAS_RAM, 1, g(2), RSI_REJECT);
	check_set(g(2), g(3) + PAGE_SIZE, RIPAS_EMPTY, 1, g(2), RSI_REJECT);
	check_shared(0, 0);
	check_set(g(2), g(3), RIPAS_EMPTY, 1, g(3), RSI_ACCEPT);
	check_shared(g(2), g(3));
}

static void ends_the_realm(void)
{
	start("host=kill");
	check_set(g(2), g(3), RIPAS_EMPTY, 1, g(3), RSI_ACCEPT);
	CHECK_EQ(env_set(realm, g(4), g(4) + PAGE_SIZE, RIPAS_EMPTY, NULL), -1);
	CHECK_EQ(realm->end, END_HOST_KILLED);
}

/* The host stops sharing, or keeps what is shared: it rejects. */
static void stop_and_keep(void)
{
	char config[64];

	snprintf(config, sizeof(config), "host.keep=1\nhost.stop=%lu\nhost.step=%lu",
		 2 * granule, granule);
	start(config);
	realm->asked = true;
	check_set(g(2), g(5), RIPAS_EMPTY, 1, g(3), RSI_ACCEPT);
	check_set(g(3), g(5), RIPAS_EMPTY, 1, g(4), RSI_ACCEPT);
	check_set(g(4), g(5), RIPAS_EMPTY, 1, g(4), RSI_REJECT);
	check_set(g(2), g(4), RIPAS_RAM, 1, g(2), RSI_REJECT);
	check_shared(g(2), g(4));
}

/* flags.destroyed counts only for a change to RAM, and other bits of X3 and X4 do not. */
static void destroyed(void)
{
	start("");
	env_tlb_fill(realm);
	s2_destroy(&realm->s2, g(3), g(4));
	CHECK_EQ(env_tlb_stale(realm), 0);
	CHECK_EQ(realm->s2.destroyed, granule);
	check_set(g(2), g(5), RIPAS_RAM, 0, g(3), RSI_ACCEPT);
	check_set(g(3), g(5), RIPAS_RAM, 0, g(3), RSI_REJECT);
	check_set(g(3), g(5), RIPAS_RAM, 2, g(3), RSI_REJECT);
	CHECK_EQ(realm->s2.destroyed, granule);
	check_set(g(3), g(5), RIPAS_RAM | 0xff00, 3, g(5), RSI_ACCEPT);
	CHECK_EQ(realm->s2.destroyed, 0);
	s2_destroy(&realm->s2, g(3), g(4));
	check_set(g(3), g(4), RIPAS_EMPTY, 0, g(4), RSI_ACCEPT);
	check_shared(g(3), g(4));
}

/* Runs end with the tables of the granule, at any page inside. */
static void runs(void)
{
	u64 state, n = 0;

	start("");
	env_set(realm, g(4), g(6), RIPAS_EMPTY, NULL);
	CHECK_EQ(state_get(g(0) + PAGE_SIZE, S2_SHARED, &state), g(4));
	CHECK_EQ(state, RIPAS_RAM);
	CHECK_EQ(state_get(g(4) + PAGE_SIZE, g(4) + 2 * PAGE_SIZE, &state), g(4) + 2 * PAGE_SIZE);
	CHECK_EQ(state, RIPAS_EMPTY);
	CHECK_EQ(state_get(g(4) + PAGE_SIZE, S2_SHARED, &state), g(6));
	CHECK_EQ(state_get(g(6), S2_SHARED, &state), RAM_END);
	CHECK_EQ(state, RIPAS_RAM);
	/* RAM ends in the middle of a table, and the rest of it is EMPTY. */
	CHECK_EQ(state_get(RAM_END, S2_SHARED, &state),
		 ALIGN_UP(RAM_END, granule / 8 * granule));
	CHECK_EQ(state, RIPAS_EMPTY);
	for (u64 at = 0; at < S2_SHARED; n++)
		at = state_get(at, S2_SHARED, &state);
	CHECK(n >= 5 && n <= 7);
}

/* The host unmaps and maps granules, and writes to what is shared. */
static void hide_and_scribble(void)
{
	const u64 *word;

	start("");
	env_set(realm, g(4), g(6), RIPAS_EMPTY, NULL);
	env_tlb_fill(realm);
	s2_hide(&realm->s2, g(4) + PAGE_SIZE, g(4) + 2 * PAGE_SIZE);
	CHECK_EQ(env_tlb_stale(realm), 0);
	CHECK(!s2_maps(&realm->s2, g(4) | S2_SHARED) && s2_maps(&realm->s2, g(5) | S2_SHARED));
	s2_hide(&realm->s2, g(5) - PAGE_SIZE, g(5) + PAGE_SIZE);
	CHECK(!s2_maps(&realm->s2, g(5) | S2_SHARED));
	CHECK_EQ(abort_decide(realm, (g(5) - 1) | S2_SHARED, TRANSLATION), ABORT_RETRY);
	CHECK_EQ(abort_decide(realm, g(5) | S2_SHARED, TRANSLATION), ABORT_RETRY);
	check_shared(g(4), g(6));

	s2_fill_shared(&realm->s2, 0x1234);
	word = arch_pa_to_va(g(4) - 8);
	CHECK_EQ(word[0], 0xeeeeeeeeeeeeeeeeUL);
	for (u64 i = 1; i <= 2 * granule / 8; i++) {
		if (word[i] != 0x1234)
			CHECK_EQ(i, 0);
	}
	CHECK_EQ(word[1 + 2 * granule / 8], 0xeeeeeeeeeeeeeeeeUL);
}

/* A hostile host also changes and loses only whole granules, and does not stall for ever. */
static void is_hostile(void)
{
	static const u64 kinds = BIT(HOSTILE_CHANGE) | BIT(HOSTILE_DESTROY);
	u64 lost = 0;

	for (u64 seed = 0; seed < 50; seed++) {
		u64 at = g(1), next, stalls = 0;

		start("host.hostile=1");
		hostile_reset(&realm->hostile, seed, kinds);
		for (; at < g(20) && stalls <= 20; at = next) {
			CHECK_EQ(env_set(realm, at, g(20), RIPAS_EMPTY, &next), 0);
			CHECK(IS_ALIGNED(next, granule) && next >= at && next <= g(20));
			stalls = next == at ? stalls + 1 : 0;
		}
		CHECK(stalls <= 20);
		lost += counted(&realm->hostile.answers);
		check_shared(g(1), g(20));
		CHECK_EQ(realm->s2.destroyed, 0);
	}
	CHECK(lost > 50);
}

static void run_all(u64 bytes)
{
	static const struct {
		const char *name;
		void (*run)(void);
		bool any;		/* with any granule, not only larger ones */
	} cases[] = {
		{ "tables", tables, true },
		{ "whole granules", whole_granules, true },
		{ "part of a granule", part_of_a_granule, false },
		{ "host=refuse", rejects, false },
		{ "host=kill", ends_the_realm, false },
		{ "host.stop, host.step and host.keep", stop_and_keep, true },
		{ "DESTROYED", destroyed, true },
		{ "runs", runs, false },
		{ "hidden and overwritten by the host", hide_and_scribble, false },
		{ "hostile", is_hostile, true },
	};

	granule = bytes;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (bytes == PAGE_SIZE && !cases[i].any)
			continue;
		tap_begin();
		cases[i].run();
		tap_end("RMM 2.0, granule of %luK: %s", bytes >> 10, cases[i].name);
	}
}

int main(void)
{
	run_all(4096);
	run_all(16384);
	run_all(65536);
	return tap_done();
}
