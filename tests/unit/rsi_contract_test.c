// SPDX-License-Identifier: GPL-2.0-only
/* Check the simulator against every row of rsi-contract.tsv and rsi-contract-2.0.tsv. */
#include <string.h>

#include "rsi.h"
#include "rsi_fids.h"
#include "rsi_env.h"
#include "tap.h"

/* Separate addresses in the Realm's RAM */
#define P	0x48100000UL
#define H	0x48200000UL
#define B	0x48301000UL
#define E	0x48403000UL
#define STATIC	0x48501700UL
#define SH	S2_SHARED
#define TOP	S2_SHARED
#define K64	0x10000UL
#define HIGH	(1UL << 47)
#define MMIO	0x09000000UL
#define ANY	0x123456789abcdefUL

/* Markers that no call returns */
#define UNSET	0x756e73657400UL
#define KEPT	0x6b65707400UL
#define OUT	0x6f757400UL
#define RUN	0x72756e00UL

static u64 pattern(int i)
{
	return 0xa5a5a5a500000000UL | i;
}

static void check_run(u64 got, const u64 *in)
{
	CHECK(got > in[1]);
	CHECK(got <= in[2]);
	CHECK(IS_ALIGNED(got, PAGE_SIZE));
}

static void row(const char *about, const char *host, const char *name, u32 fid, const u64 *args,
		const u64 *want)
{
	struct realm *realm = env_realm(host);
	u64 in[31], x[31];
	bool out = false;

	tap_begin();
	CHECK_EQ(env_set(realm, ALIGN_DOWN(E, K64), ALIGN_UP(E, K64), RIPAS_EMPTY, NULL), 0);
	CHECK_EQ(env_set(realm, H, H + K64, RIPAS_EMPTY, NULL), 0);
	for (int i = 0; i < 31; i++)
		in[i] = pattern(i);
	in[0] = fid;
	for (int i = 1; i <= 4; i++) {
		if (args[i - 1] != UNSET)
			in[i] = args[i - 1];
	}
	memcpy(x, in, sizeof(x));
	CHECK_EQ(env_smc(realm, x), HANDLED);

	CHECK_EQ(x[0], want[0]);
	for (int i = 1; i <= 3; i++) {
		if (want[i] == RUN)
			check_run(x[i], in);
		else if (want[i] == OUT)
			out = true;
		else
			CHECK_EQ(x[i], want[i] == KEPT ? in[i] : want[i]);
	}
	for (int i = out ? 9 : 4; i < 31; i++)
		CHECK_EQ(x[i], in[i]);
	tap_end("%s: %s", about, name);
}

#define ROW(name, fid, x1, x2, x3, x4, r0, r1, r2, r3)			\
	row(about, host, name, fid, (const u64 []){ x1, x2, x3, x4 },	\
	    (const u64 []){ r0, r1, r2, r3 })

static void rows_1_0(const char *about, const char *host)
{
#include "rsi-contract.h"
}

static void rows_2_0(const char *about, const char *host)
{
#include "rsi-contract-2.0.h"
}

int main(void)
{
	rows_1_0("1.0", "");
	rows_2_0("2.0, 16K", "rmm=2.0\ngranule=16384\nhost=refuse");
	rows_2_0("2.0, 64K", "rmm=2.0\ngranule=65536\nhost=refuse");
	return tap_done();
}
