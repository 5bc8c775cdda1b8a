// SPDX-License-Identifier: GPL-2.0-only
/* Each host's reaction to requests that break its 64K granule */
#include "host.h"
#include "rsi.h"
#include "rsi_env.h"
#include "tap.h"

#define K64		0x10000UL
#define G(n)		(PLAT_RAM + (n) * K64)
#define BASE		(G(2) + PAGE_SIZE)

static struct realm *realm;

static void start(const char *host)
{
	char config[64];

	snprintf(config, sizeof(config), "granule=65536\nhost=%s", host);
	realm = env_realm(config);
}

/* Aligned requests never fail, on any host. */
static void host_aligned(void)
{
	for (unsigned int i = 0; host_policy_name(i); i++) {
		u64 next;

		start(host_policy_name(i));
		if (!host_has_realm(&realm->cfg))
			continue;
		CHECK_EQ(env_set(realm, G(1), G(3), RIPAS_EMPTY, &next), RSI_SUCCESS);
		CHECK_EQ(next, G(3));
		CHECK_EQ(env_set(realm, G(1), G(2), RIPAS_RAM, &next), RSI_SUCCESS);
		CHECK_EQ(next, G(2));
		CHECK_EQ(realm->s2.shared, K64);
		CHECK_EQ(realm->s2.destroyed, 0);
		CHECK_EQ(realm->misaligned_requests, 0);
		CHECK_EQ(realm->end, END_RUNNING);
	}
}

static void check_accepts_and_records(const char *host)
{
	u64 next;

	start(host);
	CHECK_EQ(env_set(realm, BASE, G(3), RIPAS_EMPTY, &next), RSI_SUCCESS);
	CHECK_EQ(next, G(3));
	CHECK_EQ(env_set(realm, G(2), G(3) - PAGE_SIZE, RIPAS_RAM, &next), RSI_SUCCESS);
	CHECK_EQ(next, G(3) - PAGE_SIZE);
	CHECK_EQ(realm->s2.shared, PAGE_SIZE);
	CHECK_EQ(realm->s2.destroyed, 0);
	CHECK_EQ(realm->misaligned_requests, 2);
	CHECK_EQ(realm->misaligned[0].base, BASE);
	CHECK_EQ(realm->misaligned[0].top, G(3));
	CHECK_EQ(realm->misaligned[0].ripas, RIPAS_EMPTY);
	CHECK_EQ(realm->misaligned[1].seq, 1);
	CHECK_EQ(realm->misaligned[1].ripas, RIPAS_RAM);
}

static void host_lenient(void)
{
	check_accepts_and_records("lenient");
}

static void host_record(void)
{
	check_accepts_and_records("record");
}

/* For RAM -> EMPTY, a refusal looks like partial progress. */
static void host_refuse(void)
{
	u64 x[31] = { 0xc4000197, BASE, G(3), RIPAS_EMPTY, 1 };

	start("refuse");
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(x[1], BASE);
	CHECK_EQ(x[2], RSI_ACCEPT);
	x[0] = 0xc4000197, x[1] = BASE, x[2] = G(3), x[3] = RIPAS_RAM, x[4] = 1;
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(x[1], BASE);
	CHECK_EQ(x[2], RSI_REJECT);
	CHECK_EQ(realm->s2.shared, 0);
	CHECK_EQ(realm->to_shared.requests, 1);
	CHECK_EQ(realm->to_shared.bytes, 0);
	CHECK_EQ(realm->misaligned_requests, 2);
}

static void host_kill(void)
{
	start("kill");
	CHECK_EQ(env_set(realm, BASE, G(3), RIPAS_EMPTY, NULL), -1);
	CHECK_EQ(realm->end, END_HOST_KILLED);
	CHECK_STR(realm->message,
		  "0x48021000-0x48030000 to EMPTY does not respect the host's granule of 0x10000");
	CHECK_EQ(realm->s2.shared, 0);
}

