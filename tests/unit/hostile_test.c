// SPDX-License-Identifier: GPL-2.0-only
/* A seeded hostile host: seeds are reproducible, and a kernel can survive its answers. */
#include "hostile.h"
#include "rsi.h"
#include "rsi_env.h"
#include "tap.h"

#define SEEDS		300
#define REQUESTS	200
#define BASE		(PLAT_RAM + 0x100000)
#define TOP		(BASE + 0x10000)

static struct hostile h;

static u64 mix(u64 sum, u64 x)
{
	return (sum ^ x) * 0x100000001b3;
}

/* Make one request of each kind, and return a hash of all answers. */
static u64 one_of_each(void)
{
	u64 gprs[31] = { 0x10000 }, set[9] = { 0, BASE + PAGE_SIZE };
	u64 get[9] = { 0, TOP, RIPAS_RAM };
	u64 base = BASE, top = TOP, word = 0, sum = 0;
	bool rejected = false;

	sum = mix(sum, hostile_call(&h, gprs));
	for (int i = 0; i < 31; i++)
		sum = mix(sum, gprs[i]);
	sum = mix(sum, hostile_change(&h, BASE, TOP, PAGE_SIZE, &rejected));
	sum = mix(sum, rejected);
	sum = mix(sum, hostile_destroy(&h, &base, &top, PAGE_SIZE));
	sum = mix(sum, base ^ top);
	hostile_shared(&h, BASE, TOP);
	hostile_set_answer(&h, BASE, TOP, set);
	hostile_get_answer(&h, BASE, TOP, get);
	for (int i = 0; i < 3; i++)
		sum = mix(mix(sum, set[i]), get[i]);
	sum = mix(sum, hostile_scribble(&h, &base, &word));
	sum = mix(sum, base ^ word);
	sum = mix(sum, hostile_hide(&h, &base, &top));
	sum = mix(sum, base ^ top);
	return mix(sum, hostile_delay(&h));
}

static u64 run(u64 seed, u64 kinds)
{
	u64 sum = 0;

	hostile_reset(&h, seed, kinds);
	for (int i = 0; i < REQUESTS; i++)
		sum = mix(sum, one_of_each());
	return sum;
}

static void hostile_same_seed_same_run(void)
{
	u64 last = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		u64 sum = run(seed, HOSTILE_ALL), digest = h.digest;

		run(seed + 12345, HOSTILE_ALL);
		CHECK_EQ(run(seed, HOSTILE_ALL), sum);
		CHECK_EQ(h.digest, digest);
		CHECK(sum != last);
		last = sum;
	}
}

/* Requests of other kinds in between do not change the draws. */
static void hostile_kinds_are_apart(void)
{
	u64 alone[REQUESTS];
	bool rejected;

	hostile_reset(&h, 7, HOSTILE_ALL);
	for (int i = 0; i < REQUESTS; i++)
		alone[i] = hostile_change(&h, BASE, TOP, PAGE_SIZE, &rejected);
	hostile_reset(&h, 7, HOSTILE_ALL);
	for (int i = 0; i < REQUESTS; i++) {
		u64 gprs[31] = { 0 };

		hostile_call(&h, gprs);
		hostile_delay(&h);
		CHECK_EQ(hostile_change(&h, BASE, TOP, PAGE_SIZE, &rejected), alone[i]);
	}
}

static void hostile_not_at_all(void)
{
	u64 before, honest = 0;

	h = (struct hostile){ 0 };
	for (int i = 0; i < REQUESTS; i++)
		honest = mix(honest, one_of_each());
	CHECK_EQ(h.answers, 0);
	before = h.answers;
	CHECK_EQ(run(1, 0), honest);
	CHECK_EQ(h.answers, before);
	for (int kind = 0; kind < HOSTILE_KINDS; kind++) {
		before = h.answers;
		/* Invalid RMM answers are rare. */
		for (u64 seed = 0; seed < 8; seed++)
			run(seed, BIT(kind));
		CHECK(h.answers > before);
	}
}

static void hostile_calls(void)
{
	u64 codes = 0, no_codes = 0, unknown = 0, noise = 0, honest = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		hostile_reset(&h, seed, HOSTILE_ALL);
		for (int i = 0; i < 20; i++) {
			u64 gprs[31] = { 0x10000 }, code = hostile_call(&h, gprs);

			codes += code && code <= RSI_ERROR_UNKNOWN;
			no_codes += code > RSI_ERROR_UNKNOWN;
			unknown += !code && gprs[0] == ~0UL;
			noise += !!gprs[30];
			honest += !code && gprs[0] == 0x10000 && !gprs[1];
		}
	}
	CHECK(codes && no_codes && unknown && noise);
	CHECK(honest > SEEDS * 20 / 3 && honest < SEEDS * 20 * 3 / 4);
}

