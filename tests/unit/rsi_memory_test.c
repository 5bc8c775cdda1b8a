// SPDX-License-Identifier: GPL-2.0-only
/* RIPAS, both halves of stage 2, and page contents across conversions */
#include <string.h>

#include "rsi.h"
#include "rsi_env.h"
#include "tap.h"

#define PAGE(n)		(PLAT_RAM + (n) * PAGE_SIZE)
#define RAM_END		(PLAT_RAM + ENV_RAM)
#define TABLE		(2UL << 20)
#define K16		(16UL << 10)
#define K64		(64UL << 10)

static struct realm *realm;

static enum ripas ripas(u64 ipa)
{
	return s2_ripas(&realm->s2, ipa);
}

static bool maps(u64 ipa)
{
	return s2_maps(&realm->s2, ipa);
}

static bool page_is(u64 ipa, u8 byte)
{
	const u8 *p = arch_pa_to_va(ipa);

	for (u64 i = 0; i < PAGE_SIZE; i++) {
		if (p[i] != byte)
			return false;
	}
	return true;
}

static u64 state_get(u64 start, u64 end, u64 *state)
{
	u64 x[31] = { 0xc4000198, start, end };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	*state = x[2];
	return x[1];
}

/* Initially all RAM is private, and devices are only in the shared half. */
static void memory_at_boot(void)
{
	realm = env_realm("");
	for (u64 ipa = PLAT_RAM; ipa < RAM_END; ipa += PAGE_SIZE)
		CHECK(ripas(ipa) == RIPAS_RAM && maps(ipa) && !maps(ipa | S2_SHARED));
	CHECK(!maps(0x09000000) && maps(0x09000000 | S2_SHARED));
	CHECK(!maps(PLAT_RAM - PAGE_SIZE) && !maps((PLAT_RAM - PAGE_SIZE) | S2_SHARED));
	CHECK(!maps(RAM_END) && !maps(RAM_END | S2_SHARED));
	CHECK_EQ(ripas(RAM_END), RIPAS_EMPTY);
	CHECK_EQ(ripas(S2_SHARED - PAGE_SIZE), RIPAS_EMPTY);
}

static void memory_without_a_realm(void)
{
	realm = env_realm("host=none");
	CHECK(maps(0x09000000) && maps(PLAT_RAM));
	CHECK(!maps(0x09000000 | S2_SHARED));

	u64 x[31] = { 0xc4000190, 0x10000 };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], ~0UL);
}

static void memory_share_and_unshare_one_page(void)
{
	u64 next;

	realm = env_realm("");
	CHECK_EQ(env_set(realm, PAGE(5), PAGE(6), RIPAS_EMPTY, &next), RSI_SUCCESS);
	CHECK_EQ(next, PAGE(6));
	CHECK(ripas(PAGE(5)) == RIPAS_EMPTY && !maps(PAGE(5)) && maps(PAGE(5) | S2_SHARED));
	CHECK(maps(PAGE(4)) && maps(PAGE(6)));
	CHECK_EQ(realm->s2.shared, PAGE_SIZE);
	CHECK_EQ(realm->to_shared.bytes, PAGE_SIZE);

	CHECK_EQ(env_set(realm, PAGE(5), PAGE(6), RIPAS_RAM, &next), RSI_SUCCESS);
	CHECK(ripas(PAGE(5)) == RIPAS_RAM && maps(PAGE(5)) && !maps(PAGE(5) | S2_SHARED));
	CHECK_EQ(realm->s2.shared, 0);
	CHECK_EQ(realm->to_private.bytes, PAGE_SIZE);
}