static void host_destroy(void)
{
	u64 next;

	start("destroy");
	env_tlb_fill(realm);
	CHECK_EQ(env_set(realm, BASE, BASE + PAGE_SIZE, RIPAS_EMPTY, &next), RSI_SUCCESS);
	CHECK_EQ(next, BASE + PAGE_SIZE);
	CHECK_EQ(env_tlb_stale(realm), 0);
	CHECK_EQ(realm->s2.shared, PAGE_SIZE);
	CHECK_EQ(realm->s2.destroyed, K64 - PAGE_SIZE);
	CHECK_EQ(s2_ripas(&realm->s2, G(2)), RIPAS_DESTROYED);
	CHECK_EQ(s2_ripas(&realm->s2, BASE), RIPAS_EMPTY);
	CHECK_EQ(s2_ripas(&realm->s2, G(3) - PAGE_SIZE), RIPAS_DESTROYED);
	CHECK_EQ(s2_ripas(&realm->s2, G(2) - PAGE_SIZE), RIPAS_RAM);
	CHECK_EQ(s2_ripas(&realm->s2, G(3)), RIPAS_RAM);
}

/* Unsharing destroys nothing: the host page has no private neighbours left. */
static void host_destroy_unshare(void)
{
	start("destroy");
	env_set(realm, G(2), G(3), RIPAS_EMPTY, NULL);
	CHECK_EQ(env_set(realm, G(2), BASE, RIPAS_RAM, NULL), RSI_SUCCESS);
	CHECK_EQ(env_set(realm, BASE, BASE + PAGE_SIZE, RIPAS_RAM, NULL), RSI_SUCCESS);
	CHECK_EQ(realm->s2.destroyed, 0);
	CHECK_EQ(realm->s2.shared, K64 - 2 * PAGE_SIZE);
}

/*
 * Of a range that covers whole granules in the middle, only the granules at its ends are
 * destroyed.
 */
static void host_destroy_ends(void)
{
	start("destroy");
	env_set(realm, BASE, G(5) + PAGE_SIZE, RIPAS_EMPTY, NULL);
	CHECK_EQ(realm->s2.destroyed, PAGE_SIZE + K64 - PAGE_SIZE);
	CHECK_EQ(realm->s2.shared, 3 * K64);
}

/* The list is limited, the counter is not. */
static void host_list_overflows(void)
{
	start("record");
	for (int i = 0; i < MISALIGNED_MAX + 10; i++)
		env_set(realm, BASE, BASE + PAGE_SIZE, i & 1 ? RIPAS_RAM : RIPAS_EMPTY, NULL);
	CHECK_EQ(realm->misaligned_requests, MISALIGNED_MAX + 10);
	CHECK_EQ(realm->misaligned[MISALIGNED_MAX - 1].seq, MISALIGNED_MAX - 1);
}

/* A host call cannot use a DESTROYED page: no host can resolve the access. */
static void host_call_from_a_destroyed_page(void)
{
	u64 x[31] = { 0xc4000199, G(2) };

	start("destroy");
	env_set(realm, BASE, BASE + PAGE_SIZE, RIPAS_EMPTY, NULL);
	CHECK_EQ(env_smc(realm, x), FATAL);
	CHECK_EQ(realm->end, END_HOST_FAULT);
	CHECK_STR(realm->message, "RSI call needs IPA 0x48020000, whose RIPAS is DESTROYED");
}

/* The first RHI call activates the options that no kernel could boot with. */
static void ask(void)
{
	struct host_call hc = { .gprs = { 0xc500004e } };

	CHECK_EQ(rhi_handle(realm, &hc), 0);
}

static void start_with(const char *config)
{
	char text[128];

	snprintf(text, sizeof(text), "granule=65536\n%s", config);
	realm = env_realm(text);
}

/* X0..X2 of one RSI_IPA_STATE_SET */
static void check_set(u64 base, u64 top, enum ripas ripas, u64 next, u64 response)
{
	u64 x[31] = { 0xc4000197, base, top, ripas, RSI_CHANGE_DESTROYED };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(x[1], next);
	CHECK_EQ(x[2], response);
}

/* Partial progress is not a refusal, in either direction. */
static void host_step(void)
{
	start_with("host.step=0x6000");
	check_set(G(1), G(2), RIPAS_EMPTY, G(1) + 0x6000, RSI_ACCEPT);
	check_set(G(1) + 0x6000, G(2), RIPAS_EMPTY, G(1) + 0xc000, RSI_ACCEPT);
	check_set(G(1) + 0xc000, G(2), RIPAS_EMPTY, G(2), RSI_ACCEPT);
	CHECK_EQ(realm->s2.shared, K64);
	check_set(G(1), G(2), RIPAS_RAM, G(1) + 0x6000, RSI_ACCEPT);
	CHECK_EQ(realm->s2.shared, K64 - 0x6000);
	CHECK_EQ(realm->to_private.bytes, 0x6000);
	CHECK_EQ(realm->misaligned_requests, 2);
}

