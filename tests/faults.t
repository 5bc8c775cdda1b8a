#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Fail one allocation after the other while loading, switching, reading, stressing and unloading. Each
# operation either fails and leaves nothing behind, or works. pool.t covers the allocations of pools and
# buffers ("failure", "hooked").
#
# FAULT_STEP=N: fail every Nth allocation; make check uses 127, make check-long 1.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

CPUS=$(budget 1 2)

FAULT_STEP=${FAULT_STEP:-$(budget 127 1)}

# faults NAME SCRIPT OPTIONS...: boot with fault injection
faults() {
	boot "$1" 0 "allocations_may_fail
step=$FAULT_STEP
$2" --kernel debug --timeout 7200 "${@:3}"
	diag "$(sed -n 's/^stat \([a-z_]*\) \([0-9]*\) \([0-9]*\) \([0-9]*\)$/\1: failed \2 of fewer than \4 allocations, and \3 runs failed/p' "$work/stdout")"
}

# none NAME: assert that NAME allocates nothing, so that it cannot fail
none() { is "$1: no allocation" "$(sed -n "s/^stat $1 //p" "$work/stdout")" '0 0 1'; }

# at_least NAME N: assert that NAME makes more than N allocations, and that some failed
at_least() {
	ok "$1: at least $2 allocations, and some failed" test \
		"$(sed -n "s/^stat $1 [1-9][0-9]* [0-9]* \([0-9]*\)$/\1/p" "$work/stdout")" -gt "$2"
}

# shellcheck disable=SC2016 # all of it is for the Realm's shell
faults 'load, switch, read, unload' '
rmmod rhi_probe
redirected=$(cat $tracing/enabled_functions)
before_load() { :; }
load() { exec insmod $ko; }
# Use everything once more: failed debugfs files do not keep the module from loading, and must not
# break the others.
after_load() {
	[ $1 = 0 ] && loaded || return 1
	cat $rhi/[chp]* /sys/kernel/rhi/* >/dev/null 2>&1 || true
	rmmod rhi_probe
	gone
}
faults_within_init
each_failure $step load
insmod $ko
loaded
before_on() { :; }
on() { hook on; }
after_on() {
	if [ $1 = 0 ]; then [ $(hook_state) = on ]; hook off; fi
	[ $(hook_state) = off ]
}
before_off() { hook on; }
off() { hook off; }
after_off() { [ $1 = 0 ] && [ "$(cat $switch)" = off ] && hook on && [ "$(hook_state)" = on ]; }
# A driver with pools and buffers keeps their functions hooked, so that only a part is removed.
nvme_is() { echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/$1 2>/dev/null || true; }
before_off_in_part() { hook on; nvme_is unbind; nvme_is bind; wait_for test -b /dev/nvme0n1; }
off_in_part() { hook off; }
after_off_in_part() {
	[ $1 = 0 ] && [ "$(cat $switch)" = off ] && [ "$(hook_state)" = draining ] || return 1
	nvme_is unbind
	wait_for is_off
}
is_off() { [ "$(hook_state)" = off ]; }
before_read_all() { :; }
read_all() { exec cat $rhi/* /sys/kernel/rhi/* /sys/module/rhi_probe/parameters/*; }
after_read_all() { [ $1 = 0 ] || [ -s /tmp/said ]; }
before_unload() { [ -e $rhi ] || insmod $ko; hook on; }
unload() { exec rmmod rhi_probe; }
after_unload() { [ $1 = 0 ] && gone && [ "$(cat $tracing/enabled_functions)" = "$redirected" ]; }
faults_within_module rhi_probe
each_failure $step on
each_failure $step off
each_failure $step off_in_part
nvme_is bind
hook on
each_failure $step read_all
hook off
before_unload
faults_within_module rhi_probe
each_failure $step unload
insmod $ko
hook on
disk_works /dev/nvme0n1
hook off
leave
no_leak' --nvme
at_least load 20
at_least on 40
at_least read_all 4
at_least off_in_part 4
none off
none unload

# shellcheck disable=SC2016
faults 'stress and bench' '
before_load_stress() { :; }
load_stress() { exec modprobe rhi_stress; }
after_load_stress() {
	[ $1 = 0 ] || return 1
	rmmod rhi_stress
	[ ! -e $rhi/stress ] && not grep -q ^rhi_stress /proc/modules
}
faults_within_init
each_failure $step load_stress
modprobe rhi_stress
before_stress() { :; }
stress() { exec rhictl stress --operations 60 --workers 2; }
after_stress() { [ $1 = 0 ] || [ -s /tmp/said ]; wait_for stress_ended; wait_for no_pool_shares; }
before_bench() { :; }
bench() { exec rhictl bench --size 64 --count 20; }
after_bench() { [ $1 = 0 ] || [ -s /tmp/said ]; bench_left_nothing; }
faults_within_module rhi_stress
each_failure $step stress
each_failure $step bench
rhictl stress --operations 1000 >/dev/null
rmmod rhi_stress
leave
no_leak'
at_least load_stress 1
at_least stress 10
at_least bench 10

# Allocations in other tasks (stress workers, pool workers, the driver) fail at random.
# shellcheck disable=SC2016
faults 'at random' '
at_random() { for d in $faults; do echo -1 >$d/times; echo $1 >$d/probability; done; }
again() {
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/unbind 2>/dev/null || true
	echo 0000:00:01.0 >/sys/bus/pci/drivers/nvme/bind 2>/dev/null || true
}
wait_for test -b /dev/nvme0n1
hook on
faults_within_module rhi_probe
running() { grep -qx "state running" $rhi/stress; }
missed() { [ $(awk "/^api / { n += \$5 } END { print n + 0 }" $rhi/stress) -gt 0 ]; }
modprobe rhi_stress
for percent in '"$(budget 10 '1 10 50')"'; do
	rhictl stress --seconds 3600 --json >/tmp/report &
	wait_for running
	at_random $percent
	wait_for missed
	for i in $(seq $((21 / step + 1))); do
		again
		dd if=/dev/nvme0n1 of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null || true
	done
	sleep $((28 / step))
	at_random 0
	kill -INT $!
	wait $!
	at_least_one "allocations at $percent %" $(grep -o "\"allocs\":[0-9]*" /tmp/report | awk -F: "{ n += \$2 } END { print n + 0 }")
done
again
wait_for test -b /dev/nvme0n1
disk_works /dev/nvme0n1
hook off
again
rmmod rhi_stress
leave
no_leak' --nvme

done_testing
