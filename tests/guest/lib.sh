# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=busybox
# What the scripts of tests/*.t have in a Realm: boot() of tests/cases.sh runs them by
# busybox's sh -e, and has them source this file, which is /usr/lib/guest.sh there.

# shellcheck disable=SC2034 # for the scripts
ko=$(echo /lib/modules/*/updates/rhi_probe.ko)
switch=/sys/module/rhi_probe/parameters/hook
rhi=/sys/kernel/debug/rhi
bench=$rhi/bench
tracing=/sys/kernel/tracing

# sh -e does not say what failed.
# shellcheck disable=SC2154 # the trap sets it
trap 'status=$?; [ $status = 0 ] || echo "guest: exit status $status, line $LINENO" >&2' EXIT

# not COMMAND...: sh -e does not mind a "! COMMAND" that fails.
not() { ! "$@"; }

# fails STATUS TEXT COMMAND...: COMMAND ends with STATUS, and TEXT is in its messages
fails() {
	local got=0 want=$1 text=$2

	shift 2
	"$@" 2>/tmp/said || got=$?
	same "status of $*" $got "$want" && grep -qF -- "$text" /tmp/said || { cat /tmp/said >&2; return 1; }
}

# same WHAT GOT WANTED
same() { [ "$2" = "$3" ] || { echo "$1: '$2', not '$3'" >&2; return 1; }; }

# at_least_one WHAT NUMBER
at_least_one() { [ "$2" -gt 0 ] || { echo "$1: $2" >&2; return 1; }; }

# wait_for COMMAND...: until it succeeds, at most some minutes
wait_for() {
	local _

	for _ in $(seq 1000); do
		if "$@"; then return; fi
		sleep 0.1
	done
	echo "waited in vain: $*" >&2
	return 1
}

# ---- The module: it is there, as on a host of 64K; nothing of it is there

loaded() { [ "$(cat /sys/kernel/rhi/status /sys/kernel/rhi/granule | xargs)" = "ok 65536" ]; }
gone() { [ ! -e /sys/kernel/rhi ] && [ ! -e $rhi ] && not grep -q ^rhi_probe /proc/modules; }

# Its values in one line, or nothing if it is not loaded; then its log.
report_probe() {
	if [ -e /sys/kernel/rhi ]; then
		(cd /sys/kernel/rhi && cat status granule ipa_change_alignment hostconf_version \
			hostconf_features) | xargs
	fi
	dmesg | sed -n 's/.*rhi_probe: /log: /p'
}

# hook on, hook off
hook() { echo "$1" >$switch; }
# on, off or draining
hook_state() { sed -n 's/^state //p' $rhi/hook; }
# hook_said REGEX: so says the kernel's log
hook_said() { dmesg | grep -q "rhi_probe: hook: .*$1" || { dmesg | tail >&2; return 1; }; }

# of_pools NAME: a figure of all pools
of_pools() { sed -n "s/^$1 //p" $rhi/pools; }
# No pool shares anything, and none has lost anything.
no_chunks() { [ "$(of_pools shared_chunks)" = 0 ]; }
no_pool_shares() { [ "$(of_pools shared_chunks) $(of_pools shared_bytes) $(of_pools leaked_bytes)" = "0 0 0" ]; }

# Nothing was allocated that nobody refers to any more: what is younger than five seconds does
# not count. Only the debug kernel can tell.
no_leak() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	not grep . /sys/kernel/debug/kmemleak >&2
}

# A benchmark is over, and has left nothing behind. A thread says that it is done, and ends a
# moment later.
# shellcheck disable=SC2009 # busybox
bench_ended() { ! ps | grep -q '[r]hi_bench/'; }
bench_left_nothing() {
	wait_for bench_ended && no_pool_shares && [ ! -e /sys/bus/platform/devices/rhi_bench ]
}

# Allocations of all kinds can be made to fail on the debug kernel, and say nothing about it.
allocations_may_fail() {
	local d

	for d in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
		[ -d $d ] || continue
		echo N >$d/ignore-gfp-wait
		echo 0 >$d/verbose
	done
	[ ! -d /sys/kernel/debug/fail_page_alloc ] || echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

# Memory that is free, when nothing is cached
free_kib() {
	echo 3 >/proc/sys/vm/drop_caches
	sed -n 's/^MemFree: *\([0-9]*\) .*/\1/p' /proc/meminfo
}

