#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# rhi_pool as used by another module: its guarantees on hosts with several granules, the handling of
# driver bugs, and hosts that refuse to share or unshare, or that overwrite blocks. The cases are in
# tests/guest/pool_test.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# Scripts print "stat NAME VALUE" lines for stat(), and diagnostics for note().
stat() { sed -n "s/^stat $1 //p" "$work/stdout"; }
note() { sed -n "s/^# \(.* \)\?$1 \([0-9]*\).*/\2/p" "$work/stdout" | head -n 1; }
said() { grep -cF -- "$1" "$work/out/console.log"; }

# pool NAME SCRIPT OPTIONS...: assert that SCRIPT succeeds, and report its cases
pool() {
	boot "$1: runs to the end" 0 "${@:2}" --file "$ko/pool_test.ko"
	ktap "$1"
}

# Baseline: shared bytes and misaligned requests of an idle Realm, in shared_before and
# misaligned_before.
without() {
	realm "$@" --append realm.noprobe -- true || diag "$(tails)"
	shared_before=$(summary .shared_bytes)
	misaligned_before=$(summary .misaligned.requests)
}

# after NAME LEAKED SHARED: assert that LEAKED bytes are lost, SHARED of them still shared, and nothing else
after() {
	is "$1: no chunks left" "$(stat shared_chunks) $(stat shared_bytes) $(stat leaked_bytes)" "0 0 $2"
	# The kernel's atomic pool may have grown, and never shrinks.
	is "$1: shared memory is private again" "$(summary .shared_bytes)" \
		$((shared_before + $3 + $(stat atomic_pool_end) - $(stat atomic_pool_begin)))
}

# whole_granules NAME: assert that only whole granules were converted
whole_granules() {
	if [ "$(stat granule)" -gt 131072 ] && [ "$(stat atomic_pool_end)" != "$(stat atomic_pool_begin)" ]; then
		skip "$1: no misaligned request" "the kernel's atomic pool grew by less than a granule"
	else
		is "$1: no misaligned request" "$(summary .misaligned.requests)" "$misaligned_before"
	fi
}

# need BYTES GRANULE: granules for 10,000 blocks, BYTES being a power of two
need() { echo $((($1 * 10000 + $2 - 1) / $2)); }

counts='
for size in 64 256 1024 4096; do
	echo $size >/sys/module/pool_test/parameters/size
	before=$(of_pools shares)
	pool_test_run count
	echo stat count_$size $(($(of_pools shares) - before))
done
'
# Read the file during the stress: reading must not disturb it.
stress='
while :; do cat $rhi/pools; done >/dev/null &
reader=$!
pool_test_run stress
kill $reader
wait
'
while read -r kernel size; do
	[ -n "$kernel" ] || continue
	name="$kernel, $size"
	options=(--kernel "$kernel" --granule "$size" --host record)
	without "${options[@]}"
	builds --kernel "$kernel" module tests/guest/pool_test || continue
	pool "$name" "pool_test_load; pool_test_run create use misuse atomic
		echo stat atomic_misses \$(awk '/ runs out\$/ { print \$7 }' \$rhi/pools)
		$counts$stress
		allocations_may_fail
		pool_test_run failure
		hook on
		pool_test_run hooked
		pool_test_end
		no_leak" "${options[@]}"
	is "$name: every bad free is refused" "$(stat bad_frees)" "$(note bad_frees)"
	ok "$name: bad frees are logged" test "$(said ': ignored')" -gt 0
	ok "$name: their messages are rate-limited" test "$(said ': ignored')" -lt "$(note bad_frees)"
	ok "$name: log says: is free already" grep -qF 'is free already' "$work/out/console.log"
	is "$name: misses are counted" "$(stat atomic_misses)" "$(note atomic_misses)"
	for bytes in 64 256 1024 4096; do
		got=$(stat count_$bytes)
		want=$(need $bytes "$(stat granule)")
		is "$name: 10,000 blocks of $bytes take $want conversions or one more" \
			"$((got == want || got == want + 1 ? want : got))" "$want"
	done
	after "$name" 0 0
	whole_granules "$name"
