#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The hook's switch: what it takes, when it refuses, and what it leaves behind.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

boot 'off as it comes, on, off, and gone' 0 '
[ "$(cat $switch) $(hook_state)" = "off off" ]
hook on; [ "$(cat $switch) $(hook_state)" = "on on" ]
hook on; [ "$(cat $switch) $(hook_state)" = "on on" ]
hook off; [ "$(cat $switch) $(hook_state)" = "off draining" ]
hook 1; [ "$(hook_state)" = on ]
rmmod rhi_probe; [ ! -e $switch ]'

boot 'what is no switch is refused' 0 '
not hook maybe; not hook ""; [ "$(hook_state)" = off ]'
off=$(summary .convert)

boot 'hook=on when it is loaded' 0 '[ "$(cat $switch) $(hook_state)" = "on on" ]' \
	--append rhi_probe.hook=on
is 'switching converts nothing' "$(summary .convert)" "$off"

boot 'a hundred times on and off' 0 '
for i in $(seq 50); do hook on; hook off; done
for i in $(seq 10); do rmmod rhi_probe; modprobe rhi_probe hook=on; done
[ "$(hook_state)" = on ]'

boot 'an unknown granule is not guessed' 0 '
not hook on; [ "$(hook_state)" = off ]; hook_said "granule is not known"' --granule 6k

# Since 7.3 ftrace cannot be switched off at all.
boot 'ftrace that is switched off is not overruled, and not switched off below the hook' 0 '
if echo 0 >/proc/sys/kernel/ftrace_enabled; then
	not hook on; [ "$(hook_state)" = off ]; hook_said "is kernel.ftrace_enabled 0"
	echo 1 >/proc/sys/kernel/ftrace_enabled
fi
hook on; [ "$(hook_state)" = on ]
not echo 0 >/proc/sys/kernel/ftrace_enabled; [ "$(hook_state)" = on ]'

boot 'a function tracer beside it' 0 '
hook on
echo "dma_*" >/sys/kernel/tracing/set_ftrace_filter
echo function >/sys/kernel/tracing/current_tracer
hook off; hook on; [ "$(hook_state)" = on ]; rmmod rhi_probe'

builds tests/guest/upstream
boot 'a kernel that aligns by itself is left alone' 0 '
not hook on; [ "$(hook_state)" = off ]; hook_said "keeps to the host.s granule by itself"' \
	--module "$ko/upstream.ko"

boot 'a kernel that looks for mistakes' 0 '
echo function >/sys/kernel/tracing/current_tracer
for i in $(seq 5); do hook on; hook off; done
echo nop >/sys/kernel/tracing/current_tracer
for i in $(seq 3); do rmmod rhi_probe; modprobe rhi_probe hook=on; done
[ "$(hook_state)" = on ]; rmmod rhi_probe' --kernel debug

done_testing
