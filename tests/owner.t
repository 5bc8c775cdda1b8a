#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Whose memory the audit finds: memory that is shared after the module was loaded has a driver, a
# device and a function, until it is private again. Nothing is claimed of other memory. What the
# notes of this cost is counted.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

builds tests/guest/scatter || done_testing
scatter=$ko/scatter.ko
builds tests/guest/pairs || done_testing
pairs=$ko/pairs.ko
builds tests/guest/sharer || done_testing
sharer=$ko/sharer.ko

# Nearly nothing that a kernel shares is this large, so that all owners show.
all=(--append rhi_probe.granule=2097152)

# texts N: the owners in the Nth audit of the last boot's output
texts() { jq -sr ".[$1].findings[].owners[].text" "$work/stdout" | sort -u; }

# On a 64K host nothing breaks the granule before these drivers.
boot 'drivers' 0 '
nvme
use virtio_blk >&2
use virtio_net >&2
rhictl audit --json || [ $? = 2 ]
for driver in nvme virtio_blk virtio_net; do modprobe -r $driver; done
rhictl audit --json || [ $? = 2 ]' --nvme --net
is 'drivers: each has a driver, a device and a function, but tables of the ITS' "$(texts 0 | grep -vxE \
	'GICv3 ITS: .*|atomic DMA pool|(atomic DMA pool: )?(nvme|virtio-pci) 0000:00:0[0-9].0, [a-z_]+( \[nvme\])?')" ''
ok 'drivers: the admin queue of nvme' grep -qxF 'nvme 0000:00:01.0, nvme_alloc_queue [nvme]' <(texts 0)
ok 'drivers: a queue of virtio' grep -qE '^virtio-pci 0000:00:0[23].0, vring_alloc_queue$' <(texts 0)
is 'drivers: none is left' "$(texts 1 | grep -v '^atomic DMA pool$')" 'GICv3 ITS: interrupt translation tables'

# The kernel's own unwinder then reads the stacks, with more frames.
boot 'drivers in traced tasks' 0 '
echo "r:traced dma_alloc_attrs" >>$tracing/kprobe_events
echo 1 >$tracing/events/kprobes/traced/enable
nvme
rhictl audit --json || [ $? = 2 ]
modprobe -r nvme
echo 0 >$tracing/events/kprobes/traced/enable
echo >$tracing/kprobe_events' --nvme
ok 'drivers in traced tasks: the admin queue of nvme' \
	grep -qxF 'nvme 0000:00:01.0, nvme_alloc_queue [nvme]' <(texts 0)

boot 'drivers that were first' 0 '
rmmod rhi_probe
nvme
# Opening the disk waits for the scan of its partitions.
dd if=/dev/nvme0n1 of=/dev/null bs=4k count=1
modprobe rhi_probe
rhictl audit --json || [ $? = 2 ]' --nvme
is 'drivers that were first: not guessed' "$(texts 0 | grep -v '^GICv3 ITS\|^atomic DMA pool$\|^CMA area ')" \
	'unknown: shared before rhi_probe was loaded'

# Addresses that are shared by one function each, and what the audit says of them
# shellcheck disable=SC2016 # all of it is for the Realm's shell
sharer_owners='
owners() {
	while read -r function address; do echo "$function: $(owner_of $address)"; done </tmp/shared
}
insmod /root/sharer.ko
cp /sys/module/sharer/parameters/shared /tmp/shared
cat $rhi/audit >/tmp/audit
owners
echo 1 >/sys/module/sharer/parameters/leak
rmmod sharer
cat $rhi/audit >/tmp/audit
echo unloaded
owners
insmod /root/sharer.ko
cat $rhi/audit >/tmp/audit
echo loaded again
owners | grep unloaded
rmmod sharer
'
wanted='sharer_coherent: sharer sharer, sharer_coherent [sharer]
sharer_atomic: atomic DMA pool: sharer sharer, sharer_atomic [sharer]
sharer_pages: sharer sharer, sharer_pages [sharer]
sharer_sgt: sharer sharer, sharer_sgt [sharer]
sharer_block: sharer sharer, sharer_block [sharer]
sharer_part: sharer_part [sharer]
sharer_part: sharer_part [sharer]
sharer_again: sharer_again [sharer]
unloaded
sharer_coherent: none
sharer_atomic: atomic DMA pool
sharer_pages: none
sharer_sgt: none
sharer_block: none
sharer_part: none
sharer_part: sharer_part [sharer], unloaded
sharer_again: none
loaded again
sharer_part: sharer_part [sharer], unloaded'

