#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The stress run: it reports nothing without a bug, and each kind of bug that is planted
# (tests/guest/planted). It ends on request, when its tool dies and at its limits, and leaves
# nothing behind. Every report format shows the parameters.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# shellcheck disable=SC2016 # $ is jq's
schema='
def count: type == "number" and . >= 0;
def hex: type == "string" and test("^0x[0-9a-f]+$");
.schema == 2 and (.verdict | IN("good", "failed"))
and ((.verdict == "failed") == (.failure != null))
and (.ended | IN("bound", "stopped", "failure"))
and (keys == ["apis", "cpus_off", "duration_ns", "ended", "failure", "granule_bytes", "handovers",
	"hook", "in_hardirq", "in_process", "in_softirq", "kept_by_host", "latencies",
	"latency_resolution", "leaked_bytes", "misaligned_conversions_others",
	"misaligned_conversions_own", "operations", "operations_per_second", "parameters",
	"pressed_bytes", "schema", "shares", "skipped", "unshares", "verdict"])
and (.parameters.seed | hex)
and (.apis | keys == ["coherent", "dma_pool", "granule", "pages", "rhi_pool"]
	and all(.[]; .allocs, .frees, .misses | count))
and (.latencies | keys == ["alloc", "free", "share", "unshare"] and all(.[]; . == null or
	(.count > 0 and .p50_ns <= .p90_ns and .p90_ns <= .p99_ns and .p99_ns <= .p99_9_ns
	and .p99_9_ns <= .p99_99_ns and .p99_99_ns <= .max_ns)))
and .operations == .in_process + .in_softirq + .in_hardirq
'

# Closing the debugfs file ends the run and cleans up.
left_nothing='
left_nothing() { wait_for stress_ended; wait_for no_pool_shares; }
'

boot 'stress with the hook off and on' 0 "$left_nothing"'
not grep -q ^rhi_stress /proc/modules
[ ! -e $rhi/stress ] && [ ! -e $bench ]
rhictl stress --seconds 4 --seed 7 --json >/tmp/off
grep -q ^rhi_stress /proc/modules
left_nothing
# The hung task detector must accept a run of hours.
echo 6 >/proc/sys/kernel/hung_task_timeout_secs
hook on
rhictl stress --seconds 14 --json >/tmp/on
echo 120 >/proc/sys/kernel/hung_task_timeout_secs
left_nothing
hook off
cat /tmp/off /tmp/on
rmmod rhi_stress
[ ! -e $rhi/stress ] && [ ! -e $bench ] && [ -e $rhi/pools ]
rmmod rhi_probe' --host record
ok 'stress: report format' jq -es "length == 2 and all(.[]; $schema)" "$work/stdout"
ok 'stress: no errors, and everything was used' jq -es 'all(.[];
	.verdict == "good" and .ended == "bound" and .leaked_bytes == 0
	and .shares > 0 and .handovers > 0 and .in_softirq > 0 and .in_hardirq > 0
	and .misaligned_conversions_others == 0
	and all(.apis[]; .allocs > 0 and .allocs == .frees)
	and all(.latencies[]; .count > 0))' "$work/stdout"
# With the hook on, a device keeps an empty chunk for a second or two.
is 'stress: with the hook off everything shared is unshared' \
	"$(jq -rs '.[0] | .shares == .unshares' "$work/stdout")" true
is 'stress: the report shows seed and hook' \
	"$(jq -rs '"\(.[0].parameters.seed) \(.[0].hook) \(.[1].hook)"' "$work/stdout")" '0x7 off on'
ok 'stress: the kernel breaks the granule with the hook off, never with it on' jq -es \
	'.[0].misaligned_conversions_own > 0 and .[1].misaligned_conversions_own == 0' "$work/stdout"
ok 'stress: the host counted at least as many' test "$(summary .misaligned.requests)" -ge \
	"$(jq -rs '.[0].misaligned_conversions_own' "$work/stdout")"

# Atomic requests may fail at random, so leave them out.
boot 'one worker with the same seed repeats the run' 0 '
same_run() {
	rhictl stress --operations 3000 --workers 1 --seed 0xfeed --source pool --atomic 0 --context process --json |
		grep -E "\"(allocs|frees|misses|handovers|in_[a-z]*)\"" >/tmp/$1
}
same_run a; same_run b
cmp /tmp/a /tmp/b
rhictl stress --operations 3000 --workers 1 --seed 0xfeee --source pool --atomic 0 --context process --json |
	grep -E "\"(allocs|frees|misses|handovers|in_[a-z]*)\"" >/tmp/c
not cmp -s /tmp/a /tmp/c'

boot 'all sources, contexts and sizes' 0 "$left_nothing"'
for source in pool dma granule mix; do
	for context in process softirq hardirq; do
		rhictl stress --operations 400 --source $source --context $context >/dev/null
	done
