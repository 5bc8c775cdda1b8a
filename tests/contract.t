#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever works with hook=off works with hook=on. tests/guest/contract prints facts about the
# kernel's DMA allocators, one per line. This test compares three runs in one Realm: before the hook
# was ever on, with the hook on, and with it off again. tests/guest/contract/expected-differences
# lists the intended differences with reasons; each of them has to occur.
#
# usage: tests/contract.t [KERNEL...]    default: newest, 16k and debug
#
# make check skips some boots of 16k and debug; make check-long does not, nor a run with KERNEL.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
CPUS=2
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"
# shellcheck source=tests/guest/contract/compare.sh
. "$TOP/tests/guest/contract/compare.sh"

kernels=("$@")
whole=("$@")	# kernels with all boots
if [ $# = 0 ]; then
	kernels=(newest 16k debug)
	read -ra whole <<<"$(budget newest 'newest 16k debug')"
fi
# The debug kernel takes several minutes.
options=(--host record --append cma=64M --timeout 1800)
facts=$work/facts
seen=$work/seen		# expected differences that occurred
: >"$seen"

# Some facts are API misuse with a warning each, which must appear every time.
guest_script='
[ ! -e /proc/sys/kernel/panic_on_warn ] || echo 0 >/proc/sys/kernel/panic_on_warn
[ ! -e /sys/kernel/debug/dma-api/all_errors ] || echo 1 >/sys/kernel/debug/dma-api/all_errors
dmapool_test() {
	insmod /root/dmapool_test.ko
	rmmod dmapool_test
	same "sizes tested" "$(dmesg | grep -c "dmapool test: size:")" "$1"
}
'

# is_expected NAME: succeed if this difference is expected, and note that it occurred
is_expected() { expected "$1" "$TOP/tests/guest/contract/expected-differences" >>"$seen"; }

# differences_in_order FILE FILE: the differences, with the many events last
differences_in_order() {
	local all

	all=$(differences "$@")
	grep -vP '^[^\t]*, events( \(\d+\))?\t' <<<"$all"
	grep -P '^[^\t]*, events( \(\d+\))?\t' <<<"$all"
}

# same_facts CASE FILE FILE [wanted]: compare two runs; "wanted" allows expected differences
same_facts() {
	local name a b wrong=0 text=

	if [ ! -e "$2.complete" ] || [ ! -e "$3.complete" ] || [ ! -s "$2" ]; then
		fail "$1" "facts are missing or incomplete: $(tail -n 1 "$2" "$3" 2>&1)"
		return
	fi
	while IFS=$'\t' read -r name a b; do
		[ -n "$name" ] || continue
		[ -z "${4-}" ] || ! is_expected "$name" || continue
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

# each_subject KERNEL RUN RUN TEXT [wanted]: compare two runs, for each subject of the second
each_subject() {
	local subject

	for subject in $subjects traced; do
		[ "$3 $subject" != 'first not_coherent' ] || continue
		same_facts "$1, $subject: $4" "$facts/$1/$2.$subject" "$facts/$1/$3.$subject" "${5-}"
	done
}

# found_nothing NAME: assert no kernel report, apart from the warnings that are facts
found_nothing() {
	local found

	found=$(grep -nE -A 8 'BUG:|Oops|UBSAN:|KASAN:|possible circular locking|unreferenced object|scheduling while atomic|Bad page' \
		"$work/out/console.log" | head -n 40)
	is "$1: no other report in the kernel log" "$found" ""
}

for kernel in "${kernels[@]}"; do
	subjects=$(subjects_of "$kernel")
	guest="subjects='$subjects'$guest_script"
	builds --kernel "$kernel" tests/guest/contract || continue
	files=(--kernel "$kernel" --file "$ko/contract.ko")
	# The kernel's pool for atomic requests has few pages of 64K, and grows at any time.
	[[ ! $kernel =~ ^64k|-64k- ]] || files+=(--append coherent_pool=4M)

	boot_with_warnings "$kernel: off, on, off again" 0 "$guest
contract_facts off
hook on
contract_facts on
hook off
contract_facts again
no_leak" "${options[@]}" "${files[@]}"
	split_facts "$work/stdout" "$facts/$kernel"
	each_subject "$kernel" off again 'same with the hook off again'
	each_subject "$kernel" off on 'same with the hook on' wanted
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

	boot "$kernel: on, without allocations" 0 "$guest
hook on
insmod /root/contract.ko; rmmod contract" "${options[@]}" "${files[@]}"
	idle=$(summary .misaligned.requests)
	# The hook does not redirect non-coherent devices.
	boot_with_warnings "$kernel: on from the start" 0 "${guest/ not_coherent/}
hook on
contract_facts first" "${options[@]}" "${files[@]}"
	split_facts "$work/stdout" "$facts/$kernel"
	each_subject "$kernel" on first 'same with the hook on from the start'
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