/* As measured: zeroed by both conversions, unchanged without a conversion. */
static void memory_contents(void)
{
	realm = env_realm("");
	env_set(realm, PAGE(5), PAGE(6), RIPAS_RAM, NULL);
	CHECK(page_is(PAGE(5), 0xee));
	env_set(realm, PAGE(5), PAGE(6), RIPAS_EMPTY, NULL);
	CHECK(page_is(PAGE(5), 0) && page_is(PAGE(4), 0xee) && page_is(PAGE(6), 0xee));
	memset(arch_pa_to_va(PAGE(5)), 0x55, PAGE_SIZE);
	env_set(realm, PAGE(4), PAGE(7), RIPAS_EMPTY, NULL);
	CHECK(page_is(PAGE(4), 0) && page_is(PAGE(5), 0x55) && page_is(PAGE(6), 0));
	env_set(realm, PAGE(5), PAGE(6), RIPAS_RAM, NULL);
	CHECK(page_is(PAGE(5), 0));
}

/* A range over several tables and both ends of RAM, partly shared already */
static void memory_long_ranges(void)
{
	u64 next;

	realm = env_realm("");
	env_set(realm, PAGE(500), PAGE(600), RIPAS_EMPTY, NULL);
	CHECK_EQ(env_set(realm, PLAT_RAM - TABLE, RAM_END + TABLE, RIPAS_EMPTY, &next), 0);
	CHECK_EQ(next, RAM_END + TABLE);
	CHECK_EQ(realm->s2.shared, ENV_RAM);
	CHECK_EQ(realm->to_shared.bytes, ENV_RAM);
	CHECK_EQ(realm->to_shared.requests, 2);
	CHECK_EQ(env_set(realm, PLAT_RAM, RAM_END, RIPAS_RAM, &next), RSI_SUCCESS);
	CHECK_EQ(next, RAM_END);
	CHECK_EQ(realm->s2.shared, 0);
}

/* Addresses outside RAM cannot become RAM: stop there with REJECT. */
static void memory_no_ram_there(void)
{
	u64 x[31] = { 0xc4000197, RAM_END - PAGE_SIZE, RAM_END + PAGE_SIZE, RIPAS_RAM, 1 };

	realm = env_realm("");
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(x[1], RAM_END);
	CHECK_EQ(x[2], RSI_REJECT);
}

static void memory_destroyed(void)
{
	u64 x[31] = { 0xc4000197, PAGE(8), PAGE(12), RIPAS_RAM, 0 };
	u64 state;

	realm = env_realm("");
	s2_destroy(&realm->s2, PAGE(10), PAGE(11));
	CHECK(ripas(PAGE(10)) == RIPAS_DESTROYED && !maps(PAGE(10)) && !maps(PAGE(10) | S2_SHARED));
	CHECK_EQ(realm->s2.destroyed, PAGE_SIZE);
	CHECK_EQ(state_get(PAGE(8), PAGE(20), &state), PAGE(10));
	CHECK_EQ(state, RIPAS_RAM);
	CHECK_EQ(state_get(PAGE(10), PAGE(20), &state), PAGE(11));
	CHECK_EQ(state, RIPAS_DESTROYED);

	/* Without CHANGE_DESTROYED the page does not become RAM ... */
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(x[1], PAGE(10));
	CHECK_EQ(x[2], RSI_REJECT);
	CHECK_EQ(ripas(PAGE(10)), RIPAS_DESTROYED);

	/* ... but with it, and to EMPTY in both cases. */
	CHECK_EQ(env_set(realm, PAGE(8), PAGE(12), RIPAS_RAM, NULL), RSI_SUCCESS);
	CHECK(ripas(PAGE(10)) == RIPAS_RAM && maps(PAGE(10)) && page_is(PAGE(10), 0));
	CHECK_EQ(realm->s2.destroyed, 0);
	s2_destroy(&realm->s2, PAGE(10), PAGE(11));
	x[0] = 0xc4000197, x[1] = PAGE(8), x[2] = PAGE(12), x[3] = RIPAS_EMPTY, x[4] = 0;
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK(ripas(PAGE(10)) == RIPAS_EMPTY && maps(PAGE(10) | S2_SHARED));
	CHECK_EQ(realm->s2.destroyed, 0);
	CHECK_EQ(realm->s2.shared, 4 * PAGE_SIZE);
}

