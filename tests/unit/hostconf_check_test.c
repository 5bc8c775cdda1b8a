// SPDX-License-Identifier: GPL-2.0-only
#include "hostconf_check.h"
#include "tap.h"

#define MAX	(4ULL << 20)	/* largest block of a 4K kernel with MAX_PAGE_ORDER 10 */

static void status_names(void)
{
	CHECK_STR(hostconf_status_name(HOSTCONF_OK), "ok");
	CHECK_STR(hostconf_status_name(HOSTCONF_NOT_SUPPORTED), "not_supported");
	CHECK_STR(hostconf_status_name(HOSTCONF_NO_ALIGNMENT), "no_alignment");
	CHECK_STR(hostconf_status_name(HOSTCONF_BAD_VERSION), "bad_version");
	CHECK_STR(hostconf_status_name(HOSTCONF_INVALID_ALIGNMENT), "invalid_alignment");
	CHECK_STR(hostconf_status_name(HOSTCONF_CALL_FAILED), "call_failed");
	CHECK_STR(hostconf_status_name(HOSTCONF_NOT_REALM), "not_realm");
	CHECK_STR(hostconf_status_name(HOSTCONF_NOT_REALM + 1), "unknown");
}

static void which_statuses_fail_closed(void)
{
	CHECK(hostconf_granule_is_known(HOSTCONF_OK));
	CHECK(hostconf_granule_is_known(HOSTCONF_NOT_SUPPORTED));
	CHECK(hostconf_granule_is_known(HOSTCONF_NO_ALIGNMENT));
	CHECK(hostconf_granule_is_known(HOSTCONF_NOT_REALM));
	CHECK(!hostconf_granule_is_known(HOSTCONF_BAD_VERSION));
	CHECK(!hostconf_granule_is_known(HOSTCONF_INVALID_ALIGNMENT));
	CHECK(!hostconf_granule_is_known(HOSTCONF_CALL_FAILED));
	CHECK(!hostconf_granule_is_known(HOSTCONF_NOT_REALM + 1));
}

static void versions(void)
{
	CHECK_EQ(hostconf_check_version(0x10000), HOSTCONF_OK);
	CHECK_EQ(hostconf_check_version(0x1ffff), HOSTCONF_OK);
	CHECK_EQ(hostconf_check_version(-1), HOSTCONF_NOT_SUPPORTED);
	CHECK_EQ(hostconf_check_version(0), HOSTCONF_BAD_VERSION);
	CHECK_EQ(hostconf_check_version(0xffff), HOSTCONF_BAD_VERSION);
	CHECK_EQ(hostconf_check_version(0x20000), HOSTCONF_BAD_VERSION);
	CHECK_EQ(hostconf_check_version(0xffffffff), HOSTCONF_BAD_VERSION);
	CHECK_EQ(hostconf_check_version(0x100010000), HOSTCONF_BAD_VERSION);
}

static void features(void)
{
	CHECK_EQ(hostconf_check_features(1), HOSTCONF_OK);
	CHECK_EQ(hostconf_check_features(3), HOSTCONF_OK);
	CHECK_EQ(hostconf_check_features(0x7fffffffffffffff), HOSTCONF_OK);
	CHECK_EQ(hostconf_check_features(0), HOSTCONF_NO_ALIGNMENT);
	CHECK_EQ(hostconf_check_features(-2), HOSTCONF_NO_ALIGNMENT);
	CHECK_EQ(hostconf_check_features(-1), HOSTCONF_NO_ALIGNMENT);
}

static void every_power_of_two(void)
{
	for (int i = 0; i < 64; i++) {
		bool valid = i >= 12 && i <= 22;

		CHECK_EQ(!hostconf_alignment_error(1ULL << i, MAX), valid);
	}
}

static void every_way_of_being_invalid_has_its_message(void)
{
	static const u64 bad[] = { -1, 0, 6144, 2048, 2 * MAX };

	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 5; j++)
			CHECK_EQ(hostconf_alignment_error(bad[i], MAX) ==
				 hostconf_alignment_error(bad[j], MAX), i == j);
	CHECK(hostconf_alignment_error(-4096, MAX));
	CHECK(hostconf_alignment_error(12288, MAX));
	CHECK(hostconf_alignment_error(1, MAX));
}

int main(void)
{
	TAP_RUN(status_names);
	TAP_RUN(which_statuses_fail_closed);
	TAP_RUN(versions);
	TAP_RUN(features);
	TAP_RUN(every_power_of_two);
	TAP_RUN(every_way_of_being_invalid_has_its_message);
	return tap_done();
}
