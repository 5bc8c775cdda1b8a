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
