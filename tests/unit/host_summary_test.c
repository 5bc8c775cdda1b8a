// SPDX-License-Identifier: GPL-2.0-only
/* The JSON summary in the mailbox */
#include <string.h>

#include "rsi.h"
#include "rsi_env.h"
#include "summary.h"
#include "tap.h"

static void text_formats(void)
{
	char text[128];
	struct sbuf sb = SBUF(text, sizeof(text));

	sb_printf(&sb, "%s|%c|%d|%d|%lu|%lx|%16lx|%%", "abc", 'x', -7, 36, ~0UL, 0xbeefUL, 0x1fUL);
	CHECK_STR(text, "abc|x|-7|36|18446744073709551615|beef|000000000000001f|%");
	CHECK_EQ(sb.len, strlen(text));
}

/* Truncation must not write beyond the buffer. */
static void text_is_cut(void)
{
	char text[9] = "########";
	struct sbuf sb = SBUF(text, 8);

	sb_printf(&sb, "%s %lu", "abc", 123456789UL);
	sb_json(&sb, "more");
	CHECK_STR(text, "abc 123");
	CHECK_EQ(sb.len, 7);
	CHECK_EQ(text[8], 0);
	text[8] = '#';
	sb_printf(&sb, "x");
	CHECK_EQ(text[8], '#');
}

/* The text without its padding */
static const char *packed(void)
{
	static char out[PLAT_MAILBOX_SIZE];
	char *p = out;

	for (const char *s = summary_text(); *s; s++) {
		if (s[0] != ' ' || s[1] != ' ')
			*p++ = *s;
	}
	*p = '\0';
	return out;
}

static bool both_copies_balanced(void)
{
	return env_json_balanced(summary_text()) &&
	       env_json_balanced(summary_text() + PLAT_MAILBOX_SIZE / 2) &&
	       !strcmp(summary_text(), summary_text() + PLAT_MAILBOX_SIZE / 2);
}

static void summary_from_the_start(void)
{
	env_realm("cpus=2\nhost=record\ngranule=65536");
	CHECK(both_copies_balanced());
	CHECK_STR(packed(), "{\"schema\":1,\"end\":\"running\",\"ipa_bits\":36,\"cpus\":2,"
		  "\"memory_bytes\":8388608,\"host\":{\"policy\":\"record\",\"granule_bytes\":65536},"
		  "\"calls\":{\"unknown\":0},\"rhi\":{\"unknown\":0},\"convert\":{"
		  "\"to_shared\":{\"requests\":0,\"bytes\":0},"
		  "\"to_private\":{\"requests\":0,\"bytes\":0}},"
		  "\"convert_nsec\":{\"to_shared\":0,\"to_private\":0},"
		  "\"shared_bytes\":0,\"destroyed_bytes\":0,"
		  "\"misaligned\":{\"requests\":0,\"dropped\":0, \"list\":[]}}");
}

static void summary_of_a_run(void)
{
	struct realm *realm = env_realm("host=record\ngranule=65536");
	u64 off[31] = { 0x84000008 };

	env_set(realm, PLAT_RAM + 0x1000, PLAT_RAM + 0x3000, RIPAS_EMPTY, NULL);
	env_set(realm, PLAT_RAM + 0x1000, PLAT_RAM + 0x2000, RIPAS_RAM, NULL);
	CHECK_EQ(env_smc(realm, off), FATAL);
	summary_refresh(realm, true);
	CHECK(both_copies_balanced());
	CHECK_STR(packed(), "{\"schema\":1,\"end\":\"power_off\",\"ipa_bits\":36,\"cpus\":1,"
		  "\"memory_bytes\":8388608,\"host\":{\"policy\":\"record\",\"granule_bytes\":65536},"
		  "\"calls\":{\"PSCI_SYSTEM_OFF\":1,\"RSI_IPA_STATE_SET\":2,\"unknown\":0},"
		  "\"rhi\":{\"unknown\":0},\"convert\":{"
		  "\"to_shared\":{\"requests\":1,\"bytes\":8192},"
		  "\"to_private\":{\"requests\":1,\"bytes\":4096}},"
		  "\"convert_nsec\":{\"to_shared\":0,\"to_private\":0},"
		  "\"shared_bytes\":4096,\"destroyed_bytes\":0,"
		  "\"misaligned\":{\"requests\":2,\"dropped\":0, \"list\":["
		  "{\"seq\":0,\"base\":\"0x48001000\",\"top\":\"0x48003000\",\"ripas\":\"EMPTY\",\"vcpu\":0},"
		  "{\"seq\":1,\"base\":\"0x48001000\",\"top\":\"0x48002000\",\"ripas\":\"RAM\",\"vcpu\":0}]},"
		  "\"shared_misaligned\":{\"list\":[{\"base\":\"0x48002000\",\"top\":\"0x48003000\"}],"
		  "\"dropped\":0}}");
}