/* Only RIPAS RAM can be lost: shared pages have other memory on a real host. */
static void memory_destroy_spares_shared_pages(void)
{
	realm = env_realm("");
	env_set(realm, PAGE(9), PAGE(10), RIPAS_EMPTY, NULL);
	s2_destroy(&realm->s2, PLAT_RAM - TABLE, PAGE(10));
	CHECK_EQ(ripas(PAGE(9)), RIPAS_EMPTY);
	CHECK_EQ(realm->s2.destroyed, 9 * PAGE_SIZE);
}

/* A run ends with the table that was walked: callers have to loop. */
static void memory_runs(void)
{
	u64 state;

	realm = env_realm("");
	/* All tables here have one RIPAS each: their runs are merged. */
	CHECK_EQ(state_get(PLAT_RAM + PAGE_SIZE, S2_SHARED, &state), RAM_END);
	CHECK_EQ(state, RIPAS_RAM);
	CHECK_EQ(state_get(PLAT_RAM + PAGE_SIZE, PAGE(600), &state), PAGE(600));
	CHECK_EQ(state_get(RAM_END, S2_SHARED, &state), 0x80000000);
	CHECK_EQ(state, RIPAS_EMPTY);
	CHECK_EQ(state_get(0x80000000, S2_SHARED, &state), S2_SHARED);
	CHECK_EQ(state_get(0x40000000, RAM_END, &state), PLAT_RAM);
	CHECK_EQ(state, RIPAS_EMPTY);

	/* Not of the next level's, even if its next entry has the same RIPAS. */
	env_set(realm, PLAT_RAM, PAGE(8), RIPAS_EMPTY, NULL);
	CHECK_EQ(state_get(RAM_END, S2_SHARED, &state), 0x80000000);
	/* Here the table with eight EMPTY pages ends. */
	CHECK_EQ(state_get(PAGE(8), S2_SHARED, &state), PLAT_RAM + TABLE);
	CHECK_EQ(state, RIPAS_RAM);
	CHECK_EQ(state_get(PLAT_RAM + TABLE, S2_SHARED, &state), RAM_END);
	env_set(realm, PAGE(1200), PAGE(1201), RIPAS_EMPTY, NULL);
	CHECK_EQ(state_get(PLAT_RAM + TABLE, S2_SHARED, &state), PLAT_RAM + 2 * TABLE);
	CHECK_EQ(state_get(PLAT_RAM + 2 * TABLE, S2_SHARED, &state), PAGE(1200));

	u64 at = 0, n = 0;

	for (; at < S2_SHARED && n < 100; n++)
		at = state_get(at, S2_SHARED, &state);
	CHECK_EQ(at, S2_SHARED);
}

/* As measured: 4 MiB that became shared as a whole are one run. */
static void memory_runs_of_whole_tables(void)
{
	u64 state;

	realm = env_realm("");
	env_set(realm, PLAT_RAM + TABLE, PLAT_RAM + 3 * TABLE, RIPAS_EMPTY, NULL);
	CHECK_EQ(state_get(PLAT_RAM, S2_SHARED, &state), PLAT_RAM + TABLE);
	CHECK_EQ(state, RIPAS_RAM);
	CHECK_EQ(state_get(PLAT_RAM + TABLE, S2_SHARED, &state), PLAT_RAM + 3 * TABLE);
	CHECK_EQ(state, RIPAS_EMPTY);
	CHECK_EQ(state_get(PLAT_RAM + 2 * TABLE - PAGE_SIZE, S2_SHARED, &state),
		 PLAT_RAM + 3 * TABLE);
	/* A table at the end of RAM continues behind it: there everything is EMPTY. */
	env_set(realm, PLAT_RAM + 3 * TABLE, RAM_END, RIPAS_EMPTY, NULL);
	CHECK_EQ(state_get(PLAT_RAM + TABLE, S2_SHARED, &state), 0x80000000);
}

