#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Real drivers and their DMA, on a host of 64K: without the hook they break its granule, with
# it they do not, and whichever way it is switched their data is right and nothing is left over.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

GRANULE=65536
# The first device with MSIs costs the ITS a table, aligned and never freed.
ITS_TABLE=65536
# nvme without the hook takes a page of the kernel's atomic pool for many a request: with the
# 128K that the kernel has by default that can end in a warning. Asked once it doubles.
ATOMIC_POOL=1048576

# For the Realm. use DRIVER: load it, and work. leave: nothing of the module's is shared or
# leaked, and it can go.
guest='
set -e
drivers="nvme virtio_blk virtio_net"
hook() { echo $1 >/sys/module/rhi_probe/parameters/hook; }
same() { [ "$(md5sum </tmp/in)" = "$(md5sum </tmp/out)" ]; }
disk() {
	for i in $(seq 100); do [ -b $1 ] && break; sleep 0.1; done
	head -c 8388608 /dev/urandom >/tmp/in
	dd if=/tmp/in of=$1 bs=1M conv=fsync 2>/dev/null
	dd if=$1 of=/tmp/out iflag=direct bs=256k count=32 2>/dev/null
	same
}
net() {
	ip link set eth0 up
	ip addr replace 10.0.2.15/24 dev eth0
	ping -q -c 3 -i 0.1 -W 5 10.0.2.2 >/dev/null
	head -c 1048576 /dev/urandom >/tmp/in
	nc 10.0.2.100 7 </tmp/in >/tmp/out
	same
}
work() {
	case $1 in
	nvme) disk /dev/nvme0n1 ;;
	virtio_blk) disk /dev/vda ;;
	virtio_net) net ;;
	esac
	echo $1 works
}
use() { modprobe $1; work $1; }
unload() { modprobe -r $1; }
each() { for d in $drivers; do $1 $d; done; }
pools() { grep -E "^(shared_chunks|leaked_bytes) [1-9]" /sys/kernel/debug/rhi/pools; }
leave() {
	for i in $(seq 50); do pools >/dev/null || break; sleep 0.1; done
	if pools; then exit 3; fi
	rmmod rhi_probe
	echo left
}
'
EACH=$'nvme works\nvirtio_blk works\nvirtio_net works'

# realm NAME STATUS STDOUT SCRIPT OPTIONS...: SCRIPT in a Realm with all devices
realm() {
	local name=$1 want=$2 stdout=$3 script=$4 status=0 got
	shift 4

	rm -rf -- "$work/out"
	got=$("$TOP/scripts/realm" --nvme --net --granule $GRANULE --timeout 120 --append "coherent_pool=$ATOMIC_POOL" \
		--out "$work/out" "$@" -- \
		sh -c "$guest$script" 2>"$work/stderr" </dev/null) || status=$?
	if [ "$status" = "$want" ] && [ "$got" = "$stdout" ]; then
		pass "$name"
	else
		fail "$name" "exit status $status, not $want; stdout: $got
$(cat "$work/stderr" "$work/out/console.log" | tail -n 40)"
	fi
	no_splat "$name: no warning" "$work/out/console.log"
	is "$name: no buffer was lost" \
		"$(grep -E 'nothing was freed|is leaked|are leaked' "$work/out/console.log")" ''
}

summary() { jq -r "$1" "$work/out/summary.json"; }
misaligned() { summary .misaligned.requests; }

# keeps NAME BYTES: so much more is shared at the end than if no driver had been there
keeps() { is "$1" $(($(summary .shared_bytes) - boot_shared)) "$2"; }

while read -r kernel page; do
	realm "$kernel: devices, but no driver" 0 left leave --kernel "$kernel" --host record
	boot=$(misaligned)
	boot_shared=$(summary .shared_bytes)

	while read -r driver kept; do
		name="$kernel: $driver, hook off"
		realm "$name" 0 "$driver works"$'\n'left "use $driver; unload $driver; leave" \
			--kernel "$kernel" --host record
		ok "$name: breaks the granule ($(($(misaligned) - boot)) times)" \
			test "$(misaligned)" -gt "$boot"
		keeps "$name: the ITS keeps one page" $((ITS_TABLE + page + kept))
	done <<-END
		nvme $ATOMIC_POOL
		virtio_blk 0
		virtio_net 0
	END

	name="$kernel: all drivers, hook on"
	realm "$name" 0 "$EACH"$'\n'left 'hook on; each use; each unload; leave' \
		--kernel "$kernel" --host record
	is "$name: never break the granule" "$(misaligned)" "$boot"
	keeps "$name: the ITS keeps one granule" $((ITS_TABLE + GRANULE))