static void end_with(struct realm *realm, const char *what)
{
	realm_end(realm, &realm->vcpu[0], END_RESET, "over");
	summary_refresh(realm, true);
	CHECK(both_copies_balanced());
	CHECK(strstr(packed(), what));
}

/*
 * Runs that stay shared, however they were requested. The ends of RAM do not count as misaligned.
 */
static void summary_of_what_stays_shared(void)
{
	struct realm *realm = env_realm("granule=65536");
	const u64 ram = PLAT_RAM, end = PLAT_RAM + ENV_RAM;

	env_set(realm, ram, ram + 0x10000, RIPAS_EMPTY, NULL);
	env_set(realm, ram + 0x30000, ram + 0x40000, RIPAS_EMPTY, NULL);
	env_set(realm, ram + 0x40000, ram + 0x41000, RIPAS_EMPTY, NULL);
	env_set(realm, ram + 0x5f000, ram + 0x61000, RIPAS_EMPTY, NULL);
	env_set(realm, ram + 0x60000, ram + 0x61000, RIPAS_RAM, NULL);
	env_set(realm, end - 0x1000, end, RIPAS_EMPTY, NULL);
	CHECK(!strstr(summary_text(), "shared_misaligned"));
	end_with(realm, "\"shared_misaligned\":{\"list\":["
		 "{\"base\":\"0x48030000\",\"top\":\"0x48041000\"},"
		 "{\"base\":\"0x4805f000\",\"top\":\"0x48060000\"},"
		 "{\"base\":\"0x487ff000\",\"top\":\"0x48800000\"}],\"dropped\":0}}");

	realm = env_realm("granule=0x80000000");
	env_set(realm, ram, ram + 0x1000, RIPAS_EMPTY, NULL);
	env_set(realm, ram + 0x1000, end, RIPAS_EMPTY, NULL);
	end_with(realm, "\"shared_misaligned\":{\"list\":[],\"dropped\":0}}");
}

static void summary_of_too_much_that_stays_shared(void)
{
	struct realm *realm = env_realm("granule=65536");

	for (u64 at = 0; at < ENV_RAM / 2 + 0x4000; at += 0x1000)
		if (at & 0x1000)
			env_set(realm, PLAT_RAM + at, PLAT_RAM + at + 0x1000, RIPAS_EMPTY, NULL);
	/* 514 runs */
	end_with(realm, "{\"base\":\"0x483ff000\",\"top\":\"0x48400000\"}],\"dropped\":2}}");
}

/* The head can get shorter: nothing of the longer text may remain. */
static void summary_shrinks(void)
{
	struct realm *realm = env_realm("");

	env_set(realm, PLAT_RAM, PLAT_RAM + ENV_RAM, RIPAS_EMPTY, NULL);
	summary_refresh(realm, true);
	CHECK(strstr(packed(), "\"shared_bytes\":8388608,\"destroyed_bytes\":0,\"misaligned\":{"));
	env_set(realm, PLAT_RAM, PLAT_RAM + ENV_RAM, RIPAS_RAM, NULL);
	memset(&realm->to_private, 0, sizeof(realm->to_private));
	memset(&realm->to_shared, 0, sizeof(realm->to_shared));
	summary_refresh(realm, true);
	CHECK(both_copies_balanced());
	CHECK(strstr(packed(), "\"shared_bytes\":0,\"destroyed_bytes\":0,\"misaligned\":{"
		     "\"requests\":0,\"dropped\":0, \"list\":[]}}"));
}

