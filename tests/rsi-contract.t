#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A module in the Realm repeats the calls measured on TF-RMM (tests/unit/rsi-contract.tsv), and those
# read in the draft of RMM 2.0 (rsi-contract-2.0.tsv), and compares the answers. Its KTAP is this test's.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

builds tests/guest/rsi_contract || done_testing

# contract NAME FILE TABLE OPTIONS...: compare all rows of TABLE, by reading FILE in debugfs
contract() {
	local name=$1 file=$2 rows
	rows=$(grep -vc '^#' "$TOP/tests/unit/$3")
	shift 3

	boot "$name: the module runs" 0 "cat /sys/kernel/debug/$file" --append realm.noprobe \
		--module "$ko/rsi_contract.ko" "$@"
	is "$name: every row is planned and tested" \
		"$(sed -n 2p "$work/stdout") $(grep -cE '^(not )?ok ' "$work/stdout")" "1..$rows $rows"
	ktap "$name"
}

contract 'measured' rsi_contract rsi-contract.tsv --granule 4k
contract 'RMM 2.0, 64K' rsi_contract-2.0 rsi-contract-2.0.tsv --rmm 2.0 --granule 64k --host refuse

done_testing