done <<END
16k 16384
newest 4096
END

for driver in nvme virtio_blk virtio_net; do
	realm "killing host: $driver, hook off" 125 '' "use $driver" --host kill
	is "killing host: $driver, hook off: is why" "$(summary .end)" host_killed
done
realm 'killing host: all drivers, hook on' 0 "$EACH"$'\n'left \
	'hook on; each use; each unload; leave' --host kill

# What was made before the hook is freed as it was made, and the other way round.
realm 'hook on below running drivers' 0 "$EACH"$'\n'"$EACH"$'\n'left \
	'each use; hook on; each work; each unload; leave' --host record
keeps 'hook on below running drivers: the ITS keeps one page' $((ITS_TABLE + 4096 + ATOMIC_POOL))
realm 'hook off below running drivers' 0 "$EACH"$'\n'"$EACH"$'\n'left \
	'hook on; each use; hook off; each work; each unload; leave' --host record
keeps 'hook off below running drivers: the ITS keeps one granule' $((ITS_TABLE + GRANULE))

realm 'the module stays while drivers have its memory' 0 "$EACH"$'\nbusy\nbusy\n'"$EACH"$'\n'left '
	hook on
	each use
	for i in on off; do
		hook $i
		if rmmod rhi_probe 2>/tmp/err; then exit 3; fi
		grep -q "temporarily unavailable" /tmp/err
		echo busy
	done
	each work
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/unbind
	each unload
	leave' --host kill

realm 'drivers come and go, on and off' 0 "$EACH"$'\n'"$EACH"$'\n'"$EACH"$'\n'"$EACH"$'\n'left '
	for i in on off on off; do
		hook $i
		each use
		each unload
	done
	leave' --host record --smp 4

# What nvme has at work: whole granules, but hardly more memory than it needs.
realm 'nvme at work' 0 left '
	hook on
	modprobe nvme
	for i in $(seq 100); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done
	read_all() { dd if=/dev/nvme0n1 of=/dev/null iflag=direct bs=1M 2>/dev/null; }
	for i in 1 2 3 4; do read_all; done
	for i in 1 2 3; do read_all; done &
	dd if=/dev/nvme0n1 of=/dev/null iflag=direct bs=128k 2>/dev/null
	cd /sys/kernel/debug/rhi
	{ sed -n "s/^shared_bytes /shared /p" pools; grep " shared nvme " pools; grep "^0000" hook; } >&2
	wait
	unload nvme
	leave' --host record
is 'nvme at work: at most 1.25 bytes are shared for one in use, and a granule for each pool' "$(awk -v granule=$GRANULE '
	$1 == "shared" { shared = $2 }
	/^0000/ && NF == 3 { used += $2 }
	/^0000/ && NF > 3 { used += $2 * $3; pools++ }
	END { print (used > 100000 && pools == 2), (shared <= 1.25 * used + granule * pools) }' "$work/stderr")" '1 1'

# Here the drivers are a part of the kernel, and were there before the module.
realm 'a kernel that looks for mistakes' 0 "$EACH"$'\n'"$EACH"$'\n'left '
	again() {
		for device in /sys/bus/$1/drivers/$2/*[0-9]; do
			echo ${device##*/} >${device%/*}/unbind
			echo ${device##*/} >${device%/*}/bind
		done
	}
	all_again() { again pci nvme; again virtio virtio_blk; again virtio virtio_net; }
	echo 1 >/sys/kernel/tracing/events/rhi/enable
	while :; do cat /sys/kernel/debug/rhi/*; done >/dev/null &
	reader=$!
	hook on
	all_again
	each work
	hook off
	all_again
	each work
	kill $reader
	wait
	leave' --kernel debug --host record

done_testing
