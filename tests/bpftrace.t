#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tools/bpftrace/*.bt on Debian's own bpftrace, in a Realm: each says what happened, and rhishare
# names who breaks the granule, as often as the host saw it, and nobody where the hook is on.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# For the Realm. begin SCRIPT...: returns when it traces. end: what it said is in /tmp/out.
guest='
begin() {
	name=$1
	"$@" >/tmp/out 2>&1 &
	pid=$!
	for i in $(seq 600); do
		grep -q ^Tracing /tmp/out && return
		[ -d /proc/$pid ] || break
		sleep 0.1
	done
	cat /tmp/out
	exit 1
}
end() {
	kill -INT $pid
	wait $pid
	echo "== $name"
	cat /tmp/out
	hasnt "ERROR|WARNING|Lost"
}
has() { grep -qE -- "$1" /tmp/out || { echo "no $1"; exit 1; }; }
hasnt() { ! grep -E -- "$1" /tmp/out || exit 1; }
hook() { echo $1 >/sys/module/rhi_probe/parameters/hook; }
disk() {
	modprobe nvme
	for i in $(seq 100); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done
	dd if=/dev/zero of=/dev/nvme0n1 bs=256k count=8 conv=fsync 2>/dev/null
}
of_pools() { sed -n "s/^$1 //p" /sys/kernel/debug/rhi/pools; }
pool_test() {
	insmod /root/pool_test.ko granule=$(cat /sys/kernel/rhi/granule)
	cat /sys/kernel/debug/pool_test/$1
	rmmod pool_test
}
# What histograms of @NAME[...DIRECTION...] have counted.
histogram() { awk -v map="^@$1.*$2" "/^@/ { in_it = \$0 ~ map } in_it && /^\\[/ { sub(/.*\\) */, \"\"); n += \$1 } END { print n + 0 }" /tmp/out; }
'
bpftrace=(--package bpftrace --timeout 200)

ko=$("$TOP/scripts/kbuild" "$TOP/module" 2>"$work/log") &&
	pool_test=$("$TOP/scripts/kbuild" "$TOP/tests/guest/pool_test" 2>"$work/log")
ok 'builds' test -e "$ko/rhi_probe.ko" -a -e "$pool_test/pool_test.ko"

in_realm 'rhishare, hook off: names nvme' "$guest"'
begin rhishare.bt
disk
end
has "^ *nvme_alloc_queue\+"
has "^ *its_create_device\+"
has "^, 0000:00:01.0, 4096\]: "
' "${bpftrace[@]}" --nvme --host record
is 'rhishare, hook off: as often as the host saw it' \
	"$(sed -n 's/^, .*\]: \([0-9]*\)$/\1/p' "$work/log" | awk '{ n += $1 } END { print n + 0 }')" \
	"$(jq '[.misaligned.list[] | select(.ripas == "EMPTY")] | length' "$work/out/summary.json")"

in_realm 'rhishare, hook on: names nobody' "$guest"'
hook on
begin rhishare.bt
disk
end
hasnt @shares
' "${bpftrace[@]}" --nvme --host record

in_realm 'rhishare: another granule, without the module' "$guest"'
rmmod rhi_probe
begin rhishare.bt 4096
disk
end
hasnt @shares
has "below 4096 bytes"
' "${bpftrace[@]}" --nvme

in_realm 'rhicall, rhiconv, rhipool' "$guest"'
begin rhicall.bt
cat /sys/kernel/debug/rhi/families >/dev/null
end
has "^HOSTCONF_VERSION +0xc500004e +0 +0x10000 +[0-9]+$"
has "^DA_VERSION +0xc500004a +0 +0xffffffffffffffff +[0-9]+$"
has "^@ns\[HOSTCONF_FEATURES\]:"

begin rhiconv.bt
shares=$(of_pools shares) unshares=$(of_pools unshares)
pool_test count
end
same() { [ "$2" = "$3" ] || { echo "$1: $2, not $3"; exit 1; }; }
[ $(of_pools unshares) -gt $unshares ]
same "rhi_probe_ns share" $(histogram rhi_probe_ns "[[]share") $(($(of_pools shares) - shares))
same "rhi_probe_ns unshare" $(histogram rhi_probe_ns unshare) $(($(of_pools unshares) - unshares))
same "kernel_ns share" $(histogram kernel_ns "[[]share") $(($(of_pools shares) - shares))
same "kernel_ns unshare" $(histogram kernel_ns unshare) $(($(of_pools unshares) - unshares))

hook on
begin rhipool.bt
disk
modprobe -r nvme
end
has "^@grown\[0000:00:01.0, nvme descriptor page\]: [1-9]"
has "^@shrunk\[0000:00:01.0, nvme descriptor page\]: [1-9]"
has "^@bytes\[0000:00:01.0, nvme descriptor page\]: 0$"
' "${bpftrace[@]}" --nvme --file "$pool_test/pool_test.ko"

# The kernel warns of each conversion back that fails: this is not for in_realm.
if "$TOP/scripts/realm" "${bpftrace[@]}" --granule 64k --host keep --file "$pool_test/pool_test.ko" -- sh -ec "$guest"'
begin rhileak.bt
pool_test busy
end
has "^65536 +pool_test[^ ]* +busy +"
[ $(sed -n "s/^@bytes\[.*\]: //p" /tmp/out | awk "{ n += \$1 } END { print n + 0 }") = $(of_pools leaked_bytes) ]
has "^ *granule_free\+"
' >"$work/log" 2>&1 </dev/null; then
	pass 'rhileak: what is busy, and what the host keeps'
else
	fail 'rhileak: what is busy, and what the host keeps' "$(cat "$work/log")"
fi

done_testing
