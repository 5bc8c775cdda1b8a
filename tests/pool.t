#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# rhi_pool as another module uses it: what it promises on hosts of several granules, what a
# driver's mistakes do to it, and what hosts can do to it that do not share, take back or
# leave alone what is in blocks. The cases themselves are in tests/guest/pool_test.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# For the Realm: test FILE... prints the TAP of these, finish takes all down, and lines that
# begin with "stat" are for the functions below.
guest='
set -e
test=/sys/kernel/debug/pool_test
rhi=/sys/kernel/debug/rhi
granule=$(cat /sys/kernel/rhi/granule)
stat() { echo "stat $1 $2"; }
of_pools() { sed -n "s/^$1 //p" $rhi/pools; }
load() { insmod /root/pool_test.ko granule=$granule "$@"; }
run() { for f; do cat $test/$f; done; }
finish() {
	stat granule $granule
	rmmod pool_test
	for s in shared_chunks shared_bytes shares unshares refused leaked_bytes; do
		stat $s $(of_pools $s)
	done
	rmmod rhi_probe
}
# Allocations of all kinds can be made to fail, and say nothing about it.
may_fail() {
	for d in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
		[ -d $d ] || continue
		echo N >$d/ignore-gfp-wait
		echo 0 >$d/verbose
	done
	[ ! -d /sys/kernel/debug/fail_page_alloc ] || echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}
# Memory that nobody refers to any more; what is younger than five seconds is none.
no_leak() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	! grep . /sys/kernel/debug/kmemleak >&2
}
'

stat() { sed -n "s/^stat $1 //p" "$work/stdout"; }
note() { sed -n "s/^# \(.* \)\?$1 \([0-9]*\).*/\2/p" "$work/stdout" | head -n 1; }
summary() { jq -r "$1" "$work/out/summary.json"; }
said() { grep -cF -- "$1" "$work/out/console.log"; }

# boot NAME SCRIPT OPTIONS...: the cases of SCRIPT, each with NAME before it, and SCRIPT's own success
boot() {
	local name=$1 script=$2 kernel=newest line status=0 i
	shift 2

	for ((i = 1; i < $#; i++)); do
		[ "${!i}" != --kernel ] || kernel=${*:i+1:1}
	done
	rm -rf -- "$work/out"
	if ! "$TOP/scripts/kbuild" --kernel "$kernel" "$TOP/module" >/dev/null 2>"$work/stderr" ||
		! ko=$("$TOP/scripts/kbuild" --kernel "$kernel" "$TOP/tests/guest/pool_test" 2>"$work/stderr"); then
		fail "$name: builds" "$(cat "$work/stderr")"
		return
	fi
	"$TOP/scripts/realm" --timeout 580 --out "$work/out" --file "$ko/pool_test.ko" "$@" -- \
		sh -c "$guest$script" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?

	while IFS= read -r line; do
		case $line in
		'ok '*'# SKIP '*) skip "$name: $(sed 's/^ok [0-9]* - //; s/ # SKIP .*//' <<<"$line")" "${line##*# SKIP }" ;;
		'ok '*) pass "$name: ${line#ok * - }" ;;
		'not ok '*) fail "$name: ${line#not ok * - }" ;;
		'# '*) diag "${line#\# }" ;;
		esac
	done <"$work/stdout"
	if [ $status = 0 ]; then
		pass "$name: to the end"
	else
		fail "$name: to the end" "exit status $status; $(tail -n 20 "$work/stderr")"
	fi
}

# What is shared, and what breaks the granule, when no pool ever was: figures of a Realm
# that does nothing. They stand in shared_before and misaligned_before.
without() {
	"$TOP/scripts/realm" --append realm.noprobe --out "$work/out" "$@" -- true 2>"$work/stderr" </dev/null ||
		diag "$(cat "$work/stderr")"
	shared_before=$(summary .shared_bytes)
	misaligned_before=$(summary .misaligned.requests)
}

# after NAME LEAKED SHARED: so many bytes are lost, and so many of them are shared; nothing else is
after() {
	is "$1: nothing is left" "$(stat shared_chunks) $(stat shared_bytes) $(stat leaked_bytes)" "0 0 $2"
	is "$1: what was shared is private again" "$(summary .shared_bytes)" $((shared_before + $3))
}

# whole NAME: each request was for whole granules
whole() { is "$1: nothing broke the granule" "$(summary .misaligned.requests)" "$misaligned_before"; }

# Blocks of a size that is a power of two, in granules
need() { echo $((($1 * 10000 + $2 - 1) / $2)); }

counts='
for size in 64 256 1024 4096; do
	echo $size >/sys/module/pool_test/parameters/size
	before=$(of_pools shares)
	run count
	stat count_$size $(($(of_pools shares) - before))
