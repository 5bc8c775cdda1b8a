#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# On the debug kernel, switch the hook and reload the module many times, while others write the switch,
# read all files and use an NVMe disk: no warning, no leak, no data corruption. Then run stress with the
# hook on, beside an NVMe disk and a network card.
#
# SOAK=N: 20 * N switches, 4 * N loads and 72 * N seconds of stress. make check uses 0, which means 10
# switches, 3 loads and 10 seconds; make check-long 50: 1,000 switches, 200 loads, and an hour of stress
# on each of two kernels.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

SOAK=${SOAK:-$(budget 0 50)}
SWITCHES=$((SOAK ? 20 * SOAK : 10))
LOADS=$((SOAK ? 4 * SOAK : 3))
SECONDS_OF_STRESS=$((SOAK ? 72 * SOAK : 10))

# The debug kernel has the driver built in: rebinding makes it allocate with the current hook state.
disk='
again() {
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/unbind
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/bind
	wait_for test -b /dev/nvme0n1
}
# beside SECONDS CMD...: repeat CMD until /tmp/stop exists, pausing SECONDS. Reading all files walks all
# memory twice: the pause leaves the CPUs to the test.
beside() {
	local pause=$1
	shift
	while [ ! -e /tmp/stop ]; do "$@" >/dev/null 2>&1 || true; sleep $pause; done
}
io() { dd if=/dev/nvme0n1 of=/dev/null iflag=direct bs=64k count=64; }
read_all() { cat $rhi/* /sys/kernel/rhi/* $tracing/enabled_functions; }
write_switch() { for word in on off on off on off; do echo $word >$switch; done; }
'

boot "hook switched $SWITCHES times" 0 "$disk
wait_for test -b /dev/nvme0n1
beside 10 read_all & beside 2 io &
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

boot "module reloaded $LOADS times" 0 "$disk
wait_for test -b /dev/nvme0n1
beside 10 read_all & beside 2 io & beside 2 write_switch &
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

for kernel in newest debug; do
	name="$SECONDS_OF_STRESS seconds of stress, $kernel"
	boot "$name" 0 "
hook on
for driver in nvme virtio_net; do modprobe -q \$driver || true; done
again() {
	echo \$3 >/sys/bus/\$1/drivers/\$2/unbind
	echo \$3 >/sys/bus/\$1/drivers/\$2/bind
}
again pci nvme 0000:00:01.0
for device in /sys/bus/virtio/drivers/virtio_net/virtio*; do again virtio virtio_net \${device##*/}; done
disk_works /dev/nvme0n1
net_works
beside() { while [ ! -e /tmp/stop ]; do \"\$@\" || { echo \"\$*: status \$?\" >&2; : >/tmp/failed; return; }; done; }
disk() { disk_works /dev/nvme0n1; }
network() { nc 10.0.2.100 7 </tmp/sent >/tmp/got && cmp /tmp/sent /tmp/got; }
head -c 300000 /dev/urandom >/tmp/sent
beside disk & beside network &
rhictl stress --seconds $SECONDS_OF_STRESS --json
: >/tmp/stop
wait
[ ! -e /tmp/failed ]
for device in /sys/bus/pci/drivers/nvme/0* /sys/bus/virtio/drivers/virtio_net/virtio*; do
	echo \${device##*/} >\${device%/*}/unbind
done
hook off
rmmod rhi_stress
leave >&2
no_leak" --kernel "$kernel" --nvme --net --host record --mem 2g --timeout $((900 + 3 * SECONDS_OF_STRESS))
	ok "$name: no errors" jq -e '.verdict == "good" and .leaked_bytes == 0 and .kept_by_host == 0
		and .misaligned_conversions_own == 0 and .misaligned_conversions_others == 0' "$work/stdout"
	diag "$name: $(jq -r '"\(.operations) operations, \(.shares) shares, \(.handovers) handovers"' "$work/stdout")"
done

done_testing