/* A kernel that retries makes progress, in whole granules. */
static void check_changes(u64 granule)
{
	u64 longest = 0, partial = 0, rejects = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		u64 stalls = 0, base = BASE;

		hostile_reset(&h, seed, HOSTILE_ALL);
		for (int i = 0; i < REQUESTS; i++) {
			bool rejected = false;
			u64 at = hostile_change(&h, base, TOP, granule, &rejected);

			CHECK(at >= base && at <= TOP && IS_ALIGNED(at, granule));
			CHECK(!rejected || at == base);
			rejects += rejected;
			partial += at > base && at < TOP;
			stalls = at == base ? stalls + 1 : 0;
			longest = stalls > longest ? stalls : longest;
			base = at == TOP ? BASE : at;
		}
	}
	CHECK(longest > 8 && longest <= 20);
	CHECK(partial && rejects);
}

static void hostile_changes(void)
{
	check_changes(PAGE_SIZE);
	check_changes(4 * PAGE_SIZE);
}

static void hostile_states(void)
{
	u64 lies = 0, unknown = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		hostile_reset(&h, seed, HOSTILE_ALL);
		for (int i = 0; i < REQUESTS; i++) {
			enum ripas true_state = i % 3;
			u64 res[9] = { 0, TOP - PAGE_SIZE, true_state };

			hostile_get_answer(&h, BASE, TOP, res);
			/* Never report RAM or EMPTY wrongly. */
			if (!res[0] && res[2] <= RIPAS_RAM && res[1] > BASE && res[1] <= TOP) {
				CHECK_EQ(res[2], true_state);
				CHECK(res[1] <= TOP - PAGE_SIZE);
			} else {
				lies += res[2] != RIPAS_DESTROYED || true_state != RIPAS_DESTROYED;
			}
			unknown += res[2] > RIPAS_DESTROYED + 1;
		}
	}
	CHECK(lies > 1000 && unknown);
}

/* Never claim a change that was not made. */
static void hostile_set_answers(void)
{
	u64 lies = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		hostile_reset(&h, seed, HOSTILE_ALL);
		for (int i = 0; i < REQUESTS; i++) {
			u64 res[9] = { 0, BASE + 4 * PAGE_SIZE };

			hostile_set_answer(&h, BASE, TOP, res);
			CHECK(res[0] || res[1] <= BASE + 4 * PAGE_SIZE || res[1] > TOP);
			lies += res[0] || res[1] != BASE + 4 * PAGE_SIZE;
		}
	}
	CHECK(lies > 100);
}

static void hostile_touches_what_was_shared(void)
{
	u64 scribbled = 0, hidden = 0, lost = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		u64 base, top, word;

		hostile_reset(&h, seed, HOSTILE_ALL);
		CHECK(!hostile_scribble(&h, &base, &word));
		CHECK(!hostile_hide(&h, &base, &top));
		hostile_shared(&h, BASE, TOP);
		for (int i = 0; i < REQUESTS; i++) {
			if (hostile_scribble(&h, &base, &word)) {
				scribbled++;
				CHECK(base >= BASE && base < TOP && IS_ALIGNED(base, PAGE_SIZE));
			}
			if (hostile_hide(&h, &base, &top)) {
				hidden++;
				CHECK(base >= BASE && base < top && top <= TOP);
			}
			base = BASE;
			top = TOP;
			if (hostile_destroy(&h, &base, &top, 4 * PAGE_SIZE)) {
				lost++;
				CHECK(base >= BASE && base < top && top <= TOP);
				CHECK(IS_ALIGNED(base | top, 4 * PAGE_SIZE));
			}
			base = TOP;
			top = TOP;
			CHECK(!hostile_destroy(&h, &base, &top, PAGE_SIZE));
		}
	}
	CHECK(scribbled && hidden && lost);
}

/* ---- In the simulator */

static u64 reset(struct realm *realm, u64 seed, u64 kinds)
{
	u64 x[31] = { TEST_HOSTILE, seed, kinds };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	return x[1];
}

static void ask(struct realm *realm)
{
	struct host_call hc = { .gprs = { 0xc500004e } };

	rhi_handle(realm, &hc);
}

static void hostile_begins_when_it_is_asked(void)
{
	struct realm *realm = env_realm("host.hostile=0");
	u64 next;

	for (int i = 0; i < 100; i++) {
		CHECK_EQ(env_set(realm, BASE, TOP, i % 2, &next), RSI_SUCCESS);
		CHECK_EQ(next, TOP);
	}
	CHECK_EQ(realm->hostile.answers, 0);
	ask(realm);
	CHECK_EQ(realm->hostile.seeds, 1);
	CHECK_EQ(realm->hostile.kinds, HOSTILE_ALL);
	ask(realm);
	CHECK_EQ(realm->hostile.seeds, 1);
	for (int i = 0; i < 100; i++)
		env_set(realm, BASE, TOP, i % 2, &next);
	CHECK(realm->hostile.answers > 10);
}

