#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Each target of tests/fuzz runs its corpus and then a fixed number of inputs that libFuzzer derives
# from it. Despite the fixed seed runs differ slightly, so findings are kept.
#
# FUZZ_RUNS=N: N times as many inputs; make check uses 1, make check-long 100.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

FUZZ_RUNS=${FUZZ_RUNS:-$(budget 1 100)}
build=$TOP/build/fuzz
found=$build/found

command -v clang-19 >/dev/null || skip_all "clang-19 not found: run scripts/sandbox tests/fuzz.t"

export LC_ALL=C TMPDIR=$work
# The readers allocate the maximum file size each time: do not quarantine that much.
export ASAN_OPTIONS=quarantine_size_mb=16 UBSAN_OPTIONS=print_stacktrace=1

mkdir -p "$found"
if ! make -s -C "$TOP/tests/fuzz" O="$build" >"$work/log" 2>&1; then
	fail "build" "$(tail -n 40 "$work/log")"
	done_testing
fi

# again FILE: where the input is kept, and the command that reproduces the finding
again() {
	echo "kept: $1"
	echo "again: scripts/sandbox ${build#"$TOP"/}/${name}_fuzz ${1#"$TOP"/}"
}

# NAME | inputs | maximum bytes per input
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
