#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# RSI_HOST_CALL itself fails, with every RMM error code on each of the three calls.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

table() {
	local code more=

	for code in 1 2 3 4; do
		echo "${more}version fails with $code | --granule 64k --set rsi.version=$code | call_failed 0 none none none | HOSTCONF_VERSION failed with RSI code $code"
		echo "${more}features fail with $code | --granule 64k --set rsi.features=$code | call_failed 0 none 0x10000 none | HOSTCONF_FEATURES failed with RSI code $code"
		echo "${more}alignment fails with $code | --granule 64k --set rsi.alignment=$code | call_failed 0 none 0x10000 0x1 | HOSTCONF_GET_IPA_CHANGE_ALIGNMENT failed with RSI code $code"
		more='+ '
	done
}
probe_cases < <(table)
done_testing