/* A DESTROYED page that may not change stops the request, whatever the step. */
static void host_step_rejects(void)
{
	u64 x[31] = { 0xc4000197, G(1), G(2), RIPAS_RAM };

	start_with("host.step=0x2000");
	s2_destroy(&realm->s2, G(1) + PAGE_SIZE, G(2));
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[1], G(1) + PAGE_SIZE);
	CHECK_EQ(x[2], RSI_REJECT);
}

static void host_stop(void)
{
	start_with("host.stop=0x18000");
	check_set(G(8), G(12), RIPAS_EMPTY, G(12), RSI_ACCEPT);
	ask();
	check_set(G(1), G(2), RIPAS_EMPTY, G(2), RSI_ACCEPT);
	check_set(G(2), G(4), RIPAS_EMPTY, G(2) + 0x8000, RSI_ACCEPT);
	check_set(G(2) + 0x8000, G(4), RIPAS_EMPTY, G(2) + 0x8000, RSI_ACCEPT);
	check_set(G(1), G(4), RIPAS_EMPTY, G(2) + 0x8000, RSI_ACCEPT);
	check_set(G(1), G(2), RIPAS_RAM, G(2), RSI_ACCEPT);
	check_set(G(1), G(2), RIPAS_EMPTY, G(1), RSI_ACCEPT);
	CHECK_EQ(realm->s2.shared, 4 * K64 + 0x8000);
}

static void host_stops_at_once(void)
{
	start_with("host.stop=0");
	ask();
	check_set(G(1), G(2), RIPAS_EMPTY, G(1), RSI_ACCEPT);
	CHECK_EQ(realm->s2.shared, 0);
}

static void host_keep(void)
{
	start_with("host.keep=1");
	check_set(PLAT_RAM, G(8), RIPAS_RAM, G(8), RSI_ACCEPT);
	ask();
	check_set(G(1), G(2), RIPAS_EMPTY, G(2), RSI_ACCEPT);
	check_set(G(1), G(2), RIPAS_RAM, G(1), RSI_REJECT);
	CHECK_EQ(realm->s2.shared, K64);
}

static u64 *word_at(u64 pa)
{
	return arch_pa_to_va(pa);
}

	/* A run of whole pages cannot break a granule of one page. */
static void host_scribbles(void)
{
	const u64 word = 0x5ca1ab1e5ca1ab1e, private = 0xeeeeeeeeeeeeeeee;
	u64 x[31] = { 0xc4000190, 0x10000 };

	start_with("host.scribble=0x5ca1ab1e5ca1ab1e");
	check_set(G(2), G(3), RIPAS_EMPTY, G(3), RSI_ACCEPT);
	/* In another table */
	check_set(G(100), G(100) + PAGE_SIZE, RIPAS_EMPTY, G(100) + PAGE_SIZE, RSI_ACCEPT);
	CHECK_EQ(*word_at(G(2)), 0);
	ask();
	CHECK_EQ(env_smc(realm, x), HANDLED);
	for (u64 i = 0; i < K64; i += 8)
		CHECK_EQ(*word_at(G(2) + i), word);
	CHECK_EQ(*word_at(G(100)), word);
	CHECK_EQ(*word_at(G(2) - 8), private);
	CHECK_EQ(*word_at(G(3)), private);
	CHECK_EQ(*word_at(G(100) + PAGE_SIZE), private);

	*word_at(G(2)) = 1;
	x[0] = 0x12345678;
	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(*word_at(G(2)), word);
	check_set(G(2), G(3), RIPAS_RAM, G(3), RSI_ACCEPT);
	CHECK_EQ(*word_at(G(2)), 0);
	CHECK_EQ(*word_at(G(3) - 8), 0);
}

int main(void)
{
	TAP_RUN(host_aligned);
	TAP_RUN(host_lenient);
	TAP_RUN(host_record);
	TAP_RUN(host_refuse);
	TAP_RUN(host_kill);
	TAP_RUN(host_destroy);
	TAP_RUN(host_destroy_unshare);
	TAP_RUN(host_destroy_ends);
	TAP_RUN(host_list_overflows);
	TAP_RUN(host_call_from_a_destroyed_page);
	TAP_RUN(host_step);
	TAP_RUN(host_step_rejects);
	TAP_RUN(host_stop);
	TAP_RUN(host_stops_at_once);
	TAP_RUN(host_keep);
	TAP_RUN(host_scribbles);
	return tap_done();
}
