# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=busybox
# Functions for the scripts of tests/*.t in a Realm: boot() of tests/cases.sh runs them with
# busybox's sh -e after sourcing this file, there /usr/lib/guest.sh.

# shellcheck disable=SC2034 # used by the scripts
ko=$(echo /lib/modules/*/updates/rhi_probe.ko)
switch=/sys/module/rhi_probe/parameters/hook
rhi=/sys/kernel/debug/rhi
bench=$rhi/bench
tracing=/sys/kernel/tracing

# sh -e does not report what failed.
# shellcheck disable=SC2154 # the trap sets it
trap 'status=$?; [ $status = 0 ] || echo "guest: exit status $status, line $LINENO" >&2' EXIT

# not COMMAND...: fail if COMMAND succeeds. sh -e ignores the status of "! COMMAND".
not() { ! "$@"; }

# fails STATUS TEXT COMMAND...: assert that COMMAND ends with STATUS and prints TEXT to stderr
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

# wait_for COMMAND...: wait until COMMAND succeeds, for eight minutes or more
wait_for() {
	local _

	for _ in $(seq 5000); do
		if "$@"; then return; fi
		sleep 0.1
	done
	echo "timeout waiting for: $*" >&2
	return 1
}

# ---- The module: loaded, on a host with a 64K granule; completely unloaded

loaded() { [ "$(cat /sys/kernel/rhi/status /sys/kernel/rhi/granule | xargs)" = "ok 65536" ]; }
gone() { [ ! -e /sys/kernel/rhi ] && [ ! -e $rhi ] && not grep -q ^rhi_probe /proc/modules; }

# Print the sysfs values in one line, unless it is not loaded, and then its log messages.
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
# hook_said REGEX: assert a message of the hook in the kernel log
hook_said() { dmesg | grep -q "rhi_probe: hook: .*$1" || { dmesg | tail >&2; return 1; }; }

# of_pools NAME: print a counter over all pools
of_pools() { sed -n "s/^$1 //p" $rhi/pools; }
# No memory is shared by pools, and none is leaked.
no_chunks() { [ "$(of_pools shared_chunks)" = 0 ]; }
no_pool_shares() { [ "$(of_pools shared_chunks) $(of_pools shared_bytes) $(of_pools leaked_bytes)" = "0 0 0" ]; }

# Assert that kmemleak finds no leak, on the debug kernel. It ignores objects younger than five
# seconds.
no_leak() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	not grep . /sys/kernel/debug/kmemleak >&2
}

# The threads of a benchmark or stress run exit shortly after they report completion.
# shellcheck disable=SC2009 # busybox
no_thread() { ! ps | grep -q "\[$1/"; }
bench_ended() { no_thread rhi_bench; }
stress_ended() { no_thread rhi_stress && [ ! -e /sys/bus/platform/devices/rhi_stress ]; }
bench_left_nothing() {
	wait_for bench_ended && no_pool_shares && [ ! -e /sys/bus/platform/devices/rhi_bench ]
}

# Enable fault injection for all kinds of allocations on the debug kernel, without messages.
allocations_may_fail() {
	local d

	for d in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
		[ -d $d ] || continue
		echo N >$d/ignore-gfp-wait
		echo 0 >$d/verbose
	done
	[ ! -d /sys/kernel/debug/fail_page_alloc ] || echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

# Free memory without caches
free_kib() {
	echo 3 >/proc/sys/vm/drop_caches
	sed -n 's/^MemFree: *\([0-9]*\) .*/\1/p' /proc/meminfo
}

# ---- tests/guest/pool_test, which must be in /root

