#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Real drivers and their DMA on a 64K host: without the hook they break the granule, with it they do
# not. Whenever the hook is switched, the data is correct and nothing is left over.
#
# make check runs all drivers together with the hook on, and only some with it off.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

CPUS=$(budget 1 2)

GRANULE=65536
# The first device with MSIs makes the ITS allocate a table, aligned and never freed.
ITS_TABLE=65536
# Without the hook nvme allocates many pages from the kernel's atomic pool. The default 128K can run
# out, with a warning. The pool doubles at the first allocation.
ATOMIC_POOL=1048576

EACH=$'nvme works\nvirtio_blk works\nvirtio_net works'

with=(--nvme --net)

# devices NAME STATUS STDOUT SCRIPT OPTIONS...: run SCRIPT in a Realm with these devices
devices() {
	local name=$1 want=$2 stdout=$3 script=$4
	shift 4

	boot "$name" "$want" "$script" "${with[@]}" --append "coherent_pool=$ATOMIC_POOL" "$@"
	is "$name: output" "$(cat "$work/stdout")" "$stdout"
	is "$name: no buffer is lost" \
		"$(grep -E 'rhi_pool_free|bad free|leaking|are leaked' "$work/out/console.log")" ''
}

misaligned() { summary .misaligned.requests; }

# keeps NAME BYTES: assert that this much more is shared at the end than without drivers, not counting
# the growth of the kernel's atomic pool
keeps() {
	local more=$(($(summary .shared_bytes) - boot_shared))

	[ "$more" != $(($2 + ATOMIC_POOL)) ] || more=$2
	is "$1" "$more" "$2"
}

all='nvme virtio_blk virtio_net'
while read -r kernel page alone; do
	devices "$kernel: devices without drivers" 0 left leave --kernel "$kernel" --host record
	boot_misaligned=$(misaligned)
	boot_shared=$(summary .shared_bytes)

	for driver in $alone; do
		kept=0
		[ "$driver" != nvme ] || kept=$ATOMIC_POOL
		name="$kernel: $driver, hook off"
		devices "$name" 0 "$driver works"$'\n'left "use $driver; unload $driver; leave" \
			--kernel "$kernel" --host record
		ok "$name: breaks the granule ($(($(misaligned) - boot_misaligned)) times)" \
			test "$(misaligned)" -gt "$boot_misaligned"
		keeps "$name: only a page for the ITS stays shared" $((ITS_TABLE + page + kept))
	done

	name="$kernel: all drivers, hook on"
	devices "$name" 0 "$EACH"$'\n'left 'hook on; each use; each unload; leave' \
		--kernel "$kernel" --host record
	is "$name: never break the granule" "$(misaligned)" "$boot_misaligned"
	keeps "$name: only a granule for the ITS stays shared" $((ITS_TABLE + GRANULE))
done <<END
16k 16384 $(budget nvme "$all")
newest 4096 $(budget nvme "$all")
END

for driver in $(budget nvme "$all"); do
	devices "killing host: $driver, hook off" 123 '' "use $driver" --host kill
	is "killing host: $driver, hook off: the host ended the Realm" "$(summary .end)" host_killed
done
devices 'killing host: all drivers, hook on' 0 "$EACH"$'\n'left \
	'hook on; each use; each unload; leave' --host kill

# Memory is freed the way it was allocated, even if the hook was switched in between.
devices 'hook switched on under running drivers' 0 "$EACH"$'\n'"$EACH"$'\n'left \
	'each use; hook on; each works; each unload; leave' --host record
keeps 'hook switched on under running drivers: only a page for the ITS stays shared' $((ITS_TABLE + 4096 + ATOMIC_POOL))
devices 'hook switched off under running drivers' 0 "$EACH"$'\n'"$EACH"$'\n'left \
	'hook on; each use; hook off; each works; each unload; leave' --host record
keeps 'hook switched off under running drivers: only a granule for the ITS stays shared' $((ITS_TABLE + GRANULE))

devices 'the module cannot be unloaded while drivers use its memory' 0 "$EACH"$'\nbusy\nbusy\n'"$EACH"$'\n'left '
	hook on
	each use
	for i in on off; do
		hook $i
		not rmmod rhi_probe 2>/tmp/err
		grep -q "temporarily unavailable" /tmp/err
		echo busy
	done
	each works
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/unbind
	each unload
	leave' --host kill

