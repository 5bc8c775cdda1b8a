// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "host.h"
#include "tap.h"

#define BASE	"memory=0x40000000\nentry=0x48000000\ndtb=0x4c000000\n"

static struct config cfg;
static char why[256];

static bool parse(const char *text)
{
	struct sbuf err = SBUF(why, sizeof(why));

	why[0] = '\0';
	return config_parse(&cfg, text, &err);
}

static void config_defaults(void)
{
	CHECK(parse(BASE));
	CHECK_EQ(cfg.memory, 1UL << 30);
	CHECK_EQ(cfg.cpus, 1);
	CHECK_STR(host_policy_name(cfg.host), "lenient");
	CHECK_EQ(cfg.granule, 4096);
	CHECK(cfg.hostconf_version.known && cfg.hostconf_version.value == 0x10000);
	CHECK(cfg.hostconf_features.known && cfg.hostconf_features.value == 1);
	CHECK(cfg.hostconf_alignment.known && cfg.hostconf_alignment.value == 4096);
	for (int i = 0; i < RHI_FAMILIES; i++)
		CHECK(!cfg.family_version[i].known && !cfg.family_features[i].known);
	CHECK(!cfg.rhi_garbage);
	CHECK_EQ(cfg.rsi_version | cfg.rsi_features | cfg.rsi_alignment, 0);
	CHECK_EQ(cfg.state_get, STATE_GET_HONEST);
	CHECK_EQ(cfg.host_step | cfg.host_keep | cfg.host_scribble, 0);
	CHECK(cfg.host_stop > PLAT_RAM_MAX);
}

static void config_alignment_follows_the_granule(void)
{
	CHECK(parse(BASE "granule=65536"));
	CHECK_EQ(cfg.hostconf_alignment.value, 65536);
}

static void config_alignment_may_be_anything(void)
{
	CHECK(parse(BASE "granule=65536\nrhi.alignment=0"));
	CHECK_EQ(cfg.hostconf_alignment.value, 0);
	CHECK(parse(BASE "rhi.alignment=0xffffffffffffffff\n"));
	CHECK_EQ(cfg.hostconf_alignment.value, ~0UL);
	CHECK(parse(BASE "rhi.alignment=18446744073709551615\n"));
	CHECK_EQ(cfg.hostconf_alignment.value, ~0UL);
	CHECK(parse(BASE "rhi.alignment=0\ngranule=65536\n"));
	CHECK_EQ(cfg.hostconf_alignment.value, 0);
}