/* Answers are valid while the kernel boots, because it trusts them. */
static void state_get_spoilt(void)
{
	static const struct {
		const char *word;
		u64 x[3];
	} lies[] = {
		{ "honest", { RSI_SUCCESS, PAGE(600), RIPAS_RAM } },
		{ "error", { RSI_ERROR_STATE, PAGE(600), RIPAS_RAM } },
		{ "backwards", { RSI_SUCCESS, PAGE(3), RIPAS_RAM } },
		{ "empty", { RSI_SUCCESS, PAGE(4), RIPAS_RAM } },
		{ "beyond", { RSI_SUCCESS, PAGE(601), RIPAS_RAM } },
		{ "inside", { RSI_SUCCESS, PAGE(600) - PAGE_SIZE / 2, RIPAS_RAM } },
		{ "unknown", { RSI_SUCCESS, PAGE(600), 4 } },
		{ "pages", { RSI_SUCCESS, PAGE(5), RIPAS_RAM } },
		{ "flip", { RSI_SUCCESS, PAGE(5), RIPAS_RAM } },
		{ "moving", { RSI_SUCCESS, PAGE(600), RIPAS_RAM } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		char config[64];
		u64 state;

		snprintf(config, sizeof(config), "rsi.state_get=%s", lies[i].word);
		realm = env_realm(config);
		CHECK_EQ(state_get(PAGE(4), PAGE(600), &state), PAGE(600));
		CHECK_EQ(state, RIPAS_RAM);
		realm->asked = true;
		for (int again = 0; again < 2; again++) {
			u64 x[31] = { 0xc4000198, PAGE(4), PAGE(600) };

			CHECK_EQ(env_smc(realm, x), HANDLED);
			for (int j = 0; j < 3; j++)
				CHECK_EQ(x[j], lies[i].x[j]);
		}
	}
	/* "moving": a growing shared run, only at the start of RAM */
	for (u64 n = 1; n <= 257; n++) {
		u64 state;

		CHECK_EQ(state_get(PLAT_RAM, RAM_END, &state), PAGE((n - 1) % 256 + 1));
		CHECK_EQ(state, RIPAS_EMPTY);
	}
}

static void memory_tlb(void)
{
	realm = env_realm("");
	env_tlb_fill(realm);
	env_set(realm, PAGE(3), PAGE(4), RIPAS_EMPTY, NULL);
	CHECK_EQ(env_tlb_stale(realm), 0);
	env_tlb_fill(realm);
	env_set(realm, PAGE(1), PAGE(1500), RIPAS_EMPTY, NULL);
	CHECK_EQ(env_tlb_stale(realm), 0);
	env_tlb_fill(realm);
	env_set(realm, PAGE(100), PAGE(1400), RIPAS_RAM, NULL);
	CHECK_EQ(env_tlb_stale(realm), 0);
	env_tlb_fill(realm);
	s2_destroy(&realm->s2, PAGE(200), PAGE(202));
	CHECK_EQ(env_tlb_stale(realm), 0);
	env_tlb_fill(realm);
	env_set(realm, PAGE(90), PAGE(300), RIPAS_RAM, NULL);
	CHECK_EQ(env_tlb_stale(realm), 0);
}

/* s2_init() rejects a pool that is too small. */
static void memory_table_pool(void)
{
	struct stage2 s2;
	void *pool;

	realm = env_realm("");
	pool = realm->s2.root;
	CHECK(!s2_init(&s2, pool, PAGE_SIZE - 1, PAGE_SIZE, PLAT_RAM, ENV_RAM, true));
	CHECK(!s2_init(&s2, pool, 4 * PAGE_SIZE, PAGE_SIZE, PLAT_RAM, ENV_RAM, true));
	CHECK(!s2_init(&s2, pool, 11 * PAGE_SIZE - 1, PAGE_SIZE, PLAT_RAM, ENV_RAM, true));
	/* One level-1 table; in each half one level-2 and four level-3 tables */
	CHECK(s2_init(&s2, pool, 11 * PAGE_SIZE, PAGE_SIZE, PLAT_RAM, ENV_RAM, true));
	/* One level-2 table; in each half one level-3 table */
	CHECK(!s2_init(&s2, pool, 3 * K16 - 1, K16, PLAT_RAM, ENV_RAM, true));
	CHECK(s2_init(&s2, pool, 3 * K16, K16, PLAT_RAM, ENV_RAM, true));
	CHECK(!s2_init(&s2, pool, 3 * K64 - 1, K64, PLAT_RAM, ENV_RAM, true));
	CHECK(s2_init(&s2, pool, 3 * K64, K64, PLAT_RAM, ENV_RAM, true));
}

/* The tables of the largest Realm fit below PLAT_RAM. */
static void memory_largest_realm_fits(void)
{
	u64 level3 = PLAT_RAM_MAX / TABLE;
	u64 level2 = ALIGN_UP(PLAT_RAM + PLAT_RAM_MAX, 1UL << 30) >> 30;
	u64 tables = 1 + 2 * (level3 + level2);

	CHECK(tables * PAGE_SIZE + (1 << 20) <= PLAT_RAM - PLAT_IMAGE);
	/* Tables of 16K cover 32 MiB, of 64K 512 MiB, and RAM begins in the middle of one. */
	CHECK((1 + 2 * (PLAT_RAM_MAX / (32 << 20) + 1)) * K16 + (1 << 20) <=
	      PLAT_RAM - PLAT_IMAGE);
	CHECK((1 + 2 * (PLAT_RAM_MAX / (512 << 20) + 1)) * K64 + (1 << 20) <=
	      PLAT_RAM - PLAT_IMAGE);
}

/* RSI_REALM_CONFIG only writes the defined fields of the page. */
static void realm_config_page(void)
{
	u64 x[31] = { 0xc4000196, PAGE(7) };
	const u64 *page;

	realm = env_realm("");
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	page = arch_pa_to_va(PAGE(7));
	CHECK_EQ(page[0], PLAT_IPA_BITS);
	CHECK_EQ(page[1], 0);
	CHECK_EQ(page[2], 0);
	CHECK_EQ(page[3], 0xeeeeeeee00000000UL | ENV_GICV3_VTR);
	CHECK_EQ(page[4], 0xeeeeeeeeeeeeeeeeUL);
	CHECK_EQ(page[0x200 / 8], 0);
	CHECK_EQ(page[0x240 / 8], 0xeeeeeeeeeeeeeeeeUL);
	CHECK(page_is(PAGE(8), 0xee));

	/* One field more */
	realm = env_realm("rmm=2.0");
	x[0] = 0xc4000196;
	x[1] = PAGE(7);
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(page[4], 0);
	CHECK_EQ(page[5], 0xeeeeeeeeeeeeeeeeUL);
}

static void realm_config_above_the_ipa_space(void)
{
	u64 x[31] = { 0xc4000196, PAGE(7) | 1UL << 47 };

	realm = env_realm("");
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_ERROR_INPUT);
}

int main(void)
{
	TAP_RUN(memory_at_boot);
	TAP_RUN(memory_without_a_realm);
	TAP_RUN(memory_share_and_unshare_one_page);
	TAP_RUN(memory_contents);
	TAP_RUN(memory_long_ranges);
	TAP_RUN(memory_no_ram_there);
	TAP_RUN(memory_destroyed);
	TAP_RUN(memory_destroy_spares_shared_pages);
	TAP_RUN(memory_runs);
	TAP_RUN(memory_runs_of_whole_tables);
	TAP_RUN(state_get_spoilt);
	TAP_RUN(memory_tlb);
	TAP_RUN(memory_table_pool);
	TAP_RUN(memory_largest_realm_fits);
	TAP_RUN(realm_config_page);
	TAP_RUN(realm_config_above_the_ipa_space);
	return tap_done();
}