devices 'drivers bound and unbound with the hook on and off' 0 "$EACH"$'\n'"$EACH"$'\n'"$EACH"$'\n'"$EACH"$'\n'left '
	for i in on off on off; do
		hook $i
		each use
		each unload
	done
	leave' --host record --smp 4

# nvme under load: only whole granules, with little overhead.
devices 'nvme under load' 0 left '
	hook on
	nvme
	read_all() { dd if=/dev/nvme0n1 of=/dev/null iflag=direct bs=1M 2>/dev/null; }
	for i in 1 2 3 4; do read_all; done
	for i in 1 2 3; do read_all; done &
	dd if=/dev/nvme0n1 of=/dev/null iflag=direct bs=128k 2>/dev/null
	cd /sys/kernel/debug/rhi
	{ sed -n "s/^shared_bytes /shared /p" pools; grep " shared nvme " pools; grep "^0000" hook; } >&2
	wait
	unload nvme
	leave' --host record --smp 2
is 'nvme under load: at most 1.25 bytes shared per byte in use, plus a granule per pool' "$(awk -v granule=$GRANULE '
	$1 == "shared" { shared = $2 }
	/^0000/ && NF == 3 { used += $2 }
	/^0000/ && NF > 3 { used += $2 * $3; pools++ }
	END { print (used > 100000 && pools == 2), (shared <= 1.25 * used + granule * pools) }' "$work/stderr")" '1 1'

# Devices beyond the common ones. use_more DRIVER...: load all, and use the device of the first
more='
disk_of() { find /sys/bus/pci/drivers/$1/0*/ -path "*/block/sd?" | sed "s,.*/,/dev/,"; }
has_disk() { [ -n "$(disk_of $1)" ]; }
disk_behind() { wait_for has_disk $1; disk_works $(disk_of $1); }
# Rename the interface, so that the next card becomes eth0.
card() {
	ip link set eth0 up
	wait_for grep -q 1 /sys/class/net/eth0/carrier
	net_works
	ip addr flush dev eth0
	ip link set eth0 down
	ip link set eth0 name $1
}
use_more() {
	modprobe -a "$@"
	case $1 in
	ahci) disk_behind ahci ;;
	virtio_scsi) disk_behind virtio-pci ;;
	xhci_pci) disk_behind xhci_hcd ;;
	*) card $1 ;;
	esac
	echo "$1 works"
}
'
all_with=()
all_use=
all_unload=
all_work=
for device in ahci e1000e igb virtio-scsi xhci; do
	drivers=$("$TOP/scripts/realm" --device list | sed -n "s/^$device  *//p")
	driver=${drivers%% *}
	if [ -n "$(budget '' each)" ]; then
		name="$device, hook off"
		with=(--device "$device")
		devices "$name" 0 "$driver works"$'\n'left "$more use_more $drivers; rmmod $driver; leave" \
			--host record
		ok "$name: breaks the granule ($(($(misaligned) - boot_misaligned)) times)" \
			test "$(misaligned)" -gt "$boot_misaligned"
	fi
	all_with+=(--device "$device")
	all_use+="use_more $drivers; "
	all_unload+="rmmod $driver; "
	all_work+="$driver works"$'\n'
done
with=("${all_with[@]}")
for host in $(budget kill 'record kill'); do
	name="more devices, hook on, host $host"
	devices "$name" 0 "${all_work}left" "$more hook on; $all_use $all_unload leave" --host "$host"
	is "$name: never break the granule" "$(misaligned)" "$boot_misaligned"
	keeps "$name: only a granule for the ITS stays shared" $((ITS_TABLE + GRANULE))
done
with=(--nvme --net)

# The debug kernel has the drivers built in, so that they probe before the module is loaded.
devices 'debug kernel' 0 "$EACH"$'\n'"$EACH"$'\n'left '
	again() {
		for device in /sys/bus/$1/drivers/$2/*[0-9]; do
			echo ${device##*/} >${device%/*}/unbind
			echo ${device##*/} >${device%/*}/bind
		done
	}
	all_again() { again pci nvme; again virtio virtio_blk; again virtio virtio_net; }
	echo 1 >/sys/kernel/tracing/events/rhi/enable
	while [ ! -e /tmp/stop ]; do cat /sys/kernel/debug/rhi/*; done >/dev/null &
	hook on
	all_again
	each works
	hook off
	all_again
	each works
	: >/tmp/stop
	wait
	leave' --kernel debug --host record

done_testing
