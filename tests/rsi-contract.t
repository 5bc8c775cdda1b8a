#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The answers that were measured on TF-RMM (tests/unit/rsi-contract.tsv), asked by a module
# from inside the Realm: its own TAP is this test's.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

if ! out=$("$TOP/scripts/kbuild" "$TOP/tests/guest/rsi_contract" 2>"$work/log"); then
	fail 'the module builds' "$(cat "$work/log")"
	done_testing
fi
pass 'the module builds'

"$TOP/scripts/realm" --out "$work/out" --append realm.noprobe --timeout 120 \
	--module "$out/rsi_contract.ko" -- cat /sys/kernel/debug/rsi_contract >"$work/tap" 2>"$work/log" </dev/null ||
	fail 'the Realm answers' "$(cat "$work/log")"
rows=$(grep -vc '^#' "$TOP/tests/unit/rsi-contract.tsv")
is 'every row was asked' "$(grep -cE '^(not )?ok ' "$work/tap")" "$rows"
while read -r line; do
	case $line in
	'not ok '*) fail "${line#* - }" ;;
	'ok '*) pass "${line#* - }" ;;
	esac
done <"$work/tap"
no_splat 'no warning' "$work/out/console.log"
done_testing
