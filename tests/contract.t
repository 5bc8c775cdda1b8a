#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What works with hook=off works with hook=on. tests/guest/contract says what the kernel's DMA
# allocators promise, a fact a line; here its lines of three runs in one Realm are compared: the
# hook was never on, it is on, it is off again. Differences that are wanted stand in
# tests/guest/contract/expected-differences, each with its reason; each has to occur.
#
# usage: tests/contract.t [KERNEL...]    newest, 16k and debug, if none is named
#
# make check leaves out some boots of the latter two; make check-long does not, nor where a kernel is
# named.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

kernels=("$@")
whole=("$@")	# with all boots
if [ $# = 0 ]; then
	kernels=(newest 16k debug)
	read -ra whole <<<"$(budget newest 'newest 16k debug')"
fi
# The debug kernel takes minutes.
options=(--host record --append cma=64M --timeout 1800)
facts=$work/facts
seen=$work/seen		# the expected differences that occurred
: >"$seen"

# managed is the last one: a mistake there ends the Realm.
all_subjects='coherent attrs gfp masks contexts devices not_coherent pages noncontiguous mmap pools pool_blocks pool_file misuse pieces managed'

# subjects_of KERNEL
subjects_of() {
	case $1 in
	# Their dma_direct_alloc() maps memory of a device that is not coherent as shared, but does not
	# share it: the first access ends the Realm.
	6.*) echo "${all_subjects/ not_coherent/}" ;;
	*) echo "$all_subjects" ;;
	esac
}

# For the Realm. Some facts are mistakes with a warning each, which has to come every time.
guest_script='
[ ! -e /proc/sys/kernel/panic_on_warn ] || echo 0 >/proc/sys/kernel/panic_on_warn
[ ! -e /sys/kernel/debug/dma-api/all_errors ] || echo 1 >/sys/kernel/debug/dma-api/all_errors
facts() {
	insmod /root/contract.ko
	for subject in $subjects; do
		echo 1 >/sys/kernel/debug/clear_warn_once
		echo "==== $1 $subject"
		cat /sys/kernel/debug/contract/$subject
		echo "==== end"
	done
	traced $1
	rmmod contract
}
# The trace events as tracefs has them. The sizes of other facts are a part of their lines.
traced() {
	echo 1 >/sys/kernel/debug/clear_warn_once
	echo 8192 >$tracing/buffer_size_kb
	echo >$tracing/trace
	echo 1 >$tracing/events/dma/enable
	for subject in coherent pages noncontiguous; do
		cat /sys/kernel/debug/contract/$subject >/dev/null
	done
	echo 0 >$tracing/events/dma/enable
	echo "==== $1 traced"
	sed -n "s/.*: \(dma_[a-z_]*\): contract .*size=\([0-9]*\).*/\1 \2/p" $tracing/trace |
		sort | uniq -c | awk "{ print \"trace events \" \$2 \" of size \" \$3 \": \" \$1 }"
	echo "==== end"
}
dmapool_test() {
	insmod /root/dmapool_test.ko
	rmmod dmapool_test
	same "sizes tested" "$(dmesg | grep -c "dmapool test: size:")" "$1"
}
'

# split KERNEL: the facts of the last boot, a file for each run and subject
split() {
	mkdir -p "$facts/$1"
	awk -v dir="$facts/$1" '
		/^==== end$/ { if (out) print "" >(out ".complete"); out = ""; next }
		/^==== / { out = dir "/" $2 "." $3; printf "" >out; next }
		out { print >out }' "$work/stdout"
}

# differences FILE FILE: "name<TAB>what the first says<TAB>what the second says". A name that
# comes twice is another one the second time.
differences() {
	awk '
		{
			at = index($0, ":")
			name = substr($0, 1, at - 1)
			text = substr($0, at + 2)
		}
		FNR == 1 { file++; split("", times) }
		{
			if (++times[name] > 1)
				name = name " (" times[name] ")"
			said[file, name] = text
			if (!(name in known)) {
				known[name] = 1
				order[++n] = name
			}
		}
		END {
			for (i = 1; i <= n; i++) {
				name = order[i]
				a = (1, name) in said ? said[1, name] : "(nothing)"
				b = (2, name) in said ? said[2, name] : "(nothing)"
				if (a != b)
					print name "\t" a "\t" b
			}
		}' "$1" "$2"
}

# expected NAME: is a difference there wanted?
expected() {
	local pattern

	while IFS='|' read -r pattern _; do
		pattern=${pattern%"${pattern##*[! ]}"}
		# shellcheck disable=SC2053 # it is a pattern
		if [[ -n $pattern && $pattern != '#'* && $1 == $pattern ]]; then
			echo "$pattern" >>"$seen"
			return 0
		fi
	done <"$TOP/tests/guest/contract/expected-differences"
	return 1
}

