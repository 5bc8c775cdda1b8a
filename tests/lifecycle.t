#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Loading and unloading: repeated, under readers, and without leftovers.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

boot 'repeated load and unload' 0 '
loaded; rmmod rhi_probe; gone; insmod $ko; loaded; rmmod rhi_probe; gone; modprobe rhi_probe; loaded'

boot 'a bad parameter leaves nothing behind' 0 '
gone; not insmod $ko granule=12288; gone; not insmod $ko granule=4096; gone; insmod $ko; loaded' --append realm.noprobe

while read -r kernel times; do
	boot "unloading under readers, $kernel" 0 '
	for i in 1 2 3 4; do
		while :; do for f in /sys/kernel/rhi/* /sys/kernel/debug/rhi/*; do cat $f; done; done >/dev/null 2>&1 &
	done
	# An open debugfs file holds a module reference. One cat per file leaves the moments without one
	# in which rmmod succeeds: after 1 to 20 tries, but after up to 778 with one cat for all files.
	unload() { for try in $(seq 2000); do rmmod rhi_probe 2>/dev/null && return; done; rmmod rhi_probe; }
	for i in $(seq '"$times"'); do unload; insmod $ko; done
	loaded; unload; gone' --kernel "$kernel"
done <<END
newest 30
debug 10
END

boot 'loading makes three host calls' 0 '
[ "$(grep -vc "^#" /sys/kernel/debug/rhi/calls)" = 3 ]'
is 'the host counted three calls' "$(summary '.rhi | tojson')" \
	'{"HOSTCONF_VERSION":1,"HOSTCONF_FEATURES":1,"HOSTCONF_GET_IPA_CHANGE_ALIGNMENT":1,"unknown":0}'

boot 'the call log keeps the latest 64 calls in order' 0 '
for i in $(seq 20); do cat /sys/kernel/debug/rhi/families >/dev/null; done
grep -v "^#" /sys/kernel/debug/rhi/calls >/tmp/calls
[ "$(wc -l </tmp/calls)" = 64 ]
[ "$(cut -d" " -f1 /tmp/calls)" = "$(seq 40 103)" ]'

boot 'families: versions and features' 0 '
[ "$(cat /sys/kernel/debug/rhi/families)" = "# family version features
SESSION 0x10000 0x8000000000000007,0x0
FAL not_supported -
DA 0x10001 0xff
HOSTCONF 0x10000 0x1" ]' --rhi session.version=0x10000,session.features=0x8000000000000007,da.version=0x10001,da.features=0xff

boot 'sysfs is world-readable, debugfs only for root' 0 '
[ "$(stat -c %a /sys/kernel/rhi/status)" = 444 ]
[ "$(stat -c %a /sys/kernel/debug/rhi/calls)" = 400 ]'

boot 'loading changes no RIPAS' 0 '
for f in /sys/kernel/rhi/* /sys/kernel/debug/rhi/*; do cat $f >/dev/null; done'
probed=$(summary '.convert, .shared_bytes')
boot 'without the module' 0 true --append realm.noprobe
is 'loading adds no conversions' "$(summary '.convert, .shared_bytes')" "$probed"

done_testing
