#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trace events say what happened, neither more nor less: held against the module's own counts.
# Off they are not there.

TOP=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# For the Realm. take: what the ring buffers have, all of it, goes to /tmp/trace. Then
# events NAME prints the fields of its events, and count and total (of size=) select lines.
guest='
tracing=/sys/kernel/tracing
rhi=/sys/kernel/debug/rhi
at_least_one() { [ "$2" -gt 0 ] || { echo "$1: $2"; exit 1; }; }
same() { [ "$2" = "$3" ] || { echo "$1: $2, not $3"; exit 1; }; }
of_pools() { sed -n "s/^$1 //p" $rhi/pools; }
watch() { echo 8192 >$tracing/buffer_size_kb; echo 1 >$tracing/events/rhi/enable; }
take() {
	echo 0 >$tracing/events/rhi/enable
	cat $tracing/trace >/tmp/trace
	set -- $(sed -n "s,^# entries-in-buffer/entries-written: \([0-9]*\)/\([0-9]*\) .*,\1 \2,p" /tmp/trace)
	same "events in the buffer, and written" $1 $2
	at_least_one "events" $1
}
events() { sed -n "s/.*[0-9]: $1: //p" /tmp/trace; }
count() { events $1 | grep -c "$2" || true; }
total() { events $1 | grep "$2" | sed "s/.*size=\([0-9]*\).*/\1/" | awk "{ n += \$1 } END { print n + 0 }"; }
pool_test() {
	insmod /root/pool_test.ko granule=$(cat /sys/kernel/rhi/granule)
	cat /sys/kernel/debug/pool_test/$1
	rmmod pool_test
}
'

ko=$("$TOP/scripts/kbuild" "$TOP/module" 2>"$work/log") &&
	pool_test=$("$TOP/scripts/kbuild" "$TOP/tests/guest/pool_test" 2>"$work/log")
ok 'builds' test -e "$pool_test/pool_test.ko"

in_realm 'host_call: as in the log of calls' "$guest"'
cat $rhi/families >/dev/null
watch
cat $rhi/families >/dev/null
take
same calls $(count host_call .) 6
events host_call | sed "s/fid=\(.*\) rsi=0 answer=\(.*\) ns=\(.*\) name=\(.*\)/\1 \4 SUCCESS \2 \3/" >/tmp/events
grep -v "^#" $rhi/calls | tail -n 6 | cut -d" " -f2- >/tmp/calls
diff /tmp/calls /tmp/events
! grep -vE "^0xc50000[0-9a-f]{2} [A-Z_]+ SUCCESS 0x[0-9a-f]+ [1-9][0-9]*$" /tmp/events' \
	--rhi da.version=0x10000

in_realm 'convert, pool_grow, pool_shrink: as the module counts' "$guest"'
shares=$(of_pools shares) unshares=$(of_pools unshares)
watch
pool_test count
take
at_least_one "shares" $(($(of_pools shares) - shares))
same shares $(count convert "^share .* result=0 ") $(($(of_pools shares) - shares))
same unshares $(count convert "^unshare .* result=0 ") $(($(of_pools unshares) - unshares))
same "all conversions" $(count convert .) $(($(of_pools shares) + $(of_pools unshares) - shares - unshares))
same aligned $(count convert " aligned=1 ") $(count convert .)
same timed $(count convert " ns=[1-9]") $(count convert .)
same "of pools" $(count pool_grow .) $(count convert "^share ")
same "given back" $(count pool_shrink .) $(count pool_grow .)
same bytes $(total pool_grow .) $(total convert "^share ")
same "last of each pool" $(count pool_shrink "chunks=0 ") $(count pool_grow "chunks=1 ")
same leaks $(count chunk_leak .) 0
events convert | sed "s/.* phys=0x\([0-9a-f]*\) .*/\1/" | grep -vc "0000$" | grep -x 0
' --file "$pool_test/pool_test.ko"

in_realm 'hook_redirect: as the hook counts, and who called' "$guest"'
watch
echo on >/sys/module/rhi_probe/parameters/hook
modprobe nvme
for i in $(seq 100); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done
# A caller has a name as long as its module is there.
cat $tracing/trace >/tmp/trace
while read -r function caller; do
	at_least_one "$function called by $caller" $(count hook_redirect "^function=$function caller=$caller")