static void config_reports_what_is_no_granule(void)
{
	static const struct {
		const char *text;
		u64 alignment;
	} odd[] = {
		{ BASE "granule=0", 0 }, { BASE "granule=2048", 2048 },
		{ BASE "granule=6144", 6144 }, { BASE "granule=-1", ~0UL },
		{ BASE "granule=64k\ngranule=12k", 12288 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		CHECK(parse(odd[i].text));
		CHECK_EQ(cfg.granule, PAGE_SIZE);
		CHECK_EQ(cfg.hostconf_alignment.value, odd[i].alignment);
	}
	CHECK(parse(BASE "granule=6144\ngranule=64k"));
	CHECK_EQ(cfg.granule, 65536);
	CHECK_EQ(cfg.hostconf_alignment.value, 65536);
}

static void config_numbers(void)
{
	static const struct {
		const char *text;
		u64 value;
	} numbers[] = {
		{ "0", 0 }, { "010", 10 }, { "4k", 4096 }, { "64K", 65536 }, { "2m", 2UL << 20 },
		{ "1G", 1UL << 30 }, { "0x1fK", 31UL << 10 }, { "0xFf", 255 }, { "-1", ~0UL },
		{ "-0x10", -16UL }, { "-4k", -4096UL }, { "18014398509481983k", ~0UL << 10 },
		{ "18446744073709551615", ~0UL },
	};
	static const char *const wrong[] = {
		"", "k", "-", "0x", "-0x", "0xk", "--1", "1kk", "1t", "1 ", "1k ", "a", "0xg",
		"18014398509481984k", "18446744073709551616", "0x10000000000000000",
	};
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		snprintf(text, sizeof(text), BASE "host.scribble=%s", numbers[i].text);
		CHECK(parse(text));
		CHECK_EQ(cfg.host_scribble, numbers[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof(text), BASE "host.scribble=%s", wrong[i]);
		CHECK(!parse(text));
	}
}

static void config_every_host(void)
{
	char text[128];

	for (unsigned int i = 0; host_policy_name(i); i++) {
		snprintf(text, sizeof(text), BASE "host=%s", host_policy_name(i));
		CHECK(parse(text));
		CHECK_EQ(cfg.host, i);
		CHECK_EQ(host_has_realm(&cfg), !!strcmp(host_policy_name(i), "none"));
	}
}

static void config_what_the_host_does_with_requests(void)
{
	CHECK(parse(BASE "host.step=4096\nhost.stop=0\nhost.keep=1\nhost.scribble=0xff\n"));
	CHECK_EQ(cfg.host_step, 4096);
	CHECK_EQ(cfg.host_stop, 0);
	CHECK(cfg.host_keep);
	CHECK_EQ(cfg.host_scribble, 0xff);
}

static void config_a_hostile_host(void)
{
	CHECK(parse(BASE) && !cfg.host_hostile);
	CHECK(parse(BASE "host=destroy\nhost.hostile=0\n") && cfg.host_hostile);
	CHECK_EQ(cfg.host_seed, 0);
	CHECK_STR(host_policy_name(cfg.host), "destroy");
	CHECK(parse(BASE "host.hostile=0xffffffffffffffff") && cfg.host_seed == ~0UL);
	CHECK(!parse(BASE "host.hostile="));
	CHECK(!parse(BASE "host.hostile=on"));
}

static void config_rhi_off_and_single_answers(void)
{
	CHECK(parse(BASE "rhi.da.version=0x10000\nrhi=off\nrhi.version=0x20000\n"));
	CHECK(!cfg.family_version[RHI_DA].known);
	CHECK(cfg.hostconf_version.known && cfg.hostconf_version.value == 0x20000);
	CHECK(!cfg.hostconf_features.known && !cfg.hostconf_alignment.known);
	CHECK(parse(BASE "rhi.session.features=0xf\nrhi.fal.version=65536\nrhi.hostconf=off\n"));
	CHECK(cfg.family_features[RHI_SESSION].known);
	CHECK_EQ(cfg.family_features[RHI_SESSION].value, 0xf);
	CHECK(cfg.family_version[RHI_FAL].value == 0x10000);
	CHECK(!cfg.hostconf_version.known);
	CHECK(parse(BASE "rhi.features=off\n") && !cfg.hostconf_features.known);
}

static void config_rsi_codes(void)
{
	CHECK(parse(BASE "rsi.version=1\nrsi.features=4\nrsi.alignment=3\nrhi.garbage=1\n"));
	CHECK_EQ(cfg.rsi_version, 1);
	CHECK_EQ(cfg.rsi_features, 4);
	CHECK_EQ(cfg.rsi_alignment, 3);
	CHECK(cfg.rhi_garbage);
}

static void config_state_get(void)
{
	CHECK(parse(BASE "rsi.state_get=backwards") && cfg.state_get == STATE_GET_BACKWARDS);
	CHECK(parse(BASE "rsi.state_get=moving") && cfg.state_get == STATE_GET_MOVING);
	CHECK(parse(BASE "rsi.state_get=honest") && cfg.state_get == STATE_GET_HONEST);
}

static void config_rmm(void)
{
	CHECK(parse(BASE "granule=65536") && cfg.rmm == RMM_1_0);
	CHECK_EQ(cfg.rmi_granule, 4096);
	CHECK(parse(BASE "rmm=1.0\ngranule=2097152") && cfg.rmi_granule == 4096);
	CHECK(parse(BASE "rmm=2.0") && cfg.rmm == RMM_2_0 && cfg.rmi_granule == 4096);
	CHECK(parse(BASE "rmm=2.0\ngranule=16384") && cfg.rmi_granule == 16384);
	CHECK(parse(BASE "granule=65536\nrmm=2.0\nhost.step=65536") && cfg.rmi_granule == 65536);
	CHECK(!parse(BASE "rmm=2"));
}

static void config_comments_and_blank_lines(void)
{
	CHECK(parse("# a run\n\n" BASE "\ncpus=8"));
	CHECK_EQ(cfg.cpus, 8);
}

struct bad {
	const char *text;
	const char *why;
};

static const struct bad bad[] = {
	{ BASE "cups=1", "configuration line 4 \"cups=1\": unknown key" },
	{ BASE "cpus", "configuration line 4 \"cpus\": expected key=value" },
	{ "\n#\ncpus=x\n" BASE, "configuration line 3 \"cpus=x\": cpus expects a number" },
	{ BASE "cpus=1 ", "configuration line 4 \"cpus=1 \": cpus expects a number" },
	{ BASE "cpus=", "configuration line 4 \"cpus=\": cpus expects a number" },
	{ BASE "cpus=0x", "configuration line 4 \"cpus=0x\": cpus expects a number" },
	{ BASE "cpus=0x:", "configuration line 4 \"cpus=0x:\": cpus expects a number" },
	{ BASE "granule=many",
	  "configuration line 4 \"granule=many\": granule expects a size, such as 64k" },
	{ BASE "host=lenien", "configuration line 4 \"host=lenien\": "
	  "host expects lenient, record, refuse, kill, destroy or none" },
	{ BASE "rhi=on", "configuration line 4 \"rhi=on\": rhi expects off" },
	{ BASE "rhi.garbage=2",
	  "configuration line 4 \"rhi.garbage=2\": rhi.garbage expects 0 or 1" },
	{ BASE "rsi.version=0",
	  "configuration line 4 \"rsi.version=0\": rsi.version expects an RSI code, 1 to 4" },
	{ BASE "rsi.version=5",
	  "configuration line 4 \"rsi.version=5\": rsi.version expects an RSI code, 1 to 4" },
	{ BASE "rsi.state_get=odd",
	  "configuration line 4 \"rsi.state_get=odd\": rsi.state_get expects "
	  "honest, error, backwards, empty, beyond, inside, unknown, pages, flip or moving" },
	{ BASE "rhi.version=no",
	  "configuration line 4 \"rhi.version=no\": rhi.version expects a number or off" },
	{ "entry=0x48000000\ndtb=0x48000000",
	  "configuration: memory= must be a multiple of 2 MiB, at most 16 GiB" },
	{ BASE "memory=0x40001000",
	  "configuration: memory= must be a multiple of 2 MiB, at most 16 GiB" },
	{ BASE "memory=0x400200000",
	  "configuration: memory= must be a multiple of 2 MiB, at most 16 GiB" },
	{ BASE "entry=0x47fffffc",
	  "configuration: entry= must be an instruction's address in the Realm's memory" },
	{ BASE "entry=0x48000002",
	  "configuration: entry= must be an instruction's address in the Realm's memory" },
	{ BASE "dtb=0x88000000",
	  "configuration: dtb= must be an 8-byte aligned address in the Realm's memory" },
	{ BASE "dtb=0x48000004",
	  "configuration: dtb= must be an 8-byte aligned address in the Realm's memory" },
	{ BASE "cpus=0", "configuration: cpus= must be 1 to 8" },
	{ BASE "cpus=9", "configuration: cpus= must be 1 to 8" },
	{ BASE "host.step=4095",
	  "configuration: host.step= and host.stop= must be multiples of 4096" },
	{ BASE "host.stop=1",
	  "configuration: host.step= and host.stop= must be multiples of 4096" },
	{ BASE "rmm=1.1", "configuration line 4 \"rmm=1.1\": rmm expects 1.0 or 2.0" },
	{ BASE "rmm=2.0\ngranule=8192",
	  "configuration: granule= must be 4096, 16384 or 65536 with rmm=2.0" },
	{ BASE "granule=2097152\nrmm=2.0",
	  "configuration: granule= must be 4096, 16384 or 65536 with rmm=2.0" },
	{ BASE "rmm=2.0\nhost=destroy",
	  "configuration: host=destroy needs rmm=1.0: no request changes part of a granule" },
	{ BASE "rmm=2.0\ngranule=16384\nhost.step=4096",
	  "configuration: host.step= and host.stop= must be multiples of granule=" },
	{ BASE "host.keep=2", "configuration line 4 \"host.keep=2\": host.keep expects 0 or 1" },
};

static void config_rejects(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		tap_begin();
		CHECK(!parse(bad[i].text));
		CHECK_STR(why, bad[i].why);
		tap_end("config rejects: %s", bad[i].why);
	}
}

/* Accept all of 16 GiB; every accepted memory= must be mappable. */
static void config_largest_memory(void)
{
	CHECK(parse(BASE "memory=0x400000000"));
	CHECK(PLAT_RAM + cfg.memory <= 1UL << (PLAT_IPA_BITS - 1));
}

int main(void)
{
	TAP_RUN(config_defaults);
	TAP_RUN(config_alignment_follows_the_granule);
	TAP_RUN(config_alignment_may_be_anything);
	TAP_RUN(config_reports_what_is_no_granule);
	TAP_RUN(config_numbers);
	TAP_RUN(config_every_host);
	TAP_RUN(config_what_the_host_does_with_requests);
	TAP_RUN(config_a_hostile_host);
	TAP_RUN(config_rhi_off_and_single_answers);
	TAP_RUN(config_rsi_codes);
	TAP_RUN(config_state_get);
	TAP_RUN(config_rmm);
	TAP_RUN(config_comments_and_blank_lines);
	TAP_RUN(config_largest_memory);
	config_rejects();
	return tap_done();
}
