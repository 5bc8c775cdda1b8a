#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The door itself: what scripts/realm brings back of a command, and how a Realm ends that
# its host ends.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# ends NAME STATUS STDOUT STDERR-PART ARGS...: so does scripts/realm ARGS; stdout is compared
# whole if STDOUT is not '*'
ends() {
	local name=$1 want=$2 stdout=$3 stderr=$4 status=0
	shift 4

	realm "$@" || status=$?
	if [ "$status" != "$want" ]; then
		fail "$name" "exit status $status, not $want
$(tails)"
	elif [ "$stdout" != '*' ] && [ "$(cat "$work/stdout")" != "$stdout" ]; then
		fail "$name" "stdout: '$(cat "$work/stdout")', not '$stdout'"
	elif ! grep -qF -- "$stderr" "$work/stderr" && [ -n "$stderr" ]; then
		fail "$name" "stderr without '$stderr': $(cat "$work/stderr")"
	else
		pass "$name"
	fi
}

ends 'stderr is no terminal here' 1 '' '' test -t 2
script -qec "'$TOP/scripts/realm' --timeout 600 sh -c 'test -t 2 && echo progress >&2; exit 42'" /dev/null \
	>"$work/stdout" 2>&1 </dev/null
is 'it is one where the caller has one' "$? $(tr -d '\r' <"$work/stdout")" '42 progress'
ends 'any status, stdout and stderr apart' 42 out err sh -c 'echo out; echo err >&2; exit 42'
ends 'killed by a signal' 137 '' '' sh -c 'kill -9 $$'
ends 'no such command' 127 '' 'no-such-command: No such file' no-such-command
ends 'arguments arrive as they are' 0 $'a b|*|"|\n|$x||' '' printf '%s|' 'a b' '*' '"' $'\n' "\$x" ''
is 'the summary has the host calls' "$(summary '.end, .rhi.HOSTCONF_GET_IPA_CHANGE_ALIGNMENT')" $'power_off\n1'

head -c 300000 /dev/urandom >"$work/file"
realm --file "$work/file:/opt/x/data" --file "$work/file" sh -c 'cmp /opt/x/data /root/file && cat /root/file'
ok 'a large binary file goes in, and comes out as it was' cmp "$work/file" "$work/stdout"

# through NAME STATUS STDOUT ARGS...: the same, with what comes by stdin
through() {
	local name=$1 want=$2 stdout=$3 status=0
	shift 3

	"$TOP/scripts/realm" --timeout 600 "$@" >"$work/stdout" 2>"$work/stderr" || status=$?
	is "$name" "$status $(cat "$work/stdout")" "$want $stdout"
}
through 'a pipe is read' 0 $'a\nb' cat < <(printf 'a\nb\n')
through 'a file is read, to its end and no further' 0 "$(md5sum <"$work/file" | cut -d' ' -f1)" \
	sh -c 'md5sum | cut -d" " -f1' <"$work/file"
through 'input without an end, of which some is read' 0 y head -n 1 < <(yes)
through 'input that nobody reads' 3 '' sh -c 'exit 3' < <(yes)
through 'input that comes late' 0 'first late' sh -c 'printf "first "; cat' < <(sleep 2; echo late)
through 'no input' 0 '' cat <&-
ln -s "$TOP/scripts/realm" "$work/another name"
(
	umask 077
	export CDPATH=/tmp
	cd "$work" && "./another name" --timeout 600 stat -c %a / /root /etc >"$work/stdout" 2>"$work/stderr"
)
is 'by a link, with CDPATH and a narrow umask' "$(xargs <"$work/stdout")" '755 755 755'

ends 'output left open in the background does not hold the end' 0 out '' sh -c 'sleep 1000 & echo out'
ends '--append, --smp and --mem' 0 $'1\n4\nyes' '' --append 'some.word=1' --smp 4 --mem 2G \
	sh -c 'grep -c some.word=1 /proc/cmdline; nproc; [ $(awk "/MemTotal/ { print \$2 }" /proc/meminfo) -gt 1500000 ] && echo yes'
ends 'time is up' 124 '' 'within 5 seconds' --timeout 5 sleep 1000
ends 'a panic' 125 '*' 'ended before the command did (reset' sh -c 'echo c >/proc/sysrq-trigger; sleep 100'

# The 16K kernel shares 1 MiB for its swiotlb at boot, at an address that is not a multiple
# of 64K: what each host makes of that.
sixteen=(--kernel 16k --granule 64k)
ends 'recording host: boots' 0 '' '' "${sixteen[@]}" --host record true
is 'recording host: has it in its list' \
	"$(summary '.misaligned.requests, (.misaligned.list | length), .misaligned.list[0].ripas')" $'1\n1\nEMPTY'
ends 'killing host: the Realm is ended' 125 '' 'host_killed' "${sixteen[@]}" --host kill true
ends 'refusing host: the kernel spins' 124 '' 'within 10 seconds' "${sixteen[@]}" --host refuse --timeout 10 true
ends 'destroying host: neighbours are lost, and needed' 125 '*' 'RIPAS is DESTROYED' "${sixteen[@]}" --host destroy true
is 'destroying host: says how much' "$(summary .destroyed_bytes)" 65536
ends 'not a Realm' 0 0 '' --host none sh -c 'dmesg | grep -c RME:; true'

# usage NAME MESSAGE-PART ARGS...: refused before anything is started
usage() {
	local name=$1 part=$2
	shift 2
	ends "$name" 1 '' "$part" "$@"
}
usage 'unknown option' "unknown option '--foo'" --foo true
usage 'option without a value' '--granule needs a value' --granule
usage 'granule that is no number' 'neither a size nor a number' --granule many true
usage 'unknown policy' 'lenient, record' --host nice true
usage 'unknown answer' 'there is no such answer' --rhi colour=1 true
usage 'answer without a value' 'give KEY=VALUE' --rhi version true
usage 'answer that is no number' 'is not a number' --rhi version=one true
usage 'no CPU' '1 to 8' --smp 0 true
usage 'too many CPUs' '1 to 8' --smp 9 true
usage 'too little memory' '512M to 16G' --mem 1M true
usage 'memory that is no size' '512M to 16G' --mem lots true
usage 'no time' '1 to 86400' --timeout 0 true
usage 'unknown device: says which there are' 'xhci_pci usb_storage sd_mod' --device floppy true
usage 'device whose driver this kernel does not have' 'lacks a driver of igb' --kernel debug --device igb true
usage 'missing file' 'there is no such file' --file /no/such/file true
usage 'missing module' 'there is no such file' --module no.ko true
usage 'relative destination' 'must begin with /' --file "$work/file:x" true
usage 'a kernel that the archive does not have' "no kernel '9.9.9'" --kernel 9.9.9 true
usage 'a kernel without headers or image' 'the archive' --kernel 6.18.15+deb13-arm64-77k true
truncate -s 600M "$work/huge"
usage 'files that do not fit' 'do not fit' --mem 512M --file "$work/huge" true
usage 'a shell without a terminal' 'a shell needs a terminal'

done_testing
