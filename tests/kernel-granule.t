#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that aligns shared memory itself, as versions 3 to 8 of the upstream series do. Modules stand in for
# its functions. The host has a 64K granule.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

builds tests/guest/upstream
files=()
for f in "$ko"/*.ko; do files+=(--file "$f"); done

# shellcheck disable=SC2016 # all of it is for the Realm's shell
functions='
in_hostconf() { sed -n "s/^kernel_granule  *//p" $rhi/hostconf; }
in_audit() { sed -n "s/^kernel_granule  *//p" $rhi/audit; }
calls() { cat /sys/module/$1/parameters/calls; }
# beside FUNCTION BYTES [PARAMETER=VALUE...]: load rhi_probe beside a kernel whose FUNCTION returns BYTES
beside() {
	rmmod rhi_probe
	dmesg -c >/dev/null
	insmod /root/$1.ko bytes=$2
	modprobe rhi_probe $3
}
# sharing VERDICT TEXT: what rhictl ok says about it
sharing() {
	rhictl ok >/tmp/ok || true
	grep "^$1  sharing: .*$2" /tmp/ok || { cat /tmp/ok >&2; return 1; }
}
# stands_down FUNCTION: the hook names it
stands_down() {
	not hook on
	same "hook" "$(hook_state)" off
	hook_said "aligns shared memory itself ($1)"
}
'

boot 'no function, and each function' 0 "$functions"'
same "file, without a function" "$(cat /sys/kernel/rhi/kernel_granule)" 0
same "hostconf, without a function" "$(in_hostconf)" none
same "audit, without a function" "$(in_audit)" none
rhictl info | not grep "kernel.s granule"
for f in mem_decrypt_granule_size mem_cc_shared_granule_size cc_shared_granule_size; do
	beside $f 65536
	same "$f" "$(cat /sys/kernel/rhi/kernel_granule)" 65536
	same "$f: hostconf" "$(in_hostconf)" "65536 $f agrees"
	same "$f: audit" "$(in_audit)" "65536 $f agrees"
	same "$f: calls" $(calls $f) 1
	rhictl info | grep "^kernel.s granule: 64 KiB, from $f()$"
	rhictl info --json | grep "\"kernel_granule_bytes\": *65536"
	sharing PASS "itself, to 64 KiB: it has $f()$"
	stands_down $f
	dmesg | not grep "rounds shared memory"
	rmmod $f
done

# It would call the host, so nobody may call it.
f=rhi_get_ipa_change_alignment
beside $f 65536
same "$f" "$(cat /sys/kernel/rhi/kernel_granule)" 0
same "$f: hostconf" "$(in_hostconf)" "0 $f not_asked"
same "$f: calls" $(calls $f) 0
stands_down $f
sharing PASS "itself: it has $f()$"

# Versions 3 and 4 have it and another.
f=mem_decrypt_granule_size
beside $f 65536
same "both" "$(in_hostconf)" "65536 $f agrees"
stands_down $f' "${files[@]}"

boot 'a function whose answer is wrong' 0 "$functions"'
f=cc_shared_granule_size
log_has() { dmesg | grep -qF "$1" || { dmesg | tail >&2; return 1; }; }

beside $f 131072
same "larger" "$(in_hostconf)" "131072 $f agrees"
sharing PASS "itself, to 128 KiB"
rmmod $f

beside $f 4096
same "smaller" "$(in_hostconf) $(cat /sys/kernel/rhi/kernel_granule)" "4096 $f too_small 4096"
same "smaller: audit" "$(in_audit)" "4096 $f too_small"
log_has "rounds shared memory to 4096 bytes ($f()), but the granule is 65536"
rhictl info | grep "^kernel.s granule: 4 KiB, .*: too small"
sharing FAIL "rounds to 4 KiB ($f()), smaller than the granule of 64 KiB"
stands_down $f
rmmod $f

for bytes in 0 2048 65535 18446744073709551615; do
	beside $f $bytes
	same "$bytes" "$(in_hostconf) $(cat /sys/kernel/rhi/kernel_granule)" "$bytes $f invalid $bytes"
	log_has "$f() returns $bytes, which is not a power of two"
	rhictl info | grep "^kernel.s granule: .*: invalid"
	sharing FAIL "not a power of two"
	rmmod $f
done' "${files[@]}"

boot 'a function, and a host without a valid granule' 0 "$functions"'
f=cc_shared_granule_size
beside $f 4096
same "unknown" "$(in_hostconf)" "4096 $f unknown"
sharing SKIP "but the granule is unknown"
rmmod $f
beside $f 4096 granule=65536
same "parameter" "$(in_hostconf)" "4096 $f too_small"' --granule 6k "${files[@]}"

done_testing
