#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Drivers that are bound with the hook on while one allocation fails, each in its turn: the
# kernel that looks for mistakes finds none, and nothing is left shared or lost.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

guest='
debug=/sys/kernel/debug
pools() { sed -n "s/^$1 //p" $debug/rhi/pools; }
for d in failslab fail_page_alloc; do
	echo N >$debug/$d/ignore-gfp-wait
	echo 0 >$debug/$d/verbose
done
echo 0 >$debug/fail_page_alloc/min-order
echo on >/sys/module/rhi_probe/parameters/hook
cd /sys/bus/$bus/drivers/$driver
device=$(echo *[0-9])
echo $device >unbind
bound=0
for nth in $(seq $most); do
	# A driver may do without what failed.
	sh -c "echo $nth >/proc/self/fail-nth; echo $device >bind" 2>/dev/null || true
	[ ! -e $device ] || { bound=$((bound + 1)); echo $device >unbind; }
done
echo "bound $bound"
cd /
for i in $(seq 50); do [ "$(pools shared_chunks)" = 0 ] && break; sleep 0.1; done
echo "left $(pools shared_chunks) $(pools shared_bytes) $(pools leaked_bytes)"
sleep 6
echo scan >$debug/kmemleak
echo scan >$debug/kmemleak
cat $debug/kmemleak
rmmod rhi_probe
'
# Most of what a driver allocates is among its first.
while read -r bus driver most; do
	in_realm "$driver" "bus=$bus driver=$driver most=$most$guest" --kernel debug --nvme --host record \
		--timeout 400
	is "$driver: nothing is left" "$(grep ^left "$work/log")" 'left 0 0 0'
	bound=$(sed -n 's/^bound //p' "$work/log")
	ok "$driver: some failures were fatal, and some not ($bound of $most)" \
		test "$bound" -gt 5 -a "$bound" -lt $((most - 5))
	is "$driver: no memory is unreferenced" "$(grep unreferenced "$work/log")" ''
done <<'END'
virtio virtio_blk 30
pci nvme 80
END

done_testing