# pool_test_load [PARAMETER=VALUE...]
# shellcheck disable=SC2120 # used by the scripts
pool_test_load() {
	echo "stat atomic_pool_begin $(atomic_pool)"
	insmod /root/pool_test.ko granule="$(cat /sys/kernel/rhi/granule)" "$@"
}
# Size of the kernel's atomic pool in bytes, which may grow
atomic_pool() { cat /sys/kernel/debug/dma_pools/pool_size_* | awk '{ n += $1 } END { print n + 0 }'; }
# pool_test_run FILE...: print their KTAP
pool_test_run() {
	local f

	for f; do cat "/sys/kernel/debug/pool_test/$f"; done
}
# pool_test_end: unload pool_test and rhi_probe, and print "stat NAME VALUE" for what is left
pool_test_end() {
	local name

	echo "stat granule $(cat /sys/kernel/rhi/granule)"
	rmmod pool_test
	# A device keeps its spare buffer for a second or two.
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

# ---- tests/guest/contract, which must be in /root

# contract_facts RUN: print the facts about each of $subjects, between "==== RUN SUBJECT" and "==== end"
contract_facts() {
	local subject

	insmod /root/contract.ko
	# shellcheck disable=SC2154 # set by the scripts
	for subject in $subjects; do
		echo 1 >/sys/kernel/debug/clear_warn_once
		echo "==== $1 $subject"
		cat "/sys/kernel/debug/contract/$subject"
		echo "==== end"
	done
	contract_traced "$1"
	rmmod contract
}
# Count trace events per size: at other facts, the size is part of the line.
contract_traced() {
	local subject

	echo 1 >/sys/kernel/debug/clear_warn_once
	echo 8192 >$tracing/buffer_size_kb
	echo >$tracing/trace
	echo 1 >$tracing/events/dma/enable
	for subject in coherent pages noncontiguous; do
		cat /sys/kernel/debug/contract/$subject >/dev/null
	done
	echo 0 >$tracing/events/dma/enable
	echo "==== $1 traced"
	sed -n 's/.*: \(dma_[a-z_]*\): contract .*size=\([0-9]*\).*/\1 \2/p' $tracing/trace |
		sort | uniq -c | awk '{ print "trace events " $2 " of size " $3 ": " $1 }'
	echo "==== end"
}

# kcore_read_ram: read all RAM through the linear map, and print how many times
kcore_read_ram() {
	local i begin word size read=0

	for i in $(seq 0 15); do
		# Program header: type and flags, offset, address, physical address, size, ...
		# shellcheck disable=SC2046 # words
		set -- $(od -An -v -t x8 -j $((64 + 56 * i)) -N 56 /proc/kcore)
		word=$1 begin=$2 size=$5
		# Select PT_LOAD with a physical address and at least this Realm's memory size.
		[ "${word#????????}" = 00000001 ] && [ "${4#ffffffff}" = "$4" ] &&
			[ $((0x$size)) -ge 1073741824 ] || continue
		dd if=/proc/kcore of=/dev/null bs=64k iflag=skip_bytes,count_bytes skip=$((0x$begin)) \
			count=$((0x$size)) 2>/dev/null || return
		read=$((read + 1))
	done
	echo $read
}

# owner_of ADDRESS: print the owner in the audit that is in /tmp/audit
owner_of() {
	local word start end size text

	while read -r word start end size text; do
		[ "$word" = owner ] && [ $((start)) -le $(($1)) ] && [ $((end)) -gt $(($1)) ] || continue
		echo "$text"
		return
	done </tmp/audit
	echo none
}

# ---- Devices: --nvme and --net

# disk_works DEVICE: assert that data written can be read back
disk_works() {
	wait_for test -b "$1"
	head -c 2097152 /dev/urandom >/tmp/in
	dd if=/tmp/in of="$1" bs=1M conv=fsync 2>/dev/null
	dd if="$1" of=/tmp/out iflag=direct bs=256k count=8 2>/dev/null
	cmp /tmp/in /tmp/out
}

# Ping the host, and compare echoed data.
net_works() {
	ip link set eth0 up
	ip addr replace 10.0.2.15/24 dev eth0
	ping -q -c 3 -i 0.1 -W 5 10.0.2.2 >/dev/null
	head -c 262144 /dev/urandom >/tmp/in
	nc 10.0.2.100 7 </tmp/in >/tmp/out
	cmp /tmp/in /tmp/out
}

# works DRIVER: use its device, and print that it works
works() {
	case $1 in
	nvme) disk_works /dev/nvme0n1 ;;
	virtio_blk) disk_works /dev/vda ;;
	virtio_net) net_works ;;
	esac
	echo "$1 works"
}

