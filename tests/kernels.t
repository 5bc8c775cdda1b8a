#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Kernels beyond those of make check: Debian's PREEMPT_RT and virtual machine flavours, one with 64K
# pages, and one with KCSAN. Built-in drivers allocated their memory at boot: rebound with the hook on,
# they get whole granules.
#
# usage: tests/kernels.t [KERNEL...]    on a 64K host; default: the kernels of make check-long

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# shellcheck disable=SC2016 # all of it is for the Realm's shell
work_script='
misaligned_runs() { awk "\$1 == \"misaligned_runs\" { print \$2 }" $rhi/audit; }
# rebind bind|unbind: rebind or unbind each device of the three drivers
rebind() {
	local driver device

	for driver in /sys/bus/pci/drivers/nvme /sys/bus/virtio/drivers/virtio_blk /sys/bus/virtio/drivers/virtio_net; do
		for device in $driver/*[0-9]; do
			[ -e $device/vendor ] || [ -e $device/device ] || continue
			echo ${device##*/} >$driver/unbind
			[ $1 = unbind ] || echo ${device##*/} >$driver/bind
		done
	done
}
rhictl info --json >/dev/null
for driver in nvme virtio_blk virtio_net; do modprobe -q $driver || [ -e /sys/module/$driver ]; done
each works
echo "stat off $(misaligned_runs)"
hook on
rebind bind
each works
echo "stat on $(misaligned_runs)"
rhictl stress --seconds 5
rebind unbind
hook off
wait_for no_pool_shares
[ $(hook_state) = off ]
rhictl stress --seconds 3 >/dev/null
rmmod rhi_stress
leave'

stat() { sed -n "s/^stat $1 //p" "$work/stdout"; }

# KCSAN reports in the last boot, and those with a module of ours in a stack trace
races() { grep -ac 'BUG: KCSAN' "$work/out/console.log"; }
own_races() {
	awk '/BUG: KCSAN/ { report = ""; open = 1 }
		open { report = report $0 "\n" }
		/======/ { if (open && report ~ /\[rhi_/) printf "%s", report; open = 0 }' "$work/out/console.log"
}

# table [KERNEL...]: "KERNEL GRANULE" lines
table() {
	if [ $# -gt 0 ]; then
		printf '%s 64k\n' "$@"
		return
	fi
	printf '%s\n' 'rt 64k' 'cloud 64k' '64k 64k' '64k 2m' 'kcsan 64k'
}

[ -n "$*$(budget '' long)" ] || skip_all 'only in make check-long and make matrix'

while read -r kernel granule; do
	name="$kernel, $granule"
	options=()
	# nvme on 6.18 unmaps the wrong regions of a scatter-gather list, so that some data stays in the
	# bounce buffer. Fixed in 6.19 by a54afbc8a213.
	[[ $kernel != 6.18* ]] || options=(--append nvme.sgl_threshold=0)
	builds --kernel "$kernel" module || continue
	boot_with_warnings "$name" 0 "$work_script" --kernel "$kernel" --granule "$granule" --nvme --net --mem 2g \
		--timeout 1800 "${options[@]}"
	# The kernel has data races of its own.
	if [[ $kernel = *kcsan* ]]; then
		ok "$name: KCSAN is enabled" grep -aq 'kcsan: enabled' "$work/out/console.log"
		is "$name: no other warning" "$(grep -aE "$SPLAT" "$work/out/console.log" | grep -v 'BUG: KCSAN')" ''
		is "$name: no data race in the modules" "$(own_races)" ''
		diag "$name: $(races) data races in total"
	else
		no_splat "$name: no warning"
	fi
	diag "$name: runs that break the granule: hook off $(stat off), on $(stat on)"
	if [[ $granule = 64k && $kernel =~ ^64k|-64k- ]]; then
		is "$name: no misaligned runs with 64K pages" "$(stat off)" 0
	else
		ok "$name: the kernel breaks the granule" test "$(stat off)" -gt "$(stat on)"
	fi
	# The ITS keeps the page that it allocated with the hook off.
	[ "$granule" != 64k ] || ok "$name: at most the ITS page is misaligned with the hook on" test "$(stat on)" -le 1
done < <(table "$@")

done_testing