# differences_in_order FILE FILE: events last, as there are many of them
differences_in_order() {
	local all

	all=$(differences "$@")
	grep -vP '^[^\t]*, events( \(\d+\))?\t' <<<"$all"
	grep -P '^[^\t]*, events( \(\d+\))?\t' <<<"$all"
}

# same_facts CASE FILE FILE [wanted]: those of two runs; with wanted, but for what is expected
same_facts() {
	local name a b wrong=0 text=

	if [ ! -e "$2.complete" ] || [ ! -e "$3.complete" ] || [ ! -s "$2" ]; then
		fail "$1" "there are no facts, or not all: $(tail -n 1 "$2" "$3" 2>&1)"
		return
	fi
	while IFS=$'\t' read -r name a b; do
		[ -n "$name" ] || continue
		[ -z "${4-}" ] || ! expected "$name" || continue
		wrong=$((wrong + 1))
		[ $wrong -gt 60 ] || text+="$name
  $a
  $b
"
	done < <(differences_in_order "$2" "$3")
	if [ $wrong = 0 ]; then
		pass "$1"
	else
		fail "$1" "$wrong of $(wc -l <"$2") facts differ:
$text"
	fi
}

# each_subject KERNEL RUN RUN TEXT [wanted]: of those that the second run went through
each_subject() {
	local subject

	for subject in $subjects traced; do
		[ "$3 $subject" != 'first not_coherent' ] || continue
		same_facts "$1, $subject: $4" "$facts/$1/$2.$subject" "$facts/$1/$3.$subject" "${5-}"
	done
}

# found_nothing NAME: nothing that a kernel looks for, but the warnings that are facts
found_nothing() {
	local found

	found=$(grep -nE -A 8 'BUG:|Oops|UBSAN:|KASAN:|possible circular locking|unreferenced object|scheduling while atomic|Bad page' \
		"$work/out/console.log" | head -n 40)
	is "$1: nothing else in the kernel's log" "$found" ""
}

for kernel in "${kernels[@]}"; do
	subjects=$(subjects_of "$kernel")
	guest="subjects='$subjects'$guest_script"
	builds --kernel "$kernel" tests/guest/contract || continue
	files=(--kernel "$kernel" --file "$ko/contract.ko")

	boot_with_warnings "$kernel: off, on, off again" 0 "$guest
facts off
hook on
facts on
hook off
facts again
no_leak" "${options[@]}" "${files[@]}"
	split "$kernel"
	each_subject "$kernel" off again 'the same when the hook is off again'
	each_subject "$kernel" off on 'the same when the hook is on' wanted
	found_nothing "$kernel, off, on, off again"
	[[ " ${whole[*]} " == *" $kernel "* ]] || continue

	if ko=$("$TOP/tests/guest/dmapool_test" "$kernel" 2>"$work/stderr" </dev/null); then
		pass "$kernel: the kernel's mm/dmapool_test.c builds"
		boot_with_warnings "$kernel: dmapool_test, off, on, off again" 0 "$guest
dmapool_test 6
hook on
dmapool_test 12
hook off
dmapool_test 18" "${options[@]}" "${files[@]}" --file "$ko/dmapool_test.ko"
		found_nothing "$kernel, dmapool_test"
	else
		fail "$kernel: the kernel's mm/dmapool_test.c builds" "$(tail -n 40 "$work/stderr")"
	fi

	boot "$kernel: on, and nobody asks for memory" 0 "$guest
hook on
insmod /root/contract.ko; rmmod contract" "${options[@]}" "${files[@]}"
	idle=$(summary .misaligned.requests)
	# Devices that are not coherent pass the hook.
	boot_with_warnings "$kernel: on from the start" 0 "${guest/ not_coherent/}
hook on
facts first" "${options[@]}" "${files[@]}"
	split "$kernel"
	each_subject "$kernel" on first 'the same when the hook was on from the start'
	is "$kernel: no request breaks the granule while the hook is on" \
		"$(summary .misaligned.requests)" "$idle"
	found_nothing "$kernel, on from the start"
done

while IFS='|' read -r pattern reason; do
	pattern=${pattern%"${pattern##*[! ]}"}
	[[ -n $pattern && $pattern != '#'* ]] || continue
	ok "expected difference occurs: $pattern" grep -qxF -- "$pattern" "$seen"
	ok "expected difference has a reason: $pattern" test -n "${reason// /}"
done <"$TOP/tests/guest/contract/expected-differences"

done_testing