# each COMMAND...: run COMMAND with each driver
each() {
	local driver

	for driver in nvme virtio_blk virtio_net; do "$@" $driver; done
}

# use DRIVER: load it and use its device
use() {
	modprobe "$1"
	works "$1"
}
unload() { modprobe -r "$1"; }

# audited_at_load: wait for the module's own audit, if it makes one
audited_at_load() {
	[ ! -e $rhi/about ] ||
		[ "$(cat /sys/kernel/rhi/granule)" -le "$(sed -n "s/^page_size *//p" $rhi/hostconf)" ] ||
		wait_for grep -q "^audit_at_load  *[^n ]" $rhi/about
}

# leave: unload the module once nothing is shared or leaked
leave() {
	wait_for no_pool_shares || { cat $rhi/pools >&2; exit 3; }
	rmmod rhi_probe
	echo left
}

# nvme: load the driver; nvme_writes: also write to the disk
nvme() {
	modprobe nvme
	wait_for test -b /dev/nvme0n1
}
nvme_writes() {
	nvme
	dd if=/dev/zero of=/dev/nvme0n1 bs=256k count=8 conv=fsync 2>/dev/null
}

# ---- Trace events. trace_end puts all of the ring buffers into /tmp/trace.

trace_begin() { echo 8192 >$tracing/buffer_size_kb; echo 1 >$tracing/events/rhi/enable; }
trace_end() {
	local entries

	echo 0 >$tracing/events/rhi/enable
	cat $tracing/trace >/tmp/trace
	entries=$(sed -n 's,^# entries-in-buffer/entries-written: \([0-9]*/[0-9]*\) .*,\1,p' /tmp/trace)
	at_least_one 'events' "${entries%/*}"
	same 'events in the buffer, and written' "${entries%/*}" "${entries#*/}"
}
# events NAME: print their fields; events_count and events_size (the sum of size=) take NAME REGEX
events() { sed -n "s/.*[0-9]: $1: //p" /tmp/trace; }
events_count() { events "$1" | grep -c "$2" || true; }
events_size() { events "$1" | grep "$2" | sed 's/.*size=\([0-9]*\).*/\1/' | awk '{ n += $1 } END { print n + 0 }'; }

# ---- bpftrace. After bpftrace_end, /tmp/out has the output of the script.

# bpftrace_begin SCRIPT [ARG...]: start it, and return when it traces
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
# bpftrace_end [REGEX]: end it, after a line of its output matches REGEX. On SIGINT, bpftrace drops
# the lines that it has not printed yet.
bpftrace_end() {
	[ $# = 0 ] || wait_for grep -qE -- "$1" /tmp/out
	kill -INT "$bpftrace_pid"
	wait "$bpftrace_pid"
	echo "== $bpftrace_name"
	cat /tmp/out
	hasnt 'ERROR|WARNING|Lost'
}
# has REGEX, hasnt REGEX: assert that /tmp/out matches or does not match
has() { grep -qE -- "$1" /tmp/out || { echo "no $1" >&2; return 1; }; }
hasnt() { not grep -E -- "$1" /tmp/out; }
# histogram NAME REGEX: sum of the histograms @NAME whose keys match
histogram() {
	awk -v map="^@$1.*$2" '/^@/ { in_it = $0 ~ map }
		in_it && /^\[/ { sub(/.*\) */, ""); n += $1 }
		END { print n + 0 }' /tmp/out
}

# ---- Fault injection (Documentation/fault-injection), on the debug kernel

faults='/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc'

# faults_within START END: only fail allocations with a function of this range in the call stack
faults_within() {
	local d

	for d in $faults; do
		echo "$1" >"$d/require-start"
		echo "$2" >"$d/require-end"
	done
}
# The same for the text of a module, and for any module's initialisation
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

# each_failure STEP NAME: run the function NAME in a task of its own many times, failing its first
# allocation, then a later one in steps of STEP, until no allocation is left to fail. Each run calls
# before_NAME first, and after_NAME STATUS at the end. Prints "stat NAME" with the number of injected
# failures, the number of runs in which NAME failed, and the number of the first allocation not reached.
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