done
for size in 16 17-31 64K 4K-4K; do rhictl stress --operations 500 --size $size >/dev/null; done
rhictl stress --operations 500 --atomic 100 --handover 100 --blocks 1 >/dev/null
rhictl stress --operations 500 --atomic 0 --handover 0 --blocks 64 --every 1 --workers 7 >/dev/null
rhictl stress --operations 500 --mask 36 --bare >/dev/null
rhictl stress --seconds 3 --pressure 60 --hotplug >/tmp/out
grep -q "^CPUs went offline [1-9]" /tmp/out
grep -q "^memory taken: [1-9]" /tmp/out
same "CPUs" "$(cat /sys/devices/system/cpu/online)" 0-1
left_nothing'

# INPUT | log message
cat >"$work/bad" <<'END'
workers=0 | workers=0: 1 to 256
seconds=0 | seconds=0 operations=0
min=15 | min=15: 16 to 65536
min=64 max=32 | the smallest is larger
blocks=1024 workers=256 | could be more than 268435456 bytes
source=all | unknown source "all"
colour=1 | unknown key "colour"
seed | "seed" is not key=value
mask=65 | mask=65: 32 to 64
END
boot 'bad input is refused' 0 "$left_nothing"'
modprobe rhi_stress
stress=$rhi/stress
[ "$(stat -c %a $stress)" = 600 ]
[ $(grep -vc "^#" $stress) = 0 ]
while IFS="|" read -r words said; do
	dmesg -c >/dev/null
	if echo "$words" >$stress 2>/dev/null; then echo "$words: accepted"; fi
	dmesg | grep -qF "stress: ${said# }" || dmesg | grep -qF "${said# }" || echo "$words: log: $(dmesg)"
done <bad
if head -c 300 /dev/urandom >$stress 2>/dev/null; then echo "rubbish: accepted"; fi
if head -c 513 /dev/zero >$stress 2>/dev/null; then echo "zeroes: accepted"; fi
if echo stop >$stress 2>/dev/null; then echo "stop: accepted"; fi
[ $(grep -vc "^#" $stress) = 0 ]
fails 1 "--svg /nowhere/a.svg" rhictl stress --svg /nowhere/a.svg
fails 1 "--svg /sys/a.svg" rhictl stress --svg /sys/a.svg
mkdir /tmp/full && mount -t tmpfs -o size=4k none /tmp/full && head -c 4096 /dev/zero >/tmp/full/a || true
fails 1 "--svg /tmp/full/b.svg" rhictl stress --operations 10 --svg /tmp/full/b.svg >/dev/null
if rhictl stress --operations 10 --workers 2 >/dev/full 2>/dev/null; then echo "a full disk: accepted"; fi
left_nothing' --file "$work/bad"
is 'bad input is refused and the reason logged' "$(cat "$work/stdout")" ''

boot 'the run ends on request and when its tool dies' 0 "$left_nothing"'
(rhictl stress --seconds 500 --json >/tmp/report 2>/tmp/messages) &
pid=$!
running() { grep -qx "state running" $rhi/stress; }
modprobe rhi_stress
wait_for running
fails 3 "another stress run is running" rhictl stress --seconds 1
not rmmod rhi_stress
not rmmod rhi_probe
not sh -c "echo stop >$rhi/stress"
# The PID is that of rhictl after an exec, or else of its parent.
killall -INT rhictl
wait $pid
grep -q "\"ended\":\"stopped\"" /tmp/report
[ ! -s /tmp/messages ]
left_nothing
for ms in 20 200 1000 20 200 1000; do
	rhictl stress --seconds 500 >/dev/null 2>&1 &
	usleep ${ms}000
	kill -9 $! || true
	wait $! || true
	left_nothing
done
# A killed shell closes the file, which ends the run.
sh -c "exec 3<>$rhi/stress; echo seconds=500 >&3; sleep 1000" &
wait_for running
kill -9 $!
wait_for stress_ended
killall sleep 2>/dev/null || true
left_nothing
rmmod rhi_stress; rmmod rhi_probe'

