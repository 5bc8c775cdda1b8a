#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of dma_pool and rhi_pool: its counts match the host's, its input is validated, and
# nothing is left behind, however a run ends. Also the point of it: rhi_pool is not slower, counted
# in instructions.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

got() { jq -r "$1" "$work/stdout"; }

# shellcheck disable=SC2016 # $ is jq's
schema='
def count: type == "number" and . >= 0;
.schema == 2 and .rounds > 0 and .granule_bytes == 65536 and (.always_zeroed | type == "boolean")
and (keys == ["always_zeroed", "granule_bytes", "hook", "pattern", "rounds", "runs", "schema", "threads"])
and (.runs | length == $sizes) and all(.runs[];
	.pairs > 0 and .used_bytes >= .size_bytes and .time_ratio > 0
	and all(.dma_pool, .rhi_pool;
		.best_ns > 0 and .median_ns >= .best_ns and .fill_ns > 0 and .conversions > 0
		and .shared_bytes >= 4096
		and (.best_ns_per_pair, .shared_bytes_per_used_byte | count)))
'

# Baseline: what the host sees without the benchmark
boot 'without the benchmark' 0 bench_left_nothing --host record
shared_before=$(summary .convert.to_shared.bytes)

# bytes, and the 4K pages and 64K granules that 10,000 blocks need
while read -r size pages granules; do
	name="10,000 blocks of $size"
	boot "$name" 0 "rhictl bench --json --pattern batch --count 10000 --size $size; bench_left_nothing" \
		--host record
	ok "$name: report covers both pools" jq -e --argjson sizes 1 "$schema" "$work/stdout"
	is "$name: dma_pool converted every page" \
		"$(got '.runs[0].dma_pool | "\(.conversions) \(.shared_bytes)"')" "$pages $((pages * 4096))"
	ours=$(got .runs[0].rhi_pool.conversions)
	is "$name: rhi_pool converted $granules granules or one more" \
		"$((ours == granules || ours == granules + 1 ? granules : ours))" "$granules"
	is "$name: rhi_pool shared that many bytes" "$(got .runs[0].rhi_pool.shared_bytes)" $((ours * 65536))
	is "$name: the host counted the same" "$(summary .convert.to_shared.bytes)" \
		$((shared_before + pages * 4096 + ours * 65536))
	is "$name: only dma_pool broke the granule, sharing and unsharing" \
		"$(summary .misaligned.requests)" $((2 * pages))
	is "$name: all memory is private again" "$(summary .shared_bytes)" "$shared_before"
done <<'END'
64 157 10
1000 2500 157
4096 10000 625
END

# The hook ignores the benchmark's device, so that dma_pool there is still the kernel's.
boot 'with the hook on' 0 '
hook on
rhictl bench --json --pattern batch --count 10000 --size 64' --host record
is 'with the hook on: each pool does its own conversions' \
	"$(got '.runs[0] | "\(.dma_pool.conversions) \(.rhi_pool.conversions | if . == 11 then 10 else . end)"')" '157 10'
is 'with the hook on: the host saw the misaligned requests' "$(summary .misaligned.requests)" $((2 * 157))

boot 'all patterns, two threads' 0 '
for pattern in pair batch random zero; do
	rhictl bench --json --pattern $pattern --threads 2 --size 16,100,4K,64K --count 200
	bench_left_nothing
done'
ok 'all patterns: report covers both pools' jq -es --argjson sizes 4 "length == 4 and all(.[]; $schema)" "$work/stdout"
is 'all patterns: report shows the requested parameters' \
	"$(jq -r '"\(.pattern) \(.threads) \([.runs[] | .size_bytes, .pairs])"' "$work/stdout" | head -n 2)" \
	'pair 2 [16,400,100,400,4096,400,65536,400]
batch 2 [16,400,100,400,4096,400,65536,400]'

# INPUT | log message
cat >"$work/bad" <<'END'
size=0 | size=0: 16 to 65536 bytes
size=15 | size=15: 16 to 65536 bytes
size=65537 | size=65537: 16 to 65536 bytes
size=4294967296 | size=4294967296 is not a number of 32 bits
size=-64 | size=-64 is not a number
size=64K | size=64K is not a number
size= | size= is not a number
count=0 | count=0: at least 1
count=1000001 | count=1000001: at least 1, and at most 1000000 blocks
count=500001 threads=2 | count=500001: at least 1, and at most 1000000 blocks
count=4294967295 threads=2 size=65536 | count=4294967295: at least 1
size=65536 count=1025 | count=1025: at least 1, and at most 1000000 blocks and 67108864 bytes
threads=0 | threads=0: 1 to 2
threads=3 | threads=3: 1 to 2
threads=4294967295 | threads=4294967295: 1 to 2
pattern=tartan | unknown pattern "tartan"
pattern= | unknown pattern ""
colour=1 | unknown key "colour"
size | "size" is not key=value
=1 | unknown key ""
END
boot 'usage, last result, and bad input' 0 '
modprobe rhi_stress
[ "$(cat $bench)" = "# write any of: size=BYTES count=N threads=N pattern=pair|batch|random|zero" ]
[ "$(stat -c %a $bench)" = 600 ]
echo >$bench
grep -qx "size 64" $bench; grep -qx "count 1000" $bench; grep -qx "threads 1" $bench; grep -qx "pattern pair" $bench
cp $bench /tmp/before
not echo size=0 >$bench
cmp $bench /tmp/before
echo "pattern=random	threads=2  size=0x40
" >$bench
grep -qx "pattern random" $bench; grep -qx "threads 2" $bench; grep -qx "size 64" $bench
cp $bench /tmp/before
shares=$(of_pools shares)
while IFS="|" read -r words said; do
	dmesg -c >/dev/null
	if echo "$words" >$bench 2>/dev/null; then echo "$words: accepted"; fi
	dmesg | grep -qF "bench: ${said# }" || echo "$words: log: $(dmesg)"