static void hostile_resets(void)
{
	struct realm *realm = env_realm("host.hostile=1");
	u64 x[31] = { TEST_HOSTILE, 5, HOSTILE_ALL, TEST_HOSTILE_READ }, answers;

	/* The RHI call does not restore the seed of the configuration. */
	reset(realm, 5, 0);
	ask(realm);
	CHECK_EQ(realm->hostile.kinds, 0);
	CHECK_EQ(reset(realm, 5, HOSTILE_ALL), 0);
	for (int i = 0; i < 100; i++)
		env_set(realm, BASE, TOP, i % 2, NULL);
	answers = realm->hostile.answers;
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK(x[1] >= answers && x[2]);
	CHECK_EQ(realm->hostile.seeds, 2);
	CHECK(reset(realm, 6, HOSTILE_ALL) >= x[1]);
	CHECK_EQ(realm->hostile.seed, 6);
}

static void hostile_call_is_for_tests(void)
{
	struct realm *realm = env_realm("");
	u64 x[31] = { TEST_HOSTILE, 5, HOSTILE_ALL };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], SMCCC_NOT_SUPPORTED);
	CHECK(!realm->hostile.on);
}

/* Hidden pages stay shared, and are mapped again by an access. */
static void hostile_hides(void)
{
	struct realm *realm = env_realm("");

	env_set(realm, BASE, TOP, RIPAS_EMPTY, NULL);
	env_tlb_fill(realm);
	s2_hide(&realm->s2, BASE - PAGE_SIZE, BASE + 2 * PAGE_SIZE);
	CHECK_EQ(env_tlb_stale(realm), 0);
	CHECK(s2_maps(&realm->s2, BASE - PAGE_SIZE));
	CHECK(!s2_maps(&realm->s2, BASE | S2_SHARED));
	CHECK(!s2_maps(&realm->s2, (BASE + PAGE_SIZE) | S2_SHARED));
	CHECK(s2_maps(&realm->s2, (BASE + 2 * PAGE_SIZE) | S2_SHARED));
	CHECK_EQ(s2_ripas(&realm->s2, BASE), RIPAS_EMPTY);
	s2_show(&realm->s2, BASE + PAGE_SIZE + 8);
	CHECK(!s2_maps(&realm->s2, BASE | S2_SHARED));
	CHECK(s2_maps(&realm->s2, (BASE + PAGE_SIZE) | S2_SHARED));
	s2_show(&realm->s2, BASE - PAGE_SIZE);
	CHECK(!s2_maps(&realm->s2, (BASE - PAGE_SIZE) | S2_SHARED));
	/* A page that became private again is not mapped in the shared half. */
	env_set(realm, BASE, BASE + PAGE_SIZE, RIPAS_RAM, NULL);
	s2_show(&realm->s2, BASE);
	CHECK(!s2_maps(&realm->s2, BASE | S2_SHARED));
	CHECK(s2_maps(&realm->s2, BASE));
}

/* Counters and tables stay consistent, whatever the kernel does. */
static void hostile_realm_stays_whole(void)
{
	struct realm *realm = env_realm("host.hostile=1\ngranule=65536");
	u64 lost = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		u64 empty = 0, destroyed = 0;

		reset(realm, seed, HOSTILE_ALL);
		for (int i = 0; i < 50; i++) {
			u64 at = BASE + i % 7 * 0x10000;

			env_set(realm, at, at + 0x10000, i % 2, NULL);
			lost += realm->s2.destroyed;
		}
		for (u64 at = PLAT_RAM; at < PLAT_RAM + ENV_RAM; at += PAGE_SIZE) {
			enum ripas ripas = s2_ripas(&realm->s2, at);

			empty += ripas == RIPAS_EMPTY;
			destroyed += ripas == RIPAS_DESTROYED;
			CHECK_EQ(s2_maps(&realm->s2, at), ripas == RIPAS_RAM);
			CHECK(ripas == RIPAS_EMPTY || !s2_maps(&realm->s2, at | S2_SHARED));
		}
		CHECK_EQ(realm->s2.shared, empty * PAGE_SIZE);
		CHECK_EQ(realm->s2.destroyed, destroyed * PAGE_SIZE);
	}
	CHECK_EQ(realm->end, END_RUNNING);
	CHECK(lost);
}

int main(void)
{
	TAP_RUN(hostile_same_seed_same_run);
	TAP_RUN(hostile_kinds_are_apart);
	TAP_RUN(hostile_not_at_all);
	TAP_RUN(hostile_calls);
	TAP_RUN(hostile_changes);
	TAP_RUN(hostile_states);
	TAP_RUN(hostile_set_answers);
	TAP_RUN(hostile_touches_what_was_shared);
	TAP_RUN(hostile_begins_when_it_is_asked);
	TAP_RUN(hostile_resets);
	TAP_RUN(hostile_call_is_for_tests);
	TAP_RUN(hostile_hides);
	TAP_RUN(hostile_realm_stays_whole);
	return tap_done();
}
