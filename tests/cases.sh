# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Realm boots as test cases, for tests/*.t. See tests/README.md.

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/boot.sh
. "$TOP/tests/boot.sh"

# budget SHORT LONG: print SHORT for make check, LONG for make check-long
budget() { if [ -n "${LONG-}" ]; then echo "$2"; else echo "$1"; fi; }

# Kernel warnings, without the module's own messages
SPLAT=$(sed 1d "$TOP/tests/guest/splat")

# A bug of kernel 7.3.4, seen once while bpftrace started on a busy machine.
KNOWN='WARNING: .* hrtimer_forward'

# known_only CONSOLE: succeed if KNOWN is the only warning and the module is not involved
known_only() {
	grep -qE "$KNOWN" "$1" && ! grep -q '\[rhi_probe' "$1" &&
		! grep -vE "$KNOWN|Call trace:" "$1" | grep -qE "$SPLAT"
}

# no_splat NAME: assert that the kernel logged no warning in the last boot
no_splat() {
	local console=$work/out/console.log found

	if [ ! -s "$console" ]; then
		fail "$1" "no console log"
		return
	fi
	found=$(grep -nE -A 5 "$SPLAT" "$console" | head -n 30)
	if known_only "$console"; then
		skip "$1" "known warning of hrtimer_forward(), not caused by the module"
	elif [ -n "$found" ]; then
		fail "$1" "$found"
	else
		pass "$1"
	fi
}

# boot NAME STATUS SCRIPT OPTIONS...: assert that SCRIPT ends with STATUS in a Realm and, as a
# separate case, that the kernel logs no warning. SCRIPT and OPTIONS are those of realm_script.
boot() {
	boot_with_warnings "$@"
	no_splat "$1: no warning"
}

# boot_with_warnings ARGS...: boot ARGS without the second case, where warnings are expected.
boot_with_warnings() {
	local name=$1 want=$2 script=$3 status=0 line
	shift 3

	realm_script "$script" "$@" || status=$?
	if [ "$status" = "$want" ]; then
		pass "$name"
		return
	fi
	line=$(sed -n 's/^guest: .* line \([0-9]*\)$/\1/p' "$work/stderr" | tail -n 1)
	fail "$name" "exit status $status, not $want${line:+; line $line: $(sed -n "${line}p" <<<"$script")}
$(tails)"
}

# builds [--kernel V] DIR...: build modules in order, each against those before it, and set $ko to
# the last one's build directory
builds() {
	local options=() dir

	[ "$1" != --kernel ] || { options=(--kernel "$2"); shift 2; }
	for dir; do
		# shellcheck disable=SC2034 # used by the caller
		if ! ko=$("$TOP/scripts/kbuild" "${options[@]}" "$TOP/$dir" 2>"$work/stderr" </dev/null); then
			fail "$dir builds${options[1]:+ for kernel ${options[1]}}" "$(tail -n 40 "$work/stderr")"
			return 1
		fi
	done
	pass "${!#} builds${options[1]:+ for kernel ${options[1]}}"
}

# ktap NAME [FILE]: report the cases of KTAP that is not nested, by default the last script's output, with NAME
# in front
ktap() {
	local line name

	while IFS= read -r line; do
		name=${line#*ok }
		name=${name#* }
		case $line in
		'ok '*'# SKIP '*) skip "$1: ${name% # SKIP *}" "${name##*# SKIP }" ;;
		'ok '*) pass "$1: $name" ;;
		'not ok '*) fail "$1: $name" ;;
		'# '*) diag "${line#\# }" ;;
		esac
	done <"${2-$work/stdout}"
}

# probe_cases <<TABLE: one host per line:
#   name | options of scripts/realm | the five sysfs values, or - if loading must fail | part of the log
# Each line asserts the values, the log message, and that the kernel logged no warning. A line that starts
# with "+ " runs only in make check-long: unit tests cover the same without a Realm.
probe_cases() {
	local name options values log got

	while IFS='|' read -r name options values log; do
		[[ $name != '+ '* ]] || [ -n "$(budget '' long)" ] || continue
		read -r name <<<"${name#+ }"
		read -r values <<<"$values"
		read -r log <<<"$log"
		# shellcheck disable=SC2086
		boot "$name" 0 report_probe --granule 4k $options
		got=$(grep -v '^log: ' "$work/stdout")
		is "$name: values" "${got:--}" "$values"
		if grep -qF -- "$log" <(grep '^log: ' "$work/stdout"); then
			pass "$name: log"
		else
			fail "$name: log" "no '$log' in: $(grep '^log: ' "$work/stdout")"
		fi
	done
}
