#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# rhictl ok in Realms: it says there what tests/rhictl.t wants it to say of the trees that were
# captured in such ones, and sees what those do not have.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# Places depend on the size of the initramfs, and the release on the newest kernel.
normal() { sed -E 's/0x[0-9a-f]+/0x.../g; s/: Linux [0-9].*/: Linux .../; s/[0-9]+ s ago/... s ago/' "$1"; }

# says NAME STATUS SCRIPT OPTIONS...: SCRIPT, and then rhictl ok, which is as in expected/check-NAME.out
says() {
	local name=$1 status=$2 script=$3
	shift 3

	boot "$name" "$status" "{ audited_at_load; $script; } >/dev/null; rhictl ok" "$@"
	is "$name: the tree" "$(normal "$work/stdout")" "$(normal "$TOP/tests/expected/check-$name.out")"
}

disks='modprobe nvme; modprobe virtio_blk; wait_for [ -e /dev/nvme0n1 ]; wait_for [ -e /dev/vda ]
dd if=/dev/nvme0n1 of=/dev/null bs=1M count=16'

says 64k 0 :
says nvme 0 "$disks" --nvme
says hook 0 "hook on; $disks" --nvme
says 16k 2 : --kernel 16k
says no-rhi 0 : --granule 4k --rhi off
says lockdown 2 : --append lockdown=confidentiality
says not-loaded 2 : --append realm.noprobe
says vm 4 : --host none

# Devices that were bound before the hook was on leave the list one by one.
boot 'devices bound before the hook' 0 '
audited_at_load
early() { sed -n "s/^early //p" $rhi/hook | grep "^0000:"; }
modprobe nvme; wait_for [ -e /dev/nvme0n1 ]
[ -z "$(early)" ]
hook on; modprobe virtio_blk; wait_for [ -e /dev/vda ]
early | grep -Fx 0000:00:01.0
rhictl ok | grep -Fx "WARN    devices: bound before the hook: 0000:00:01.0 (nvme)"
echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/unbind
not sh -c "grep \"^early 0000:00:01.0\" $rhi/hook"
echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/bind; wait_for [ -e /dev/nvme0n1 ]
rhictl ok | grep "^PASS    devices: all 2 devices were bound after the hook was on"
hook off
not grep -q ^early $rhi/hook
hook on
early | grep -Fx 0000:00:01.0' --nvme

# What a driver shared before the module was loaded
boot 'loaded after a driver' 2 '
modprobe nvme; wait_for [ -e /dev/nvme0n1 ]
modprobe rhi_probe
audited_at_load
dmesg | grep "rhi_probe: [1-9][0-9]* granules are shared in part"
rhictl ok' --nvme --append realm.noprobe
ok 'loaded after a driver: boot' grep -Fx 'FAIL    boot: misaligned when the module was loaded' "$work/stdout"
ok 'loaded after a driver: audit' grep '^FAIL  audit: misaligned, [0-9]* s ago$' "$work/stdout"

# A page cannot be shared in part: the module does not look.
boot 'a host of 4K is not audited' 0 '
sleep 2
grep "^audit_at_load  *none$" $rhi/about
not sh -c "dmesg | grep \"rhi_probe: .*aligned\""' --granule 4k
ok 'a host of 4K is not audited: nor asked' test "$(summary .calls.RSI_IPA_STATE_GET)" -lt 100

# The figures and the place are those of the kernel.
boot 'the bounce buffer' 0 '
nvme; dd if=/dev/nvme0n1 of=/dev/null bs=1M count=4 iflag=direct
figure() { sed -n "s/^$1  *//p" $rhi/swiotlb; }
slots() { cat /sys/kernel/debug/swiotlb/$1; }
same size "$(figure size_bytes)" $(($(slots io_tlb_nslabs) * 2048))
same used "$(figure used_bytes)" $(($(slots io_tlb_used) * 2048))
same peak "$(figure peak_bytes)" $(($(slots io_tlb_used_hiwater) * 2048))
at_least_one peak "$(figure peak_bytes)"
place=$(sed -n "s/^pool \(0x[0-9a-f]*\) \(0x[0-9a-f]*\) .*/\1 \2/p" $rhi/swiotlb)
same place "$place" "$(dmesg | sed -n "s/.*IO TLB: mapped \[mem 0x0*\([0-9a-f]*\)-0x0*\([0-9a-f]*\)\].*/0x\1 0x\2/p")"
same misaligned "$(sed -n "s/^pool .* //p" $rhi/swiotlb)" 0
rhictl info | grep -F "whole granules"' --nvme --append swiotlb=16384,track_hiwater

boot 'the bounce buffer, untracked' 0 '
grep "^peak_bytes  *none$" $rhi/swiotlb
rhictl info --prometheus - >/tmp/metrics
not grep -q hiwater /tmp/metrics
grep -Fx "rhi_swiotlb_misaligned_bytes 0" /tmp/metrics'

boot 'a bounce buffer that is too small' 2 '
modprobe nvme; wait_for [ -e /dev/nvme0n1 ]
for i in 1 2 3 4 5 6; do dd if=/dev/nvme0n1 of=/dev/null bs=4M count=8 iflag=direct & done 2>/dev/null
wait_for sh -c "dmesg | grep -q \"swiotlb buffer is full\""
rhictl ok' --device nvme --append swiotlb=256,track_hiwater
ok 'names the device' grep -E '^FAIL    full: it was full for [0-9]+ requests since the boot, of nvme 0000:00:01.0 \(' \
	"$work/stdout"
ok 'and was nearly full' grep -E '^WARN    peak: ' "$work/stdout"

boot 'what is not mounted' 0 '
umount /sys/kernel/debug; umount /sys/kernel/security; dmesg -c >/dev/null; rhictl ok'
ok 'debugfs' grep -A 1 '^WARN    debugfs: not mounted' "$work/stdout"
ok 'and what to do' grep -Fx '          run:  mount -t debugfs none /sys/kernel/debug' "$work/stdout"
ok 'securityfs' grep -Fx '          run:  mount -t securityfs none /sys/kernel/security' "$work/stdout"

boot '--watch ends with the first other verdict' 0 '
audited_at_load
rhictl ok --watch >/tmp/said &
wait_for grep -q "hook: off" /tmp/said; sleep 3
[ "$(grep -c "hook: off" /tmp/said)" = 1 ]
rhictl hook on >/dev/null; wait $!
[ "$(grep -c "^PASS    hook: on" /tmp/said)" = 1 ]'

# Nothing of it is a call to the host, nor a line in its log.
boot 'it asks nobody' 0 '
before=$(wc -l <$rhi/calls)
rhictl ok >/dev/null; rhictl ok --json >/dev/null
same calls "$(wc -l <$rhi/calls)" "$before"'

done_testing
