# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Realm boots as a table: for tests/*.t, which source it.

# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# What a kernel says when it found a mistake; lines of the module's own are none.
SPLAT='WARNING:|BUG:|Call trace:|Oops|UBSAN:|KASAN:|possible circular locking|unreferenced object'

# 7.3.4's own, seen once while bpftrace started on a busy machine.
KNOWN='WARNING: .* hrtimer_forward'

# known_only CONSOLE: all that the kernel complained of is KNOWN, and the module has no part in it
known_only() {
	grep -qE "$KNOWN" "$1" && ! grep -q '\[rhi_probe' "$1" &&
		! grep -vE "$KNOWN|Call trace:" "$1" | grep -qE "$SPLAT"
}

# no_splat NAME CONSOLE: the kernel logged no warning
no_splat() {
	local found

	found=$(grep -nE -A 5 "$SPLAT" "$2" | head -n 30)
	if [ ! -s "$2" ]; then
		fail "$1" "there is no console log"
	elif known_only "$2"; then
		skip "$1" "this kernel's hrtimer_forward() complained, of nothing of ours"
	elif [ -n "$found" ]; then
		fail "$1" "$found"
	else
		pass "$1"
	fi
}

# The module's values in one line, or nothing if it is not loaded; then its log.
REPORT='cd /sys/kernel/rhi 2>/dev/null &&
	echo $(cat status granule ipa_change_alignment hostconf_version hostconf_features)
dmesg | sed -n "s/.*rhi_probe: /log: /p"'

# probe_cases <<TABLE: a case is a line
#   name | options of scripts/realm | the five values, or - if it must not load | a part of its log
# Each asserts the values, the line in the log, and that the kernel logged no warning.
probe_cases() {
	local name options values log out=$work/out got

	while IFS='|' read -r name options values log; do
		read -r name <<<"$name"
		read -r values <<<"$values"
		read -r log <<<"$log"
		rm -rf -- "$out"
		# shellcheck disable=SC2086
		if ! "$TOP/scripts/realm" $options --timeout 120 --out "$out" -- \
			sh -c "$REPORT" >"$work/stdout" 2>"$work/stderr" </dev/null; then
			fail "$name: boots" "$(cat "$work/stderr")"
			continue
		fi
		got=$(grep -v '^log: ' "$work/stdout")
		is "$name: values" "${got:--}" "$values"
		if grep -qF -- "$log" <(grep '^log: ' "$work/stdout"); then
			pass "$name: log"
		else
			fail "$name: log" "no '$log' in: $(grep '^log: ' "$work/stdout")"
		fi
		no_splat "$name: no warning" "$out/console.log"
	done
}

# For scripts in a Realm: sh -e does not mind a "! CMD" that fails.
NOT='not() { ! "$@"; }
'

# in_realm NAME SCRIPT OPTIONS...: SCRIPT (sh -e) succeeds in a Realm, and the kernel does not complain
in_realm() {
	local name=$1 script=$2
	shift 2

	rm -rf -- "$work/out"
	if "$TOP/scripts/realm" --granule 64k --timeout 120 --out "$work/out" "$@" -- \
		sh -ec "$NOT$script" >"$work/log" 2>&1 </dev/null; then
		pass "$name"
	else
		fail "$name" "$(cat "$work/log")"
	fi
	no_splat "$name: no warning" "$work/out/console.log"
}