# ---- tests/guest/pool_test, which has to be in /root

# pool_test_load [PARAMETER=VALUE...]
# shellcheck disable=SC2120 # those are for the scripts
pool_test_load() {
	echo "stat atomic_pool_begin $(atomic_pool)"
	insmod /root/pool_test.ko granule="$(cat /sys/kernel/rhi/granule)" "$@"
}
# What the kernel has for atomic requests, in bytes: it grows by itself.
atomic_pool() { cat /sys/kernel/debug/dma_pools/pool_size_* | awk '{ n += $1 } END { print n + 0 }'; }
# pool_test_run FILE...: the TAP of these
pool_test_run() {
	local f

	for f; do cat "/sys/kernel/debug/pool_test/$f"; done
}
# pool_test_end: unload it and the module; say "stat NAME FIGURE" of what is left
pool_test_end() {
	local name

	echo "stat granule $(cat /sys/kernel/rhi/granule)"
	rmmod pool_test
	# A device's spare buffer goes a second or two after the last one.
	wait_for no_chunks
	for name in shared_chunks shared_bytes shares unshares refused leaked_bytes bad_frees; do
		echo "stat $name $(of_pools $name)"
	done
	echo "stat atomic_pool_end $(atomic_pool)"
	rmmod rhi_probe
}
# pool_test FILE: load, run and unload
pool_test() {
	# shellcheck disable=SC2119
	pool_test_load
	pool_test_run "$1"
	rmmod pool_test
}

# kcore_read_ram: reads all RAM by the linear map, and says how often
kcore_read_ram() {
	local i begin word size read=0

	for i in $(seq 0 15); do
		# A program header: type and flags, offset, address, physical address, size ...
		# shellcheck disable=SC2046 # words
		set -- $(od -An -v -t x8 -j $((64 + 56 * i)) -N 56 /proc/kcore)
		word=$1 begin=$2 size=$5
		# PT_LOAD, with a physical address, and the size of this Realm's memory
		[ "${word#????????}" = 00000001 ] && [ "${4#ffffffff}" = "$4" ] &&
			[ $((0x$size)) -ge 1073741824 ] || continue
		dd if=/proc/kcore of=/dev/null bs=64k iflag=skip_bytes,count_bytes skip=$((0x$begin)) \
			count=$((0x$size)) 2>/dev/null || return
		read=$((read + 1))
	done
	echo $read
}

# ---- Devices: --nvme and --net

# disk_works DEVICE: what is read is what was written
disk_works() {
	wait_for test -b "$1"
	head -c 2097152 /dev/urandom >/tmp/in
	dd if=/tmp/in of="$1" bs=1M conv=fsync 2>/dev/null
	dd if="$1" of=/tmp/out iflag=direct bs=256k count=8 2>/dev/null
	cmp /tmp/in /tmp/out
}

# The host answers, and sends back what it gets.
net_works() {
	ip link set eth0 up
	ip addr replace 10.0.2.15/24 dev eth0
	ping -q -c 3 -i 0.1 -W 5 10.0.2.2 >/dev/null
	head -c 262144 /dev/urandom >/tmp/in
	nc 10.0.2.100 7 </tmp/in >/tmp/out
	cmp /tmp/in /tmp/out
}

# works DRIVER: says so
works() {
	case $1 in
	nvme) disk_works /dev/nvme0n1 ;;
	virtio_blk) disk_works /dev/vda ;;
	virtio_net) net_works ;;
	esac
	echo "$1 works"
}

# each COMMAND...: with each driver
each() {
	local driver

	for driver in nvme virtio_blk virtio_net; do "$@" $driver; done
}

# use DRIVER: load it, and work
use() {
	modprobe "$1"
	works "$1"
}
unload() { modprobe -r "$1"; }

# leave: nothing of the module's is shared or leaked, and it can go
leave() {
	wait_for no_pool_shares || { cat $rhi/pools >&2; exit 3; }
	rmmod rhi_probe
	echo left
}

# Load the driver; and write.
nvme() {
	modprobe nvme
	wait_for test -b /dev/nvme0n1
}
nvme_writes() {
	nvme
	dd if=/dev/zero of=/dev/nvme0n1 bs=256k count=8 conv=fsync 2>/dev/null
}