done <bad
if head -c 1000 /dev/zero >$bench 2>/dev/null; then echo "zeroes: accepted"; fi
if printf "size=64%1000s" "" >$bench 2>/dev/null; then echo "long: accepted"; fi
cmp $bench /tmp/before
[ $(of_pools shares) = $shares ]
rhictl bench --threads 3 2>/dev/null && echo "rhictl: accepted"
bench_left_nothing' --file "$work/bad"
is 'bad input is refused and the reason logged' "$(cat "$work/stdout")" ''

# A long run, killed with shared memory in use
boot 'killed in the middle' 0 '
modprobe rhi_stress
killed=0
for ms in 20 200 1000 3000 20 200 1000 3000; do
	echo "size=4096 count=8000 threads=2 pattern=random" >$bench &
	usleep ${ms}000
	kill -9 $! || true
	wait $! || killed=$((killed + 1))
	bench_left_nothing
done
[ $killed -gt 3 ]
rmmod rhi_stress
rmmod rhi_probe' --host record
is 'killed in the middle: all memory is private again' "$(summary .shared_bytes)" "$shared_before"

boot 'one run at a time, and only with the module' 0 '
modprobe rhi_stress
echo "size=16384 count=4000 pattern=zero" >$bench &
wait_for [ -e /sys/bus/platform/devices/rhi_bench ]
fails 3 "another benchmark is running" rhictl bench --size 64
not rmmod rhi_stress
not rmmod rhi_probe
wait $!
bench_left_nothing
rmmod rhi_stress
rmmod rhi_probe
fails 4 "the rhi_probe module is not loaded" rhictl bench'

# With lockdown=integrity debugfs refuses access to writable files, and still allows read-only ones.
boot 'a locked-down kernel' 0 '
modprobe rhi_stress
echo integrity >/sys/kernel/security/lockdown
fails 1 "is this kernel locked down" rhictl bench
for command in info "hook on" audit; do rhictl $command >/dev/null; done
cat /sys/kernel/debug/rhi/pools
bench_left_nothing'

boot 'switching the hook' 0 '
is() { [ "$(rhictl hook "$@" --json | tr -d " \n" | sed "s/.*\"state\":\"\([a-z]*\)\".*/\1/")" = $want ]; }
want=off; is; is status; is off
want=on; is on; is; [ "$(cat /sys/module/rhi_probe/parameters/hook)" = on ]
rhictl bench --size 64 --json | grep -q "\"hook\":\"on\""
want=off; is off; is
rhictl bench --size 64 | grep -q "hook off"
want=on; is on
bench_left_nothing
echo 0 >/proc/sys/kernel/ftrace_enabled 2>/dev/null || true
rmmod rhi_stress
rmmod rhi_probe'

boot 'unknown granule' 0 '
for command in bench "hook on"; do fails 4 "granule is not known" rhictl $command; done
rhictl hook | grep -q "^hook off"
bench_left_nothing' --granule 6k

boot 'not a Realm' 0 'rhictl bench --json --size 64,4K; bench_left_nothing' --host none --append rhi_probe.force=1 \
	--append rhi_probe.granule=65536
ok 'not a Realm: report covers both pools' jq -e --argjson sizes 2 "$schema" "$work/stdout"

# With init_on_alloc=0 only the pattern "zero" zeroes blocks.
sizes=$(budget '--size 64,64K' '')
for run in $(budget 1 '1 2'); do
	boot "instructions, run $run" 0 "
	rhictl bench --json $sizes
	rhictl bench --json $sizes --pattern zero" --icount --append init_on_alloc=0
	cp "$work/stdout" "$work/icount.$run"
	is "instructions, run $run: rhi_pool takes no more than dma_pool, at every size" \
		"$(jq -r '.pattern as $p | .runs[] | select(.time_ratio > 1) | "\($p) \(.size_bytes): \(.time_ratio)"' \
			"$work/stdout")" ''
	is "instructions, run $run: at most 0.8 without zeroing" \
		"$(jq -r 'select(.pattern == "pair") | .runs[] | select(.time_ratio > 0.8) | "\(.size_bytes): \(.time_ratio)"' \
			"$work/stdout")" ''
done
# Only interrupts make runs differ.
[ ! -e "$work/icount.2" ] || is 'instructions: both runs agree within 0.1 %' "$(
	jq -rn --slurpfile a "$work/icount.1" --slurpfile b "$work/icount.2" '
		[$a[], $b[] | .runs[] | .dma_pool, .rhi_pool | .best_ns] as $all
		| ($all | length / 2) as $n
		| [range($n) | $all[.] / $all[. + $n] - 1 | fabs] | length, max <= 0.001'
)" $'28\ntrue'

boot 'debug kernel' 0 '
for pattern in pair batch random zero; do
	rhictl bench --pattern $pattern --threads 2 --count 60 --size 16,64K
	bench_left_nothing
done
echo "size=4096 count=3000 threads=2 pattern=random" >$bench &
sleep 1; kill -9 $! || true; wait $! || true
bench_left_nothing
no_leak' --kernel debug

done_testing