done <<END
newest 64k
16k 64k
debug 64k
$(budget '' 'newest 4k
newest 2m')
END

builds module tests/guest/pool_test || done_testing
without
pool 'busy' 'pool_test_load; pool_test_run busy; pool_test_end' --host record
is 'busy: logged' "$(said 'busy: the blocks in use stay shared and are leaked')" 1
after 'busy' 65536 65536
whole_granules 'busy'

# A slow host takes 16 steps per granule, all but the first of them misaligned.
pool 'in steps of 4K' 'pool_test_load; pool_test_run create use atomic; pool_test_end' --host step=4k
after 'in steps of 4K' 0 0

# Hosts that refuse
pool 'refused from the start' 'pool_test_load; pool_test_run refuse; pool_test_end' --host stop=0
is 'refused from the start: counted' "$(stat refused)" 1
ok 'refused from the start: logged' grep -qF 'cannot share memory (-EIO)' "$work/out/console.log"
after 'refused from the start' 0 0

# One CPU, so that no block is in another CPU's magazine.
without --smp 1
pool 'refused after one granule' 'pool_test_load; pool_test_run stop; pool_test_end' --smp 1 --host stop=64k
is 'refused after one granule: one is shared' "$(stat shares) $(note blocks)" '1 16'
ok 'refused after one granule: counted' [ "$(stat refused)" -gt 0 ]
after 'refused after one granule' 0 0

# Half of a granule is shared, and all of it is lost. It must not be mapped anywhere: reading memory
# whose RIPAS is EMPTY would end the Realm.
pool 'stopped half-way' 'pool_test_load; pool_test_run stop
	same "RAM that was read" $(kcore_read_ram) 1
	pool_test_end' --smp 1 --host stop=96k
is 'stopped half-way: one is shared' "$(stat shares) $(note blocks)" '1 16'
is 'stopped half-way: logged once' "$(said 'stopped in the middle of a conversion')" 1
after 'stopped half-way' 65536 32768

# The largest granule. Lost memory would show after twenty times 4M, 81,920 KiB; free memory was seen to
# vary by up to 12,000 KiB.
pool 'refused, granule of 4M' 'pool_test_load; pool_test_run refuse
	for i in $(seq 4); do pool_test_run refuse >/dev/null; done
	before=$(free_kib)
	for i in $(seq 20); do pool_test_run refuse >/dev/null; done
	echo stat lost_kib $((before - $(free_kib)))
	pool_test_end' --granule 4m --host stop=0
is 'refused, granule of 4M: counted' "$(stat refused) $(stat leaked_bytes)" '25 0'
ok 'refused, granule of 4M: pages are freed' [ "$(stat lost_kib)" -lt 25000 ]
pool 'stopped half-way, granule of 4M' 'pool_test_load; pool_test_run refuse
	same "RAM that was read" $(kcore_read_ram) 1
	pool_test_end' --granule 4m --host stop=2m
is 'stopped half-way, granule of 4M: leaked' "$(stat refused) $(stat leaked_bytes)" "0 $((4 << 20))"

# A block moves across eight CPUs, which then go offline: no more is shared than for two CPUs.
pool 'eight CPUs' 'pool_test_load; pool_test_run wander
	echo stat wandered $(awk "/ shared wanders\$/ { print \$6 }" $rhi/pools)
	for cpu in 1 2 3 4 5 6 7; do echo 0 >/sys/devices/system/cpu/cpu$cpu/online; done
	pool_test_run after_cpus
	pool_test_end' --smp 8
ok 'eight CPUs: one block in use pins at most two granules' test "$(stat wandered)" -le $((2 * 65536))
ok 'eight CPUs: the block is shared' test "$(stat wandered)" -ge 65536

without
pool 'never unshared' 'pool_test_load; pool_test_run count; pool_test_end' --host keep
kept=$(($(stat shares) * 65536))
after 'never unshared' $kept $kept
is 'never unshared: logged once' "$(said 'refuses to make memory private again')" 1

# A host that overwrites all shared memory, including free blocks, at every call.
word=0x5ca1ab1e5ca1ab1e
pool 'scribbling host' 'pool_test_load content=0; pool_test_run create use misuse atomic stress; pool_test_end' \
	--host scribble=$word
after 'scribbling host' 0 0
whole_granules 'scribbling host'

# dma_pool shares single pages, and no other CPU may call the host during the check.
pool 'scribbling host' "pool_test_load content=0 word=$word; pool_test_run scribble; pool_test_end" --smp 1 --granule 4k \
	--host scribble=$word

done_testing