boot 'missing module, unknown granule' 0 '
fails 4 "granule is not known" rhictl stress
fails 4 "granule is not known" rhictl bench
rmmod rhi_stress; rmmod rhi_probe
fails 4 "the rhi_probe module is not loaded" rhictl stress
not grep -q ^rhi_ /proc/modules
insmod $ko granule=65536
mv ${ko%/*}/rhi_stress.ko /tmp
fails 4 "cannot load rhi_stress" rhictl stress
fails 4 "cannot load rhi_stress" rhictl bench
rhictl stress --ktap 2>/dev/null | grep -q "1..0 # SKIP"' --granule 6k

boot 'refusing host' 3 '
rhictl stress --seconds 2 --source granule' --host stop=0
ok 'refusing host: a run without allocations is incomplete' grep -q '^incomplete: ' "$work/stdout"
boot 'host that never unshares' 0 '
rhictl stress --operations 60 --source granule --json' --host keep
ok 'host that never unshares: counted' jq -e '.kept_by_host > 0 and .leaked_bytes > 0' "$work/stdout"

boot 'report formats' 0 '
rhictl stress --operations 2000 --ktap --svg /root/a.svg
echo ---
cat /root/a.svg
rhictl stress --seconds 4 >/dev/null 2>/dev/console'
ok 'progress on a terminal: operations, rate, time left' grep -qaE \
	'[0-9]+ s: [0-9]+ operations, [0-9]+/s, [0-9] s left' "$work/out/console.log"
is 'KTAP: header and planned number of tests' \
	"$(sed '/^---$/,$d' "$work/stdout" | awk 'NR <= 2 { print } /^(not )?ok / { n++ } /^ok / { good++ } END { print n, good }')" \
	"KTAP version 1
1..11
11 11"
ok 'SVG: well-formed, with all latencies' python3 -c '
import sys, xml.etree.ElementTree as tree
text = open(sys.argv[1]).read().split("---\n")[1]
words = [t.text for t in tree.fromstring(text).iter("{http://www.w3.org/2000/svg}text")]
missing = {"alloc", "free", "share", "unshare", "50", "99"} - set(words)
sys.exit(f"no {missing}" if missing else 0)' "$work/stdout"

# ---- Each kind of bug is found. The allocator warns about memory that it cannot free.

builds module tests/guest/planted || done_testing

planted=$ko/planted.ko
# plant BUG EXPECTED SEED OPTION...: with this seed, the first 64-byte block has the alignment and
# boundary that the bug breaks.
bugs='
plant() {
	local want=$2 bug=$1 seed=$3 got=0
	shift 3
	insmod /root/planted.ko bug=$bug
	rhictl stress --seconds 60 --workers 1 --seed $seed --json "$@" >/tmp/report || got=$?
	rmmod planted
	echo "$bug: exit status $got, $want: $(grep -c "\"kind\":\"$want\"" /tmp/report), its seed: $(
		grep -c "\"repeat\":\"rhictl stress --seed 0x$seed " /tmp/report), blocks of others: $(
		grep -c "\"overlaps\":{" /tmp/report)"
}
# The same runs without a bug
rhictl stress --operations 2000 --workers 1 --source pool --size 64-64 --seed 7 >/dev/null
rhictl stress --operations 200 --workers 1 --source granule --seed 7 >/dev/null
for bug in foreign_write lost_write overlap boundary mask dma_address; do
	plant $bug $bug 7 --source pool --size 64-64
done
plant flipped_bit foreign_write 7 --source pool --size 64-64
plant overlap_in_part overlap 4 --source pool --size 64-64
plant alignment alignment 4 --source pool --size 64-64
plant content_shared content 7 --source granule
plant content_private content 7 --source granule
plant still_shared still_shared 7 --source granule
plant misaligned_conversion misaligned_conversion 7 --source granule
insmod /root/planted.ko bug=overlap
rhictl stress --seconds 60 --workers 1 --source pool --size 64-64 --seed 7 --ktap >/tmp/ktap || echo "ktap: $?"
grep "^not ok" /tmp/ktap
rmmod planted
rmmod rhi_stress; rmmod rhi_probe'
boot 'planted bugs' 0 "$bugs" --file "$planted"
wanted() { echo "$1: exit status 2, $2: 1, its seed: 1, blocks of others: ${3:-0}"; }
is 'planted bugs: each is found and reported with its name and seed' "$(cat "$work/stdout")" "$(
	wanted foreign_write foreign_write
	wanted lost_write lost_write
	wanted overlap overlap 1
	for bug in boundary mask dma_address; do wanted $bug $bug; done
	wanted flipped_bit foreign_write
	wanted overlap_in_part overlap 1
	wanted alignment alignment
	wanted content_shared content
	wanted content_private content
	wanted still_shared still_shared
	wanted misaligned_conversion misaligned_conversion
	echo 'ktap: 2'
	echo 'not ok 4 overlap')"

# Instructions of the default run, relative to the bare calls
boot 'overhead of the checks' 0 '
rhictl stress --seconds 1 >/dev/null
for hook in off on; do
	hook $hook
	for bare in --bare ""; do rhictl stress --operations 10000 --seed 5 --json $bare; done
done' --icount
jq -rs '[.[].duration_ns] | "off \(.[1] / .[0]), on \(.[3] / .[2])"' "$work/stdout" |
	sed 's/^/# full over bare, hook /'
is 'overhead of the checks: at most 1.3 times the bare calls' "$(
	jq -rs '[.[].duration_ns] | .[1] / .[0] <= 1.3 and .[3] / .[2] <= 1.3' "$work/stdout")" true

boot 'debug kernel' 0 "$left_nothing"'
rhictl stress --seconds 4
hook on
rhictl stress --seconds 5 --pressure 50
rhictl stress --seconds 500 >/dev/null &
sleep 2; kill -9 $!; wait $! || true
hook off
left_nothing
rmmod rhi_stress
no_leak' --kernel debug

done_testing
