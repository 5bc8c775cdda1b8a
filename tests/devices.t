#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Real drivers and their DMA: what they break without the hook, and that nothing is broken
# and nothing is left over with it.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

DRIVERS='nvme virtio_blk virtio_net'
GRANULE=65536
# The first device with MSIs costs the ITS a table: 64K of its own, and never freed.
ITS_TABLE=65536

# For the Realm: use DRIVER loads it and moves data with its device, work DRIVER moves data.
# shellcheck disable=SC2034
guest='
set -e
drivers="'$DRIVERS'"
hook() { echo $1 >/sys/module/rhi_probe/parameters/hook; }
disk() {
	for i in $(seq 100); do [ -b /dev/$1 ] && break; sleep 0.1; done
	head -c 8388608 /dev/urandom >/tmp/data
	dd if=/tmp/data of=/dev/$1 bs=1M conv=fsync 2>/dev/null
	dd if=/dev/$1 iflag=direct bs=256k count=32 2>/dev/null | cmp - /tmp/data
}
work() {
	case $1 in
	nvme) disk nvme0n1 ;;
	virtio_blk) disk vda ;;
	virtio_net)
		ip link set eth0 up
		ip addr replace 10.0.2.15/24 dev eth0
		ping -q -c 3 -W 5 10.0.2.2 >/dev/null
		head -c 1048576 /dev/urandom >/tmp/data
		nc 10.0.2.100 7 </tmp/data | cmp - /tmp/data ;;
	esac
	echo $1 works
}
use() { modprobe $1; work $1; }
each() { for d in $drivers; do $1 $d; done; }
unload() { modprobe -r $1; }
# Nothing of it is shared or leaked, and it can go.
leave() {
	for i in $(seq 50); do grep -qx "shared_chunks 0" /sys/kernel/debug/rhi/pools && break; sleep 0.1; done
	grep -E "^(shared_chunks|leaked_bytes) [^0]" /sys/kernel/debug/rhi/pools && exit 3
	rmmod rhi_probe
	echo left
}
'
all_work=$(printf '%s works\n' $DRIVERS)

# realm NAME STATUS STDOUT SCRIPT OPTIONS...: SCRIPT in a Realm with all devices, on a host of 64K
realm() {
	local name=$1 want=$2 stdout=$3 script=$4 status=0 got
	shift 4

	rm -rf -- "$work/out"
	got=$("$TOP/scripts/realm" --nvme --net --granule $GRANULE --timeout 120 --out "$work/out" "$@" -- \
		sh -c "$guest$script" 2>"$work/stderr" </dev/null) || status=$?
	if [ "$status" = "$want" ] && [ "$got" = "$stdout" ]; then
		pass "$name"
	else
		fail "$name" "exit status $status, not $want; $got
$(cat "$work/stderr" "$work/out/console.log" | tail -n 40)"
	fi
	no_splat "$name: no warning" "$work/out/console.log"
	is "$name: no buffer was lost" \
		"$(grep -E 'nothing was freed|is leaked|swiotlb_tbl_unmap' "$work/out/console.log")" ''
}

summary() { jq -r "$1" "$work/out/summary.json"; }
misaligned() { summary .misaligned.requests; }
more_than() { [ "$1" -gt "$2" ]; }

while read -r kernel page; do
	realm "$kernel: devices, but no driver" 0 left leave --kernel $kernel --host record
	boot=$(misaligned)
	boot_shared=$(summary .shared_bytes)

	for driver in $DRIVERS; do
		realm "$kernel: $driver, hook off" 0 "$driver works"$'\n'left \
			"use $driver; unload $driver; leave" --kernel $kernel --host record
		ok "$kernel: $driver, hook off: breaks the granule ($(($(misaligned) - boot)) times)" \
			more_than "$(misaligned)" "$boot"
		is "$kernel: $driver, hook off: the ITS keeps one page" \
			"$(summary .shared_bytes)" $((boot_shared + ITS_TABLE + page))
	done

	realm "$kernel: all drivers, hook on" 0 "$all_work"$'\n'left \
		'hook on; each use; each unload; leave' --kernel $kernel --host record
	is "$kernel: all drivers, hook on: never break the granule" "$(misaligned)" "$boot"
	is "$kernel: all drivers, hook on: the ITS keeps one granule" \
		"$(summary .shared_bytes)" $((boot_shared + ITS_TABLE + GRANULE))
done <<END
16k 16384
newest 4096
END

for driver in $DRIVERS; do
	realm "killing host: $driver, hook off" 125 '' "use $driver" --host kill
	is "killing host: $driver, hook off: is why" "$(summary .end)" host_killed
done
realm 'killing host: all drivers, hook on' 0 "$all_work"$'\n'left \
	'hook on; each use; each unload; leave' --host kill

# What was made before the hook is freed as it was made, and the other way round.
realm 'hook on below running drivers' 0 "$all_work"$'\n'"$all_work"$'\n'left '
	each use
	hook on
	each work
	each unload
	leave' --host record
realm 'hook off below running drivers' 0 "$all_work"$'\n'"$all_work"$'\n'left '
	hook on
	each use
	hook off
	each work
	each unload
	leave' --host record
is 'hook off below running drivers: the ITS keeps one granule' \
	"$(summary .shared_bytes)" $((boot_shared + ITS_TABLE + GRANULE))

realm 'the module stays while drivers have its memory' 0 "$all_work"$'\nrmmod: can'\''t unload module '\''rhi_probe'\'': Resource temporarily unavailable\n'"$all_work"$'\n'left '
	hook on
	each use
	rmmod rhi_probe 2>&1 && exit 3
	hook off
	rmmod rhi_probe 2>/dev/null && exit 3
	each work
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/unbind
	each unload
	leave' --host kill

realm 'drivers come and go, on and off' 0 "$(for _ in 1 2 3 4; do echo "$all_work"; done)"$'\n'left '
	for i in 1 2; do
		hook on; each use; each unload
		hook off; each use; each unload
	done
	leave' --host record --smp 4

done_testing
