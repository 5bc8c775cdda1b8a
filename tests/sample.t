#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# docs/sample, the example driver of docs/pool.md: builds, shares whole granules, and unshares them.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

builds module docs/sample

boot 'the sample shares whole granules' 0 '
device=/sys/devices/platform/rhi_sample
before=$(of_pools shared_bytes)
rhictl audit >/dev/null
insmod /root/rhi_sample.ko
[ -L $device/driver ]
same descriptors "$(grep -c "^descriptor 0x" $device/shared)" 16
same mailbox "$(sed -n "s/^mailbox //p" $device/shared)" 65536
same done "$(cat $device/done)" 0
same pool "$(awk "\$1 == \"rhi_sample\" { print \$2, \$3, \$9 }" $rhi/pools)" "16 16 descriptors"
# One chunk of the pool, and the mailbox
same "shared bytes" $(($(of_pools shared_bytes) - before)) 131072
rhictl audit >/dev/null
not rmmod rhi_probe
rmmod rhi_sample
wait_for no_pool_shares
leave' --host record --file "$ko/rhi_sample.ko"
is 'the host saw no misaligned request' "$(summary '.misaligned.requests')" 0

boot 'probe failure is explained in the log' 0 '
insmod /root/rhi_sample.ko
[ ! -e /sys/devices/platform/rhi_sample/driver ]
dmesg | grep "rhi_sample rhi_sample: .*nothing can be shared: invalid granule from the host"
rmmod rhi_sample
leave' --granule 6144 --file "$ko/rhi_sample.ko"

done_testing
