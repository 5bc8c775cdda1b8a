#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The switch and the module, again and again on the debug kernel, beside those who write the
# switch, read all files, and use an NVMe disk: no splat, no leak, data equal.
#
# SOAK=N: N times as often as here, where make check has no more than some minutes for it;
# SOAK=20 is 1,000 times on and off, and 200 times unloaded and loaded.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

SOAK=${SOAK:-1}
SWITCHES=$((50 * SOAK))
LOADS=$((10 * SOAK))

# The driver is a part of this kernel: bound anew it takes what the hook gives at that time.
disk='
again() {
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/unbind
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/bind
	wait_for test -b /dev/nvme0n1
}
# Until the file /tmp/stop is there.
beside() { while [ ! -e /tmp/stop ]; do "$@" >/dev/null 2>&1 || true; sleep 0.2; done; }
io() { dd if=/dev/nvme0n1 of=/dev/null iflag=direct bs=64k count=64; }
read_all() { cat $rhi/* /sys/kernel/rhi/* $tracing/enabled_functions; }
write_switch() { for word in on off on off on off; do echo $word >$switch; done; }
'

boot "$SWITCHES times on and off" 0 "$disk
wait_for test -b /dev/nvme0n1
beside read_all & beside io &
for i in \$(seq $SWITCHES); do
	hook on
	[ \$((i % 10)) != 1 ] || again
	hook off
	[ \$((i % 10)) != 6 ] || again
done
disk_works /dev/nvme0n1
: >/tmp/stop
wait
again
wait_for no_pool_shares
[ \$(hook_state) = off ]
no_leak" --kernel debug --nvme --timeout $((600 + 60 * SWITCHES))

boot "$LOADS times unloaded and loaded" 0 "$disk
wait_for test -b /dev/nvme0n1
beside read_all & beside io & beside write_switch &
unload() { rmmod rhi_probe 2>/dev/null; }
for i in \$(seq $LOADS); do
	wait_for unload
	insmod \$ko
done
disk_works /dev/nvme0n1
: >/tmp/stop
wait
wait_for unload
gone
no_leak" --kernel debug --nvme --timeout $((600 + 60 * LOADS))

done_testing
