#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The audit: what it finds in a Realm is what the simulator knows to be there, it says whose
# that is, and an RMM that answers nonsense cannot lead it astray. What it costs is counted.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

builds tests/guest/scatter || done_testing
scatter=$ko/scatter.ko

# The scripts print one audit as JSON.
found() { jq -r "$1" "$work/stdout"; }
owners() { found '.findings[].owners[].text'; }
says() { ok "$1: says \"$2\"" grep -qF -- "$2" "$work/stderr"; }

# agrees NAME: with the simulator, whose list is of the Realm's end
agrees() {
	is "$1: the runs are those that the simulator knows" \
		"$(found '.findings[] | select(.kind == "misaligned") | .start + " " + .end' | sort)" \
		"$(summary '.shared_misaligned.list[] | .base + " " + .top' | sort)"
	is "$1: as many bytes are shared, and lost" "$(found '.shared_bytes, .destroyed_bytes')" \
		"$(summary '.shared_bytes, .destroyed_bytes')"
	is "$1: none was dropped" "$(summary .shared_misaligned.dropped)" 0
}

boot 'no driver' 0 'rhictl audit --json' --host record --nvme
agrees 'no driver'
is 'no driver: verdict' "$(found '.verdict, (.findings | length)')" $'aligned\n0'

boot 'nvme' 2 'nvme; rhictl audit --json' --host record --nvme
agrees 'nvme'
is 'nvme: verdict' "$(found .verdict)" misaligned
ok 'nvme: there are several' test "$(found .misaligned_runs)" -gt 1
is 'nvme: sums are of the list' "$(found '.misaligned_runs, .destroyed_runs')" \
	"$(found '.findings | length')"$'\n0'
ok 'nvme: private memory stands beside it' test "$(found .misaligned_private_bytes)" -gt 0
is "nvme: the ITS's table is known" "$(owners | grep -c 'GICv3 ITS: interrupt')" 1
is 'nvme: the rest is that of the driver' "$(owners | grep -v '^GICv3 ITS\|^atomic DMA pool$' |
	sed 's/^atomic DMA pool: //; s/, .*//' | sort -u)" 'nvme 0000:00:01.0'
is 'nvme: owners add up to their runs' \
	"$(found '[.findings[] | .size_bytes == ([.owners[].size_bytes] | add)] | all')" true

boot 'nvme, hook on' 0 'rhictl hook on >&2; nvme; rhictl audit --json' --host record --nvme
agrees 'nvme, hook on'

# Its swiotlb of 1 MiB is at an address that is a multiple of its own page only.
boot '16K kernel' 2 'rhictl audit --json' --host record --kernel 16k
agrees '16K kernel'
is '16K kernel: the owner' "$(owners)" swiotlb

boot 'granule= on a host of 4K' 2 'nvme; rhictl audit --json' --nvme \
	--granule 4k --append rhi_probe.granule=65536
ok 'granule= on a host of 4K: what would break' test "$(found .misaligned_runs)" -gt 1
is 'granule= on a host of 4K: nothing did' "$(summary '.shared_misaligned.list | length')" 0

# Nearly all that a kernel shares at boot is smaller than this, so that each owner shows.
boot 'granule= of 2M' 2 'rhictl audit --json' --host record --append rhi_probe.granule=2097152
is 'granule= of 2M: owners' "$(owners | sort -u | grep -v ^unknown)" \
	$'GICv3 LPI pending table\nGICv3 LPI property table\natomic DMA pool\nswiotlb'

boot 'no RHI' 0 'nvme; rhictl audit --json' --granule 4k --rhi off --nvme
is 'no RHI: the page size is assumed' "$(found '.verdict, .granule_bytes')" $'aligned\n4096'

boot 'destroying host' 2 'insmod /root/scatter.ko count=3 order=4; rhictl audit --json' \
	--host destroy --file "$scatter"
agrees 'destroying host'
is 'destroying host: fifteen of sixteen pages' "$(found .destroyed_bytes)" $((3 * 15 * 4096))
is 'destroying host: comes first' "$(found '.findings[0].kind')" destroyed

boot 'destroying host, and all private again' 0 \
	'insmod /root/scatter.ko count=3 order=4; rmmod scatter; rhictl audit --json' \
	--host destroy --file "$scatter"
agrees 'destroying host, and all private again'