done
'
# Reading does not disturb, whatever happens meanwhile.
stress='
while :; do cat $rhi/pools; done >/dev/null &
reader=$!
run stress
kill $reader
wait
'
while read -r kernel size; do
	name="$kernel, $size"
	options=(--kernel "$kernel" --granule "$size" --host record)
	without "${options[@]}"
	boot "$name" "load; run create use misuse atomic
		stat atomic_misses \$(awk '/ runs out\$/ { print \$7 }' \$rhi/pools)
		$counts$stress
		may_fail
		run failure
		echo on >/sys/module/rhi_probe/parameters/hook
		run hooked
		finish
		no_leak" "${options[@]}"
	is "$name: each block that was freed wrongly was refused" "$(said 'nothing was freed')" "$(note bad_frees)"
	for what in 'is free already' 'is not of this pool' 'is not where a block begins' \
		'does not belong to this DMA address'; do
		ok "$name: said: $what" grep -qF "$what" "$work/out/console.log"
	done
	is "$name: misses are counted" "$(stat atomic_misses)" "$(note atomic_misses)"
	for bytes in 64 256 1024 4096; do
		got=$(stat count_$bytes)
		want=$(need $bytes "$(stat granule)")
		is "$name: 10,000 blocks of $bytes take $want conversions, or one more" \
			"$((got == want || got == want + 1 ? want : got))" "$want"
	done
	after "$name" 0 0
	whole "$name"
	no_splat "$name: no warning" "$work/out/console.log"
done <<'END'
newest 4k
newest 64k
newest 2m
16k 64k
debug 64k
END

without --granule 64k
boot 'busy' 'load; run busy; finish' --granule 64k --host record
is 'busy: said so' "$(said 'busy: what is in use stays shared, and is leaked')" 1
after 'busy' 65536 65536
whole 'busy'
no_splat 'busy: no warning' "$work/out/console.log"

# A host that is slow: it takes 16 steps for a granule, and each but the first is misaligned.
boot 'in steps of 4K' 'load; run create use atomic; finish' --granule 64k --host step=4k
after 'in steps of 4K' 0 0
no_splat 'in steps of 4K: no warning' "$work/out/console.log"

# Hosts that refuse. Memory that is lost would show after eight hundred times 64K, 51,200 KiB; up to
# twelve thousand were seen to come and go by themselves.
free='free_kib() {
	echo 3 >/proc/sys/vm/drop_caches
	sed -n "s/^MemFree: *\([0-9]*\) .*/\1/p" /proc/meminfo
}
'
boot 'refused from the start' "$free"'load; run refuse
	for i in $(seq 50); do run refuse >/dev/null; done
	before=$(free_kib)
	for i in $(seq 800); do run refuse >/dev/null; done
	stat lost_kib $((before - $(free_kib)))
	finish' --granule 64k --host stop=0
is 'refused from the start: counted' "$(stat refused)" 851
is 'refused from the start: said' "$(said 'no memory could be shared (-EIO)')" 851
ok 'refused from the start: pages are free again' [ "$(stat lost_kib)" -lt 25000 ]
after 'refused from the start' 0 0
no_splat 'refused from the start: no warning' "$work/out/console.log"

# One CPU: there is no other's magazine.
without --smp 1 --granule 64k
boot 'refused after one granule' 'load; run stop; finish' --smp 1 --granule 64k --host stop=64k
is 'refused after one granule: one was shared' "$(stat shares) $(note blocks)" '1 16'
ok 'refused after one granule: counted' [ "$(stat refused)" -gt 0 ]
after 'refused after one granule' 0 0
no_splat 'refused after one granule: no warning' "$work/out/console.log"

# Half a granule is shared then. Lost are the other half and the page before, their guard.
boot 'stopped half-way' 'load; run stop
	tar -c /usr | md5sum >/dev/null
	finish' --smp 1 --granule 64k --host stop=96k
is 'stopped half-way: one was shared' "$(stat shares) $(note blocks)" '1 16'
is 'stopped half-way: said once' "$(said 'stopped in the middle of a conversion')" 1
after 'stopped half-way' $((65536 + 4096)) 32768
no_splat 'stopped half-way: no warning' "$work/out/console.log"

# The kernel warns of each conversion back that fails.
without --granule 64k
boot 'never given back' 'load; run count; finish' --granule 64k --host keep
kept=$(($(stat shares) * 65536))
after 'never given back' $kept $kept
is 'never given back: the kernel says so' "$(said 'Failed to encrypt memory')" "$(stat shares)"
is 'never given back: said once' "$(said 'stopped in the middle of a conversion')" 1

# A host that writes over all shared memory, free blocks too, whenever it is called.
word=0x5ca1ab1e5ca1ab1e
boot 'scribbling host' 'load content=0; run create use misuse atomic stress; finish' \
	--granule 64k --host scribble=$word
after 'scribbling host' 0 0
whole 'scribbling host'
no_splat 'scribbling host: no warning' "$work/out/console.log"

# dma_pool shares single pages, and no other CPU may call the host while it is looked at.
boot 'scribbling host' "load content=0 word=$word; run scribble; finish" --smp 1 --granule 4k \
	--host scribble=$word
no_splat 'scribbling host, dma_pool: no warning' "$work/out/console.log"

done_testing