static void summary_list_overflows(void)
{
	struct realm *realm = env_realm("granule=65536");

	for (int i = 0; i < MISALIGNED_MAX + 10; i++)
		env_set(realm, PLAT_RAM, PLAT_RAM + 4096, i & 1 ? RIPAS_RAM : RIPAS_EMPTY, NULL);
	summary_refresh(realm, true);
	CHECK(both_copies_balanced());
	CHECK(strstr(summary_text(), "\"misaligned\":{\"requests\":1034,\"dropped\":10,"));
	CHECK(strstr(summary_text(), "{\"seq\":1023,"));
	CHECK(!strstr(summary_text(), "{\"seq\":1024,"));
}

/* The message is always a valid JSON string. */
static void summary_message(void)
{
	struct realm *realm = env_realm("");

	realm_end(realm, &realm->vcpu[0], END_FATAL, "a \"quoted\\\" \n\t\x7f line");
	summary_refresh(realm, true);
	CHECK(both_copies_balanced());
	CHECK(strstr(summary_text(), "\"message\":\"a \\\"quoted\\\\\\\" ??? line\","));
}

/* The head must fit the largest counters and the longest message. */
static void summary_head_fits(void)
{
	struct realm *realm = env_realm("cpus=8\nhost=lenient\ngranule=0x8000000000000000");

	memset(realm->calls, 0xff, sizeof(realm->calls));
	memset(realm->rhi_calls, 0xff, sizeof(realm->rhi_calls));
	realm->unknown_calls = ~0UL;
	realm->unknown_rhi_calls = ~0UL;
	memset(&realm->to_shared, 0xff, sizeof(realm->to_shared));
	memset(&realm->to_private, 0xff, sizeof(realm->to_private));
	realm->s2.shared = ~0UL;
	realm->s2.destroyed = ~0UL;
	realm->end = END_HOST_KILLED;
	memset(realm->message, '"', sizeof(realm->message) - 1);
	memset(realm->misaligned, 0xff, sizeof(realm->misaligned));
	realm->misaligned_requests = ~0UL;
	summary_refresh(realm, true);
	CHECK(both_copies_balanced());
}

/* A misaligned request is written immediately, others within a millisecond. */
static void summary_refresh_rate(void)
{
	struct realm *realm = env_realm("host=record\ngranule=65536");
	const u64 a = PLAT_RAM, k64 = 65536;

	env_set(realm, a, a + k64, RIPAS_EMPTY, NULL);
	CHECK(strstr(summary_text(), "\"shared_bytes\":0,"));
	env_msec++;
	env_set(realm, a + k64, a + 2 * k64, RIPAS_EMPTY, NULL);
	CHECK(strstr(summary_text(), "\"shared_bytes\":131072,"));
	env_set(realm, a + 2 * k64, a + 3 * k64, RIPAS_EMPTY, NULL);
	CHECK(strstr(summary_text(), "\"shared_bytes\":131072,"));
	env_set(realm, a + 3 * k64, a + 3 * k64 + 4096, RIPAS_EMPTY, NULL);
	CHECK(strstr(summary_text(), "\"shared_bytes\":200704,"));
}

int main(void)
{
	TAP_RUN(text_formats);
	TAP_RUN(text_is_cut);
	TAP_RUN(summary_from_the_start);
	TAP_RUN(summary_of_a_run);
	TAP_RUN(summary_of_what_stays_shared);
	TAP_RUN(summary_of_too_much_that_stays_shared);
	TAP_RUN(summary_shrinks);
	TAP_RUN(summary_list_overflows);
	TAP_RUN(summary_message);
	TAP_RUN(summary_head_fits);
	TAP_RUN(summary_refresh_rate);
	return tap_done();
}