# Without a granule nothing is misaligned, but lost memory is lost.
boot 'destroying host, unknown granule' 2 'insmod /root/scatter.ko count=3 order=4; rhictl audit --json' \
	--host destroy --file "$scatter" --set rsi.version=1
is 'destroying host, unknown granule: the verdict' "$(found '.verdict, .misaligned_runs')" $'destroyed\n0'
is 'destroying host, unknown granule: as many bytes are lost' "$(found .destroyed_bytes)" \
	"$(summary .destroyed_bytes)"

boot 'unknown granule' 4 'rhictl audit' --granule 6k
says 'unknown granule' "the granule is not known"
boot 'not a Realm' 4 'modprobe rhi_probe force=1 && rhictl audit' --host none
says 'not a Realm' 'not a Realm (force=1)'
boot 'no module, no debugfs' 0 '
fails 4 "modprobe rhi_probe" rhictl audit
modprobe rhi_probe
# Something may have mounted tracefs below it.
umount /sys/kernel/debug/tracing || :
umount /sys/kernel/debug
fails 1 "mount -t debugfs none /sys/kernel/debug" rhictl audit' --append realm.noprobe

# An RMM is trusted, but one of its answers that makes no sense ends the audit, not the kernel.
while IFS='|' read -r word status what; do
	[ -n "$word" ] || continue
	read -r word <<<"$word"
	read -r what <<<"$what"
	boot "RMM: $word" "${status// /}" 'rhictl audit --json' --set "rsi.state_get=$word"
	says "RMM: $word" "$what"
done <<END
error     | 1 | an RSI error code
flip      | 1 | more runs than the audit has room for
$(budget '' 'backwards | 1 | ends before it begins
empty     | 1 | an empty run
beyond    | 1 | past the requested end
inside    | 1 | inside a 4K page
unknown   | 1 | an undefined RIPAS
pages     | 1 | too many short answers')
END
boot 'RMM: moving' 2 'rhictl audit --json' --set rsi.state_get=moving
is 'RMM: moving: counted, and five walks' "$(found '.walks, (.changed_runs > 0)')" $'5\ntrue'

boot '--watch' 2 '
rhictl audit --json --watch >/tmp/seen &
wait_for grep -q verdict /tmp/seen
nvme
status=0
wait $! || status=$?
cat /tmp/seen
exit $status' --host record --nvme
is '--watch: from aligned to misaligned' "$(found .verdict)" $'aligned\nmisaligned'

# While pages are converted back and forth, each look ends with what it could tell.
boot 'under conversions' 0 '
while [ ! -e /tmp/stop ]; do insmod /root/scatter.ko count=300 || :; rmmod scatter || :; done 2>/dev/null &
for i in $(seq 20); do
	status=0
	rhictl audit >&2 || status=$?
	[ $status -le 2 ] || exit 9
done
: >/tmp/stop
wait
rhictl audit --json' --smp 2 --file "$scatter"
agrees 'under conversions'

# A walk makes a call for each run, and one for each of the RMM's tables that ends inside of
# one. The simulator has a table for each 2 MiB of RAM in which some pages are shared, here every
# other one: 256 of them fill a table.
each='
for n in 0 1000 2000 4000; do
	[ $n = 0 ] || insmod /root/scatter.ko count=$n
	echo $n $(sed -n "s/^\(runs\|rsi_calls\|walks\) *//p" /sys/kernel/debug/rhi/audit)
	[ $n = 0 ] || rmmod scatter
done'
for mem in $(budget 1 '1 16'); do
	boot "$mem GiB" 0 "$each" --granule 4k --mem "${mem}G" --file "$scatter"
	tables=$((mem * 512))
	while read -r pages runs walks calls; do
		# One call is for the Realm's configuration.
		calls=$(((calls - 1) / walks))
		diag "$mem GiB, $pages pages shared: $runs runs, $calls calls a walk"
		ok "$mem GiB, $pages pages: two runs each" test "$runs" -ge $((2 * pages))
		ok "$mem GiB, $pages pages: no more calls than runs and tables" \
			test "$calls" -le $((runs + tables + 64))
		if [ "$pages" = 0 ]; then
			none=$((calls - runs))
			continue
		fi
		ok "$mem GiB, $pages pages: one call for each further run and table" \
			test $((calls - none)) -le $((runs + pages / 256 + 32)) -a $((calls - none)) -ge $((runs * 9 / 10))
	done <"$work/stdout"
	is "$mem GiB: four looks" "$(wc -l <"$work/stdout")" 4
done

done_testing