done <<-END
	dma_alloc_attrs nvme_
	dma_pool_create_node nvme_
	gen_pool_alloc_algo_owner its_
END
modprobe -r nvme
take
# Blocks of pools have no event, and the ITS is not in the table.
grep -E "^dma_.* [0-9]+$" $rhi/hook | grep -vE "^dma_pool_(alloc|free) " | sort >/tmp/hook
while read -r function calls; do
	same $function $(count hook_redirect "^function=$function ") $calls
done </tmp/hook
same "no function but these" $(count hook_redirect .) \
	$(($(awk "{ n += \$2 } END { print n }" /tmp/hook) + $(count hook_redirect "^function=gen_pool_alloc_algo_owner ")))
at_least_one "of the device" $(count convert "^share .* dev=0000:00:01.0 owner=coherent")
same "of the ITS" "$(count convert "^share .* dev=- owner=ITS")" 1
at_least_one "chunks of its pools" $(count pool_grow "dev=0000:00:01.0 pool=nvme descriptor ")
' --nvme

# Half a granule is shared then. Lost are all of it, and the page before, its guard.
in_realm 'chunk_leak: the host stops half-way' "$guest"'
watch
pool_test refuse
take
same bytes $(total chunk_leak "owner=none") $((65536 + 4096))
same leaked_bytes $(of_pools leaked_bytes) $(total chunk_leak .)
same "the conversion" $(count convert "^share .* result=-117 ") 1
same "all conversions" $(count convert .) 1
same "grown" $(count pool_grow .) 0
' --file "$pool_test/pool_test.ko" --host stop=32k

in_realm 'chunk_leak: a block in use' "$guest"'
watch
pool_test busy
take
same bytes $(total chunk_leak "owner=busy") 65536
same leaked_bytes $(of_pools leaked_bytes) $(total chunk_leak .)
same shrunk $(count pool_shrink .) $(count pool_grow .)
' --file "$pool_test/pool_test.ko"

in_realm 'convert: refused' "$guest"'
watch
pool_test refuse
take
same refused $(count convert "^share .* result=-5 ") $(of_pools refused)
at_least_one refused $(of_pools refused)
same leaks $(count chunk_leak .) 0
' --file "$pool_test/pool_test.ko" --host stop=0

# The kernel warns of each conversion back that fails: this is not for in_realm.
if "$TOP/scripts/realm" --granule 64k --timeout 120 --host keep --file "$pool_test/pool_test.ko" -- sh -ec "$guest"'
watch
pool_test count
take
same "not taken back" $(count convert "^unshare .* result=-") $(count convert "^unshare ")
at_least_one unshares $(count convert "^unshare ")
same leaked_bytes $(of_pools leaked_bytes) $(total chunk_leak .)
' >"$work/log" 2>&1 </dev/null; then
	pass 'convert, chunk_leak: the host gives nothing back'
else
	fail 'convert, chunk_leak: the host gives nothing back' "$(cat "$work/log")"
fi

in_realm 'unloading under events that are on' "$guest"'
for i in $(seq 10); do watch; cat $rhi/families >/dev/null; rmmod rhi_probe; modprobe rhi_probe; done
[ ! -s $tracing/set_event ]'

# Where a static branch may lead to an event: from the module's table of them.
# has_event FUNCTION: so it does in its instructions.
"$TOP/scripts/sandbox" sh -c "readelf -rW $ko/rhi_probe.ko; nm -S $ko/rhi_probe.ko" >"$work/elf" 2>"$work/log"
has_event() {
	awk -v name="$1" '
		/^Relocation section/ { table = /__jump_table/ }
		table && $5 == ".text" { at[++n] = $NF }
		table && $5 ~ /^__tracepoint_/ { event[n - 1] = 1 }
		$4 == name { start = $1; size = $2 }
		function hex(s, v, i) {
			for (i = 1; i <= length(s); i++)
				v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
			return v
		}
		END {
			if (size == "")
				exit 2
			for (i in event)
				if (hex(at[i]) >= hex(start) && hex(at[i]) < hex(start) + hex(size))
					exit 0
			exit 1
		}' "$work/elf"
}

for f in granule_alloc granule_free hostcall; do
	has_event $f
	is "$f has an event" $? 0
done
for f in rhi_pool_alloc rhi_pool_free hook_dma_pool_alloc hook_dma_pool_free; do
	has_event $f
	is "$f has none" $? 1
done

done_testing
