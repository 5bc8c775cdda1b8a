#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Each target of tests/fuzz reads its corpus, and then a fixed number of inputs that libFuzzer
# makes of it. They are not quite the same on each run, for all that the seed is: a finding is kept.
#
# FUZZ_RUNS=N: so many times as many inputs; make check takes 1, make check-long 100.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

FUZZ_RUNS=${FUZZ_RUNS:-$(budget 1 100)}
build=$TOP/build/fuzz
found=$build/found

command -v clang-19 >/dev/null || skip_all "there is no clang-19 here: scripts/sandbox tests/fuzz.t"

export LC_ALL=C TMPDIR=$work
# The readers ask for room for the longest file there can be: it need not be kept from reuse.
export ASAN_OPTIONS=quarantine_size_mb=16 UBSAN_OPTIONS=print_stacktrace=1

mkdir -p "$found"
if ! make -s -C "$TOP/tests/fuzz" O="$build" >"$work/log" 2>&1; then
	fail "build" "$(tail -n 40 "$work/log")"
	done_testing
fi

# again FILE: the command that repeats what FILE shows, and where it is kept
again() {
	echo "kept: $1"
	echo "again: scripts/sandbox ${build#"$TOP"/}/${name}_fuzz ${1#"$TOP"/}"
}

# NAME | how many inputs | bytes of an input, at most
targets='
smc     | 2000  | 512
config  | 60000 | 256
info    | 6000  | 2048
audit   | 4000  | 2048
hook    | 8000  | 1024
stress  | 10000 | 2048
bench   | 10000 | 512
request | 60000 | 512
ok      | 2000  | 8192
'
while IFS='| ' read -r name runs size; do
	[[ $name ]] || continue
	log=$work/$name.log
	mkdir "$work/$name"
	if "$build/${name}_fuzz" -runs=$((runs * FUZZ_RUNS)) -seed=1 -max_len="$size" \
		-dict="$TOP/tests/fuzz/words.dict" \
		-artifact_prefix="$found/$name-" "$work/$name" "$TOP/tests/fuzz/corpus/$name" \
		>"$log" 2>&1 </dev/null; then
		pass "$name: $(grep -o '^Done [0-9]* runs' "$log")"
	else
		kept=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
		fail "$name" "$(grep -vE '^(#[0-9]|INFO|	NEW_FUNC)' "$log" | tail -n 40)
$(again "${kept:-nothing}")"
	fi
done <<<"$targets"

done_testing