boot 'each way to share' 0 "$sharer_owners" --append cma=64M --file "$sharer" "${all[@]}"
is 'each way to share: owners' "$(cat "$work/stdout")" "$wanted"

# Before 7.3 ftrace can be disabled: then the audit knows only who uses the DMA API.
if [ -n "$(budget '' long)" ]; then
	builds --kernel 6.18 tests/guest/sharer || done_testing
	boot 'disabled ftrace' 0 '
not echo 0 >/proc/sys/kernel/ftrace_enabled
rmmod rhi_probe
echo 0 >/proc/sys/kernel/ftrace_enabled
modprobe rhi_probe granule=2097152
insmod /root/sharer.ko
cat $rhi/audit >/tmp/audit
sed -n "s/^meaning .*; //p" /tmp/audit
while read -r function address; do echo "$function: $(owner_of $address)"; done </sys/module/sharer/parameters/shared
rmmod sharer
rmmod rhi_probe
echo 1 >/proc/sys/kernel/ftrace_enabled' --kernel 6.18 --file "$ko/sharer.ko"
	is 'disabled ftrace: owners' "$(cat "$work/stdout")" \
		"some owners are unknown: ftrace is not available (-EBUSY)
$(sed '/^unloaded/,$d; s/\(sharer_part\|sharer_again\): .*/\1: unknown: no page flag says whose it is/' <<<"$wanted")"
fi

# The kernel warns, and leaks the memory.
boot_with_warnings 'a host that keeps memory' 0 '
insmod /root/scatter.ko
rmmod scatter
rhictl audit --json || [ $? = 2 ]' --host keep --file "$scatter"
is 'a host that keeps memory: no driver owns it' "$(texts 0)" 'unknown: lost in a conversion that failed'

builds --kernel debug tests/guest/scatter
scatter=$ko/scatter.ko
builds --kernel debug tests/guest/sharer
sharer=$ko/sharer.ko

# Unload the module under conversions; and let its reserve of notes run out.
boot 'debug kernel' 0 "$sharer_owners"'
while [ ! -e /tmp/stop ]; do insmod /root/scatter.ko count=100; rmmod scatter; done 2>/dev/null &
for i in $(seq 5); do
	rmmod rhi_probe
	modprobe rhi_probe granule=2097152
	cat $rhi/audit >/dev/null
done
: >/tmp/stop
wait
not grep -q " scatter_" $rhi/audit
allocations_may_fail
faults_within_module rhi_probe
for d in $faults; do echo -1 >$d/times; echo 100 >$d/probability; done
insmod /root/scatter.ko count=300
for d in $faults; do echo 0 >$d/probability; done
cat $rhi/audit >/tmp/audit
sed -n "s/^meaning .*; //p" /tmp/audit
not grep "shared before" /tmp/audit
rmmod scatter
rmmod rhi_probe
no_leak' --kernel debug --file "$scatter" --file "$sharer" "${all[@]}"
is 'debug kernel: owners, and lost notes' "$(cat "$work/stdout")" "$wanted
some owners are unknown: 44 notes were lost"

# Instructions of allocating and freeing a buffer of a page, which are two conversions, with the module
# and without it
boot 'instructions' 0 '
calls="^dma_alloc_coherent 4096 warm"
insmod /root/pairs.ko
with=$(sed -n "s/$calls //p" /sys/module/pairs/parameters/figures)
rmmod pairs
rmmod rhi_probe
insmod /root/pairs.ko
without=$(sed -n "s/$calls //p" /sys/module/pairs/parameters/figures)
echo $with $without' --icount --file "$pairs"
read -r with without <"$work/stdout"
diag "instructions of an allocation and a free: $without, with notes $with"
ok 'instructions: at most a thousand for each conversion' test "$with" -gt "$without" -a $((with - without)) -le 2000

done_testing
