#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tools/bpftrace/*.bt with Debian's bpftrace in a Realm. rhishare names the callers that break the
# granule, as often as the host counts them, and nobody with the hook on.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# A script takes half a minute to start. $long tells the scripts in the Realm to do more.
bpftrace=(--package bpftrace)
long="long='$(budget '' yes)'
"
builds module
builds tests/guest/pool_test

# One Realm for all runs: unpacking bpftrace takes long.
boot 'rhishare: names nvme; no caller with the hook on or below 4096 bytes' 0 "$long"'
bpftrace_begin rhishare.bt
nvme_writes
bpftrace_end
modprobe -r nvme
has "^ *nvme_alloc_queue\+"
has "^ *its_create_device\+"
has "^, 0000:00:01.0, 4096\]: "
echo "stat shares $(sed -n "s/^, .*\]: \([0-9]*\)$/\1/p" /tmp/out | awk "{ n += \$1 } END { print n + 0 }")"
hook on
bpftrace_begin rhishare.bt
nvme_writes
bpftrace_end
modprobe -r nvme
hasnt @shares
rmmod rhi_probe
[ -n "$long" ] || exit 0
bpftrace_begin rhishare.bt 4096
nvme_writes
bpftrace_end
hasnt @shares
has "below 4096 bytes"
' "${bpftrace[@]}" --nvme --host record
# The host sees the last run like the first, except that the ITS already has its page.
shares=$(sed -n 's/^stat shares //p' "$work/stdout")
is 'rhishare: as many as the host counted' "$(budget "$shares" $((2 * shares - 1)))" \
	"$(summary '[.misaligned.list[] | select(.ripas == "EMPTY")] | length')"

boot 'rhicall, rhiconv, rhibounce, rhipool' 0 "$long"'
bpftrace_begin rhicall.bt
cat /sys/kernel/debug/rhi/families >/dev/null
bpftrace_end "^DA_VERSION +0xc500004a +0 +0xffffffffffffffff +[0-9]+$"
has "^HOSTCONF_VERSION +0xc500004e +0 +0x10000 +[0-9]+$"
has "^@ns\[HOSTCONF_FEATURES\]:"

bpftrace_begin rhiconv.bt
shares=$(of_pools shares) unshares=$(of_pools unshares)
pool_test count
[ -n "$long" ] || nvme_writes
bpftrace_end
[ -n "$long" ] || modprobe -r nvme
[ $(of_pools unshares) -gt $unshares ]
same "rhi_probe_ns share" $(histogram rhi_probe_ns "[[]share") $(($(of_pools shares) - shares))
same "rhi_probe_ns unshare" $(histogram rhi_probe_ns unshare) $(($(of_pools unshares) - unshares))
if [ -n "$long" ]; then
	same "kernel_ns, of pools" $(histogram kernel_ns share) 0
	bpftrace_begin rhiconv.bt
	nvme_writes
	modprobe -r nvme
	bpftrace_end
	[ $(histogram kernel_ns unshare) -gt 0 ]
	same "rhi_probe_ns, hook off" $(histogram rhi_probe_ns share) 0
fi
[ $(histogram kernel_ns "[[]share") -gt 0 ]

bpftrace_begin rhibounce.bt
nvme
dd if=/dev/nvme0n1 of=/dev/null bs=128k count=8 iflag=direct 2>/dev/null
bpftrace_end
modprobe -r nvme
[ $(sed -n "s/^@bytes\[0000:00:01.0\]: //p" /tmp/out) -ge 1048576 ]
hasnt "^@full"

hook on
bpftrace_begin rhipool.bt
nvme_writes
modprobe -r nvme
bpftrace_end
has "^@grown\[0000:00:01.0, nvme descriptor page\]: [1-9]"
has "^@shrunk\[0000:00:01.0, nvme descriptor page\]: [1-9]"
has "^@bytes\[0000:00:01.0, nvme descriptor page\]: 0$"
' "${bpftrace[@]}" --nvme --file "$ko/pool_test.ko"

# The kernel warns about each failed conversion back.
boot_with_warnings 'rhileak: busy blocks, and memory that the host keeps' 0 '
bpftrace_begin rhileak.bt
pool_test busy
nvme
modprobe -r nvme
bpftrace_end "^65536 +pool_test[^ ]* +busy +"
[ $(sed -n "s/^@bytes\[.*\]: //p" /tmp/out | awk "{ n += \$1 } END { print n + 0 }") = $(of_pools leaked_bytes) ]
has "^ *granule_free\+"
has "^@kernel_failed\[set_memory_encrypted,"
has "^ *dma_direct_free\+"
' "${bpftrace[@]}" --nvme --host keep --file "$ko/pool_test.ko"

[ -z "$(budget '' long)" ] || boot 'rhibounce: a buffer that is full, and for whom' 0 '
bpftrace_begin rhibounce.bt
nvme
for i in 1 2 3 4 5 6; do dd if=/dev/nvme0n1 of=/dev/null bs=4M count=8 iflag=direct & done 2>/dev/null
wait_for sh -c "dmesg | grep -q \"swiotlb buffer is full\""
bpftrace_end
has "^@full\[0000:00:01.0, [0-9]*\]: [1-9]"
' "${bpftrace[@]}" --device nvme --append swiotlb=256

# bpftrace only prints the line of the missing event if the probe is on the same line as what precedes it.
boot 'without the module: the script names the module to load' 0 '
for script in '"$(budget rhipool 'rhicall rhiconv rhileak rhipool')"'; do
	fails 1 "needs the module rhi_probe: modprobe rhi_probe" $script.bt
done' "${bpftrace[@]}" --append realm.noprobe

done_testing