# ---- Trace events. trace_end: what the ring buffers have, all of it, is in /tmp/trace

trace_begin() { echo 8192 >$tracing/buffer_size_kb; echo 1 >$tracing/events/rhi/enable; }
trace_end() {
	local entries

	echo 0 >$tracing/events/rhi/enable
	cat $tracing/trace >/tmp/trace
	entries=$(sed -n 's,^# entries-in-buffer/entries-written: \([0-9]*/[0-9]*\) .*,\1,p' /tmp/trace)
	at_least_one 'events' "${entries%/*}"
	same 'events in the buffer, and written' "${entries%/*}" "${entries#*/}"
}
# events NAME: their fields; events_count and events_size (the sum of size=) NAME REGEX
events() { sed -n "s/.*[0-9]: $1: //p" /tmp/trace; }
events_count() { events "$1" | grep -c "$2" || true; }
events_size() { events "$1" | grep "$2" | sed 's/.*size=\([0-9]*\).*/\1/' | awk '{ n += $1 } END { print n + 0 }'; }

# ---- bpftrace. What the script said is in /tmp/out after bpftrace_end

# bpftrace_begin SCRIPT [ARG...]: returns when it traces
bpftrace_begin() {
	bpftrace_name=$1
	"$@" >/tmp/out 2>&1 &
	bpftrace_pid=$!
	wait_for bpftrace_traces
}
bpftrace_traces() {
	grep -q ^Tracing /tmp/out && return
	[ ! -d "/proc/$bpftrace_pid" ] || return
	cat /tmp/out
	exit 1
}
bpftrace_end() {
	local entries

	kill -INT "$bpftrace_pid"
	wait "$bpftrace_pid"
	echo "== $bpftrace_name"
	cat /tmp/out
	hasnt 'ERROR|WARNING|Lost'
}
# has REGEX, hasnt REGEX: so does /tmp/out
has() { grep -qE -- "$1" /tmp/out || { echo "no $1" >&2; return 1; }; }
hasnt() { not grep -E -- "$1" /tmp/out; }
# histogram NAME REGEX: how much the histograms of @NAME, whose keys match, have counted
histogram() {
	awk -v map="^@$1.*$2" '/^@/ { in_it = $0 ~ map }
		in_it && /^\[/ { sub(/.*\) */, ""); n += $1 }
		END { print n + 0 }' /tmp/out
}

# ---- Failures on demand (Documentation/fault-injection, on the debug kernel)

faults='/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc'

# faults_within START END: of what may fail, only what has a function of this range in its stack
faults_within() {
	local d

	for d in $faults; do
		echo "$1" >"$d/require-start"
		echo "$2" >"$d/require-end"
	done
}
# The same for the text of a module; for the initialisation of any
faults_within_module() {
	# shellcheck disable=SC2046 # words
	set -- $(grep "^$1 " /proc/modules)
	faults_within "$6" "$(printf '0x%x' $(($6 + $2)))"
}
faults_within_init() {
	# shellcheck disable=SC2046 # words
	set -- $(sort /proc/kallsyms | grep -A 1 ' T do_one_initcall$' | cut -d' ' -f1)
	faults_within "0x$1" "0x$2"
}
faults_left() { cat /sys/kernel/debug/failslab/times /sys/kernel/debug/fail_page_alloc/times | xargs; }

# each_failure STEP NAME: the function NAME runs in a task of its own, where its first allocation
# fails, then the second, ..., by STEP, until all are made. before_NAME runs before each time, and
# after_NAME STATUS behind it. It says "stat NAME" with how many were made to fail, with how many of
# them NAME failed, and the number of the allocation that it did not come to.
each_failure() {
	local nth=1 left='' status d injected=0 failed=0

	for d in $faults; do echo 1000000 >"$d/times"; done
	while left=$(faults_left); do
		before_"$2"
		status=0
		(echo $nth >/proc/self/fail-nth; "$2") >/tmp/said 2>&1 || status=$?
		after_"$2" $status || { echo "$2: allocation $nth failed" >&2; cat /tmp/said >&2; return 1; }
		[ "$(faults_left)" != "$left" ] || break
		injected=$((injected + 1))
		[ $status = 0 ] || failed=$((failed + 1))
		nth=$((nth + $1))
	done
	echo "stat $2 $injected $failed $nth"
}
