#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/realm --bundle: the commands of a bundle's own page start it on the simulator, without any channel
# but the console, and its self-test's KTAP is complete and without a failure.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

bundle="$work/a bundle"

# write_bundle OPTIONS...: make a bundle
write_bundle() { "$TOP/scripts/realm" --bundle "$bundle" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null; }

# bundle NAME OPTIONS...: the same, as a case
bundle() {
	local name=$1
	shift

	rm -rf -- "$bundle"
	rm -rf -- "$work/out"
	if write_bundle "$@"; then
		pass "$name: the bundle is made"
	else
		fail "$name: the bundle is made" "$(tails)"
		done_testing
	fi
	# Something to read on the disk
	[ ! -e "$bundle/stand-in/device0" ] ||
		head -c 9M /dev/urandom | dd of="$bundle/stand-in/device0" conv=notrunc status=none
}

# fence N: print the Nth block of commands in the page's section about the simulator
fence() {
	awk -v n="$1" '/^## / { in_it = /simulator/ } in_it && /^```/ { block++; next } in_it && block == 2 * n - 1' \
		"$bundle/README.md"
}

# start [COMMANDS]: run the page's commands, and put the console into $work/out/console.log
start() {
	mkdir -p "$work/out"
	(cd "$bundle" && timeout -k 10 2400 sh -ec "${1-$(fence 1)}") 2>"$work/stderr" </dev/null |
		tr -d '\r' >"$work/out/console.log"
}

# problems FILE: print what is wrong with the KTAP in FILE, and each failure
problems() {
	awk '
		function close_level(d) {
			if (d in version && plan[d] != seen[d])
				print "line " NR ": " seen[d] + 0 " results, planned " plan[d]
			delete version[d]
		}
		{
			match($0, /^ */)
			depth = RLENGTH / 2
			line = substr($0, RLENGTH + 1)
		}
		depth != int(depth) || line ~ /^#/ { next }
		line == "KTAP version 1" {
			close_level(depth)
			version[depth] = 1
			plan[depth] = "nothing"
			seen[depth] = 0
			next
		}
		line ~ /^1\.\.[0-9]+$/ { plan[depth] = substr(line, 4) + 0; next }
		line ~ /^(not )?ok [0-9]+ ./ {
			close_level(depth + 1)
			if (!(depth in version) || plan[depth] == "nothing")
				print "line " NR ": a result before version and plan: " line
			number = line
			sub(/^(not )?ok /, "", number)
			if (number + 0 != ++seen[depth])
				print "line " NR ": expected result " seen[depth] ": " line
			if (line ~ /^not /)
				print $0
			next
		}
		{ print "line " NR ": not KTAP: " $0 }
		END {
			if (!(0 in version))
				print "no KTAP"
			for (depth = 9; depth >= 0; depth--)
				close_level(depth)
		}' "$1"
}

# report: the part of the console from the first line of KTAP to the end of the self-test
report() { sed -n '/^KTAP version 1$/,/^# selftest: /p' "$work/out/console.log"; }

# selftest NAME PROBLEMS SKIPPED: assert that the report has these problems, and these skipped parts
selftest() {
	local name=$1 verdict=passed found

	report >"$work/report"
	[ -z "$2" ] || verdict=failed
	found=$(problems "$work/report" | sed 's/^line [0-9]*: //')
	if [ "$found" = "$2" ]; then
		pass "$name: complete, and as expected"
	else
		fail "$name: complete, and as expected" "found: ${found:-no problem}
expected: ${2:-no problem}
$(tail -n 60 "$work/report")
$(tails)"
	fi
	is "$name: skipped parts" "$(sed -n 's/^ok [0-9]* \([a-z]*\) # SKIP .*/\1/p' "$work/report" | xargs)" "$3"
	ok "$name: $verdict" grep -q "^# selftest: $verdict" "$work/report"
	ok "$name: powers off" grep -q '"end":"power_off"' "$work/out/console.log"
}

# disk_was_read NAME: assert that the self-test read what is on the disk, and did not change it
disk_was_read() {
	is "$1: the disk's contents" "$(sed -n 's/.*vda: 8388608 bytes, sha256 //p' "$work/report")" \
		"$(head -c 8M "$bundle/stand-in/device0" | sha256sum | cut -d' ' -f1)"
}

# The judge itself
judge() { printf '%b' "$2" >"$work/report"; is "judge: $1" "$(problems "$work/report")" "$3"; }
judge 'good' 'KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\n  # x\n  ok 2 b # SKIP c\nok 1 p\n' ''
judge 'a failure inside' 'KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 a\nok 1 p\n' '  not ok 1 a'
judge 'a plan that is not fulfilled' 'KTAP version 1\n1..2\nok 1 p\n' 'line 3: 1 results, planned 2'
judge 'the same inside' 'KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\nok 1 p\n' 'line 6: 1 results, planned 2'
judge 'a wrong number' 'KTAP version 1\n1..1\nok 2 p\n' 'line 3: expected result 1: ok 2 p'
judge 'nothing' '' 'no KTAP'

