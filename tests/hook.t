#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The hook's switch: what it takes, when it refuses, and what it leaves behind.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

knobs='switch=/sys/module/rhi_probe/parameters/hook
state() { sed -n "s/^state //p" /sys/kernel/debug/rhi/hook; }
says() { dmesg | grep -q "rhi_probe: hook: .*$1" || { dmesg | tail; return 1; }; }
'
in_realm 'off as it comes, on, off, and gone' "$knobs"'
[ "$(cat $switch) $(state)" = "off off" ]
echo on >$switch; [ "$(cat $switch) $(state)" = "on on" ]
echo on >$switch; [ "$(cat $switch) $(state)" = "on on" ]
echo off >$switch; [ "$(cat $switch) $(state)" = "off draining" ]
echo 1 >$switch; [ "$(state)" = on ]
rmmod rhi_probe; [ ! -e $switch ]'

in_realm 'what is no switch is refused' "$knobs"'
not echo maybe >$switch; not echo >$switch; [ "$(state)" = off ]'
off=$(jq -c .convert "$work/out/summary.json")

in_realm 'hook=on when it is loaded' "$knobs"'[ "$(cat $switch) $(state)" = "on on" ]' \
	--append rhi_probe.hook=on
is 'switching converts nothing' "$(jq -c .convert "$work/out/summary.json")" "$off"

in_realm 'a hundred times on and off' "$knobs"'
for i in $(seq 50); do echo on >$switch; echo off >$switch; done
for i in $(seq 10); do rmmod rhi_probe; modprobe rhi_probe hook=on; done
[ "$(state)" = on ]'

in_realm 'an unknown granule is not guessed' "$knobs"'
not echo on >$switch; [ "$(state)" = off ]; says "granule is not known"' --granule 6k

# Since 7.3 ftrace cannot be switched off at all.
in_realm 'ftrace that is switched off is not overruled, and not switched off below the hook' "$knobs"'
if echo 0 >/proc/sys/kernel/ftrace_enabled; then
	not echo on >$switch; [ "$(state)" = off ]; says "is kernel.ftrace_enabled 0"
	echo 1 >/proc/sys/kernel/ftrace_enabled
fi
echo on >$switch; [ "$(state)" = on ]
not echo 0 >/proc/sys/kernel/ftrace_enabled; [ "$(state)" = on ]'

in_realm 'a function tracer beside it' "$knobs"'
echo on >$switch
echo "dma_*" >/sys/kernel/tracing/set_ftrace_filter
echo function >/sys/kernel/tracing/current_tracer
echo off >$switch; echo on >$switch; [ "$(state)" = on ]; rmmod rhi_probe'

upstream=$("$TOP/scripts/kbuild" "$TOP/tests/guest/upstream" 2>"$work/log") || diag "$(cat "$work/log")"
in_realm 'a kernel that aligns by itself is left alone' "$knobs"'
not echo on >$switch; [ "$(state)" = off ]; says "keeps to the host.s granule by itself"' \
	--module "$upstream/upstream.ko"

in_realm 'a kernel that looks for mistakes' "$knobs"'
echo function >/sys/kernel/tracing/current_tracer
for i in $(seq 5); do echo on >$switch; echo off >$switch; done
echo nop >/sys/kernel/tracing/current_tracer
for i in $(seq 3); do rmmod rhi_probe; modprobe rhi_probe hook=on; done
[ "$(state)" = on ]; rmmod rhi_probe' --kernel debug

done_testing
