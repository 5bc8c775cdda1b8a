#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The hook switch: accepted values, refusals, and what stays registered.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

boot 'default off, on, off, unload' 0 '
[ "$(cat $switch) $(hook_state)" = "off off" ]
hook on; [ "$(cat $switch) $(hook_state)" = "on on" ]
hook on; [ "$(cat $switch) $(hook_state)" = "on on" ]
hook off; [ "$(cat $switch) $(hook_state)" = "off off" ]
hook 1; [ "$(hook_state)" = on ]
rmmod rhi_probe; [ ! -e $switch ]'

boot 'invalid values are refused' 0 '
not hook maybe; not hook ""; [ "$(hook_state)" = off ]'
off=$(summary .convert)

boot 'hook=on at load' 0 '[ "$(cat $switch) $(hook_state)" = "on on" ]' \
	--append rhi_probe.hook=on
is 'switching converts nothing' "$(summary .convert)" "$off"

boot 'repeated switching' 0 '
for i in $(seq 20); do hook on; hook off; done
for i in $(seq 5); do rmmod rhi_probe; modprobe rhi_probe hook=on; done
[ "$(hook_state)" = on ]'

boot 'no hook with an unknown granule' 0 '
not hook on; [ "$(hook_state)" = off ]; hook_said "granule is not known"' --granule 6k

# Since 7.3 ftrace cannot be disabled.
boot 'disabled ftrace is respected, and cannot be disabled under the hook' 0 '
rmmod rhi_probe
if echo 0 >/proc/sys/kernel/ftrace_enabled; then
	modprobe rhi_probe
	not hook on; [ "$(hook_state)" = off ]; hook_said "is ftrace disabled"
	echo 1 >/proc/sys/kernel/ftrace_enabled
else
	modprobe rhi_probe
fi
hook on; [ "$(hook_state)" = on ]
not echo 0 >/proc/sys/kernel/ftrace_enabled; [ "$(hook_state)" = on ]'

boot 'together with a function tracer' 0 '
hook on
echo "dma_*" >/sys/kernel/tracing/set_ftrace_filter
echo function >/sys/kernel/tracing/current_tracer
hook off; hook on; [ "$(hook_state)" = on ]; rmmod rhi_probe'

builds tests/guest/upstream
boot 'no hook on a kernel that aligns by itself' 0 '
not hook on; [ "$(hook_state)" = off ]
hook_said "aligns shared memory itself (mem_decrypt_granule_size)"
rmmod rhi_probe
modprobe rhi_probe hook=on
loaded; [ "$(cat $switch) $(hook_state)" = "off off" ]' --module "$ko/mem_decrypt_granule_size.ko"
boot 'hook=on with an unknown granule: the module still loads' 0 '
[ "$(cat $switch) $(hook_state)" = "off off" ]
[ "$(cat /sys/kernel/rhi/status)" = invalid_alignment ]
hook_said "granule is not known"' --granule 6k --append rhi_probe.hook=on

# A writer may wait for the lock during unload: it must not hook anything afterwards.
boot 'unload with concurrent writers' 0 '
for word in on off on; do
	while :; do { echo $word >$switch; } 2>/dev/null || true; done &
done
unload() { rmmod rhi_probe 2>/dev/null; }
for i in $(seq '"$(budget 3 20)"'); do wait_for unload; not grep rhi_probe $tracing/enabled_functions; modprobe rhi_probe; done
kill $(jobs -p)
wait_for unload; gone
not grep -E "^dmam?_(pool|direct)_" $tracing/enabled_functions' --smp 4

# Only what is in use stays hooked: no other function, and no kprobe.
boot 'unused hooks are removed' 0 '
functions() { grep -cE "^dmam?_(pool|direct)_" $tracing/enabled_functions || true; }
probes() { grep -c gen_pool_alloc_algo_owner /sys/kernel/debug/kprobes/list || true; }
same "at first" "$(functions) $(probes)" "0 0"
hook on;  same "on" "$(functions) $(probes)" "10 1"
hook off; same "off again" "$(functions) $(probes)" "0 0"
hook on
nvme
hook off; same "off, nvme has pools and buffers" "$(hook_state) $(functions) $(probes)" "draining 6 0"
disk_works /dev/nvme0n1
modprobe -r nvme
is_off() { [ $(hook_state) = off ]; }
wait_for is_off; same "off, nvme unloaded" "$(functions) $(probes)" "0 0"
no_pool_shares || wait_for no_pool_shares' --nvme --host record

builds tests/guest/namesake
boot "a module's functions with the same names are not hooked" 0 '
insmod /root/namesake.ko
hook on
[ "$(cat /sys/module/namesake/parameters/alone)" = yes ]
not grep namesake $tracing/enabled_functions' --file "$ko/namesake.ko"

# A return probe replaces the return address, so the hook must not identify callers by it.
builds tests/guest/pairs
boot 'return probes on hooked functions: each call counts once' 0 '
hits() { awk -v name=$1 "\$1 == name { print \$2 }" $tracing/kprobe_profile; }
for f in dma_pool_create_node dma_pool_alloc dma_pool_free dma_pool_destroy dma_direct_alloc \
	dma_direct_free dma_alloc_attrs dma_free_attrs; do
	echo "r256:$f $f" >>$tracing/kprobe_events
done
echo 1 >$tracing/events/kprobes/enable
run() {
	insmod /root/pairs.ko wander=1
	rmmod pairs
	for f in dma_pool_create_node dma_pool_alloc dma_pool_free dma_pool_destroy; do hits $f; done | xargs
}
# Two blocks on each of two CPUs, and one that stays allocated.
same "hook off" "$(run)" "1 5 5 1"
hook on
same "hook on" "$(run)" "2 10 10 2"
nvme; disk_works /dev/nvme0n1; modprobe -r nvme
same "buffers allocated and freed" $(hits dma_direct_alloc) $(hits dma_direct_free)
same "all allocations" $(hits dma_direct_alloc) $(hits dma_alloc_attrs)
echo 0 >$tracing/events/kprobes/enable
echo >$tracing/kprobe_events
hook off' --nvme --file "$ko/pairs.ko"

boot 'debug kernel' 0 '
echo function >/sys/kernel/tracing/current_tracer
for i in $(seq 5); do hook on; hook off; done
echo nop >/sys/kernel/tracing/current_tracer
for i in $(seq 3); do rmmod rhi_probe; modprobe rhi_probe hook=on; done
[ "$(hook_state)" = on ]; rmmod rhi_probe' --kernel debug

done_testing