# refused MESSAGE-PART OPTIONS...
refused() {
	local part=$1 status=0
	shift

	write_bundle "$@" || status=$?
	is "refused: $*" "$status $(grep -cF -- "$part" "$work/stderr")" '125 1'
}
refused 'starts nothing: omit --timeout' --timeout 10
refused 'starts nothing: omit --boot' --boot /dev/null true
refused 'omit --snapshot' --snapshot
refused 'takes no disk along' --disk /dev/null
refused 'omit one of them' --append selftest=probe true
refused 'omit realm.noprobe' --append realm.noprobe
ok 'refused: no bundle is made' [ ! -e "$bundle" ]
mkdir "$bundle"
echo mine >"$bundle/README.md"
write_bundle
is 'refused: a directory with other files, which stay' \
	"$? $(grep -c 'something else in this directory' "$work/stderr") $(cat "$bundle/README.md")" '125 1 mine'

# A host of today, tested for one with pages of 64K.
bundle '4K host' --append rhi_probe.granule=65536 --append selftest=probe,audit,rsi,hook
cp -- "$bundle/stand-in/device0" "$work/device0"
start
selftest '4K host' '' ''
disk_was_read '4K host'
ok '4K host: the disk is unchanged' cmp "$work/device0" "$bundle/stand-in/device0"
is '4K host: skipped cases' "$(grep -c '# SKIP' "$work/report")" 0

[ -n "${LONG-}" ] || done_testing

# Only a Realm that shares nothing but whole granules survives this host, from its first instruction on.
bundle '64K host that kills, few parts' --granule 64k --host kill --mem 512M --append selftest=probe,stress,unload
start
selftest '64K host that kills, few parts' '' ''

# Parts that fail in all ways: a command, a case inside, a warning of the kernel, no end, and no such part
awk '/^if .*--part/ {
	print "part_probe() { pass before; cat /no/such/file; }"
	print "part_audit() { nested inside printf \"KTAP version 1\\n1..2\\nok 1 a\\n\"; }"
	print "part_rsi() { pass before; echo WARNING: planted >/dev/kmsg; }"
	print "part_pool() { pass before; sleep 1000; }"
	print "limit_of() { echo 20; }"
} { print }' "$TOP/tests/guest/bundle/selftest" >"$work/selftest"
bundle 'planted failures' --file "$work/selftest:/selftest" --append selftest=probe,audit,rsi,pool,nothing,unload
start
selftest 'planted failures' '  not ok 2 ends with status 0, not 1
not ok 1 probe
1 results, planned 2
  not ok 1 inside
not ok 2 audit
  not ok 2 no warning of the kernel
not ok 3 rsi
  not ok 2 ends within 20 seconds
not ok 4 pool
not ok 5 nothing' ''
ok 'planted failures: the message of the command' grep -q "^  # cat: can.t open" "$work/report"
ok 'planted failures: the end of the kernel log' grep -q '^# .*WARNING: planted' "$work/report"

# A host whose answers make no sense fails only the case that says so.
bundle 'nonsense' --granule 6k --append selftest=probe,audit,pool,hook,stress,unload
start
selftest 'nonsense' '  not ok 4 the answers of the host make sense
not ok 1 probe' ''

# The page's second block sets the command line.
bundle 'without RHI, one CPU, 16K kernel' --kernel 16k --rhi off --smp 1 -- true
start "$(fence 2 | sed 's/"$/ selftest"/')
$(fence 1)"
selftest 'without RHI, one CPU, 16K kernel' '' ''

by_mmio() { sed 's/virtio-\(blk\|net\|rng\)-pci/virtio-\1-device/; s/,romfile=//; s/disable-legacy=on,//'; }
bundle 'by MMIO' --granule 64k --host kill --append selftest=probe,hook
start "$(fence 1 | by_mmio) -global virtio-mmio.force-legacy=off"
selftest 'by MMIO' '' ''
disk_was_read 'by MMIO'
is 'by MMIO: skipped cases' "$(grep -c '# SKIP' "$work/report")" 0

bundle '4K host, all parts'
start
selftest '4K host, all parts' '' ''

bundle '64K host that kills' --granule 64k --host kill
start
selftest '64K host that kills' '' 'rsi contract'

bundle 'RMM 2.0' --rmm 2.0 --granule 64k --append selftest=probe,audit,hook,stress,unload
start
selftest 'RMM 2.0' '' ''

# A command on the console
bundle 'a command' --granule 64k -- sh -c 'echo "$0 $(cat /sys/kernel/rhi/granule)"; exit 3' "it's  one"
start
ok 'a command: its output' grep -qxF "it's  one 65536" "$work/out/console.log"
ok 'a command: its status' grep -qx 'realm: the command ended with status 3' "$work/out/console.log"

done_testing
