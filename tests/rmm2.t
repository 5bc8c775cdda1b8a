#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's kernels on a host with larger pages as in the draft of RMM 2.0: the table in docs/finding.md

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# spins NAME BYTES: assert that the kernel repeated one request to share BYTES for ever
spins() {
	is "$1: repeats one request for $2 bytes" "$(summary '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + ($c | if . > 96 then . - 87 else . - 48 end));
		(.misaligned.requests > 2000),
		([.misaligned.list[-1000:][] | (.top | hex) - (.base | hex)] | unique | .[]),
		([.misaligned.list[-1000:][] | .base] | unique | length)')" $'true\n'"$2"$'\n1'
}

# The driver's first 4K are for its interrupts. End the Realm by a crash: a shutdown would wait for
# the driver.
boot_with_warnings '4K kernel, 64K host: nvme spins' 123 '
modprobe nvme &
enabled() { dmesg | grep -q "nvme .*: enabling device"; }
wait_for enabled
sleep 10
echo c >/proc/sysrq-trigger' --rmm 2.0 --host record --nvme --smp 2
spins '4K kernel, 64K host: nvme' 4096

# A host that rejects gets an error across, and the kernel continues without the device.
boot_with_warnings '4K kernel, 64K host that rejects: nvme fails' 0 '
modprobe nvme
failed() { dmesg | grep -q "probe with driver nvme failed with error -12"; }
wait_for failed
rhictl audit' --rmm 2.0 --host refuse --nvme
is '4K kernel, 64K host that rejects: no request is repeated' \
	"$(summary '[.misaligned.list[].base] | length == (unique | length)')" true

boot '4K kernel, 64K host, hook: nvme works' 0 '
hook on
nvme
disk_works /dev/nvme0n1
rhictl audit' --rmm 2.0 --host record --nvme
is '4K kernel, 64K host, hook: nothing breaks the granule' "$(summary .misaligned.requests)" 0

realm --kernel 16k --rmm 2.0 --granule 64k --host record --smp 1 --timeout 30 true
is '16K kernel, 64K host: does not boot' "$?" 124
spins '16K kernel, 64K host: swiotlb' 1048576

boot '16K kernel, 16K host: nvme works' 0 '
nvme
disk_works /dev/nvme0n1
rhictl audit' --rmm 2.0 --granule 16k --host record --nvme --kernel 16k
is '16K kernel, 16K host: nothing breaks the granule' "$(summary .misaligned.requests)" 0

done_testing
