#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trace events match the module's own counters, and cost only a static branch when disabled. Functions
# on the fast path have no event.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

builds module && probe=$ko
builds tests/guest/pool_test && pool_test=$ko/pool_test.ko

boot 'host_call matches the call log' 0 '
cat $rhi/families >/dev/null
trace_begin
cat $rhi/families >/dev/null
trace_end
same calls $(events_count host_call .) 6
events host_call | sed "s/fid=\(.*\) rsi=0 answer=\(.*\) ns=\(.*\) name=\(.*\)/\1 \4 SUCCESS \2 \3/" >/tmp/events
grep -v "^#" $rhi/calls | tail -n 6 | cut -d" " -f2- >/tmp/calls
diff /tmp/calls /tmp/events
not grep -vE "^0xc50000[0-9a-f]{2} [A-Z_]+ SUCCESS 0x[0-9a-f]+ [1-9][0-9]*$" /tmp/events' \
	--rhi da.version=0x10000

boot 'convert, pool_grow, pool_shrink match the counters' 0 '
shares=$(of_pools shares) unshares=$(of_pools unshares)
trace_begin
pool_test count
trace_end
at_least_one "shares" $(($(of_pools shares) - shares))
same shares $(events_count convert "^share .* result=0 ") $(($(of_pools shares) - shares))
same unshares $(events_count convert "^unshare .* result=0 ") $(($(of_pools unshares) - unshares))
same "all conversions" $(events_count convert .) $(($(of_pools shares) + $(of_pools unshares) - shares - unshares))
same whole_granules $(events convert | sed "s/.* size=\([0-9]*\) .*/\1/" | awk "\$1 && \$1 % 65536 == 0" | wc -l) $(events_count convert .)
same timed $(events_count convert " ns=[1-9]") $(events_count convert .)
same "grown chunks" $(events_count pool_grow .) $(events_count convert "^share ")
same "shrunk chunks" $(events_count pool_shrink .) $(events_count pool_grow .)
same bytes $(events_size pool_grow .) $(events_size convert "^share ")
same "last chunk of each pool" $(events_count pool_shrink "chunks=0 ") $(events_count pool_grow "chunks=1 ")
same leaks $(events_count chunk_leak .) 0
events convert | sed "s/.* phys=0x\([0-9a-f]*\) .*/\1/" | grep -vc "0000$" | grep -x 0
' --file "$pool_test"

boot 'hook_redirect matches the counters and names callers' 0 '
trace_begin
hook on
nvme
dd if=/dev/nvme0n1 of=/dev/null bs=256k count=8 iflag=direct 2>/dev/null
# Read the trace now: unloading a caller removes its symbols.
cat $tracing/trace >/tmp/trace
while read -r function caller; do
	at_least_one "$function called by $caller" $(events_count hook_redirect "^function=$function caller=$caller")
done <<-END
	dma_direct_alloc nvme_
	dma_pool_create_node nvme_
	gen_pool_alloc_algo_owner its_
END
modprobe -r nvme
trace_end
# Pool blocks have no event, and the table does not list the ITS.
grep -E "^dma_.* [0-9]+$" $rhi/hook | grep -vE "^dma_pool_(alloc|free) " | sort >/tmp/hook
while read -r function calls; do
	same $function $(events_count hook_redirect "^function=$function ") $calls
done </tmp/hook
same "all events" $(events_count hook_redirect .) \
	$(($(awk "{ n += \$2 } END { print n }" /tmp/hook) + $(events_count hook_redirect "^function=gen_pool_alloc_algo_owner ")))
at_least_one "conversions for the device" $(events_count convert "^share .* dev=0000:00:01.0 owner=coherent")
same "conversions for the ITS" "$(events_count convert "^share .* dev=- owner=ITS")" 1
at_least_one "chunks of its pools" $(events_count pool_grow "dev=0000:00:01.0 pool=nvme descriptor ")
' --nvme

# Half of the granule is shared. The leak covers all of it and the guard page before it.
boot 'chunk_leak: the host stops half-way' 0 '
trace_begin
pool_test refuse
trace_end
same bytes $(events_size chunk_leak "owner=none") 65536
same leaked_bytes $(of_pools leaked_bytes) $(events_size chunk_leak .)
same "the conversion" $(events_count convert "^share .* result=-117 ") 1
same "all conversions" $(events_count convert .) 1
same "grown" $(events_count pool_grow .) 0
' --file "$pool_test" --host stop=32k

boot 'chunk_leak: a block in use' 0 '
trace_begin
pool_test busy
trace_end
same bytes $(events_size chunk_leak "owner=busy") 65536
same leaked_bytes $(of_pools leaked_bytes) $(events_size chunk_leak .)
same shrunk $(events_count pool_shrink .) $(events_count pool_grow .)
' --file "$pool_test"

boot 'convert: refused' 0 '
trace_begin
pool_test refuse
trace_end
same refused $(events_count convert "^share .* result=-5 ") $(of_pools refused)
at_least_one refused $(of_pools refused)
same leaks $(events_count chunk_leak .) 0
' --file "$pool_test" --host stop=0

# The kernel warns about each failed conversion back.
boot_with_warnings 'convert, chunk_leak: the host never unshares' 0 '
trace_begin
pool_test count
trace_end
same "failed unshares" $(events_count convert "^unshare .* result=-") $(events_count convert "^unshare ")
at_least_one unshares $(events_count convert "^unshare ")
same leaked_bytes $(of_pools leaked_bytes) $(events_size chunk_leak .)
' --host keep --file "$pool_test"

boot 'unloading with events enabled' 0 '
for i in $(seq 10); do trace_begin; cat $rhi/families >/dev/null; rmmod rhi_probe; modprobe rhi_probe; done
[ ! -s $tracing/set_event ]'

# has_event FUNCTION: succeed if a static branch in FUNCTION leads to a tracepoint, according to the
# module's jump table.
"$TOP/scripts/sandbox" sh -c "readelf -rW $probe/rhi_probe.ko; nm -S $probe/rhi_probe.ko" >"$work/elf" 2>"$work/stderr"
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

# Distinguish a missing symbol (renamed or inlined) from a function without an event.
events_of() {
	has_event "$1"
	case $? in
	0) echo event ;;
	1) echo none ;;
	*) echo "no function $1" ;;
	esac
}

for f in granule_convert granule_count_leak hostcall; do
	is "$f has an event" "$(events_of $f)" event
done
for f in rhi_pool_alloc rhi_pool_free hook_dma_pool_alloc hook_dma_pool_free; do
	is "$f has none" "$(events_of $f)" none
done

done_testing
