#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A module in the Realm repeats the calls measured on TF-RMM (tests/unit/rsi-contract.tsv) and compares
# the answers. Its TAP is this test's.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

builds tests/guest/rsi_contract || done_testing
boot 'the module runs' 0 'cat /sys/kernel/debug/rsi_contract' --granule 4k --append realm.noprobe \
	--module "$ko/rsi_contract.ko"
rows=$(grep -vc '^#' "$TOP/tests/unit/rsi-contract.tsv")
is 'every row is tested' "$(grep -cE '^(not )?ok ' "$work/stdout")" "$rows"
while read -r line; do
	case $line in
	'not ok '*) fail "${line#* - }" ;;
	'ok '*) pass "${line#* - }" ;;
	esac
done <"$work/stdout"
done_testing
