# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# How tests/*.t and scripts/bench boot a Realm. Who sources this has set TOP, and work: a
# directory of its own, where each boot leaves stdout, stderr, out/console.log and
# out/summary.json, and the next boot replaces them. Who has set CPUS gets so many: with two a
# boot takes a quarter more of this machine's time.
: "${TOP:?}" "${work:?}" "${CPUS:=1}"

# realm ARGS...: scripts/realm ARGS, and its exit status. The time limit ends a Realm that
# hangs: it is long, as the machine may be busy.
realm() {
	rm -rf -- "$work/out"
	"$TOP/scripts/realm" --timeout 600 --out "$work/out" "$@" \
		>"$work/stdout" 2>"$work/stderr" </dev/null
}

# realm_script SCRIPT OPTIONS...: SCRIPT in a Realm (sh -e, with tests/guest/lib.sh), on a
# host with a granule of 64K if OPTIONS of scripts/realm do not say otherwise
realm_script() {
	local script=$1 options=()
	shift

	# That is for one CPU.
	[[ " $* " == *' --icount '* ]] || options=(--smp "$CPUS")
	# It takes a third of the debug kernel's time.
	[[ $script == *no_leak* ]] || options+=(--append kmemleak=off)
	realm --granule 64k "${options[@]}" "$@" -- sh -ec ". /usr/lib/guest.sh
$script"
}

# tails: the ends of what the last boot left, for a person
tails() {
	local f

	for f in stdout stderr out/console.log; do
		if [ -s "$work/$f" ]; then
			echo "--- ${f##*/} ends with:"
			# The console ends with the simulator's counters.
			grep -av '^{"schema"' "$work/$f" | tail -n 25 | tail -c 4000 | tr -d '\0'
		else
			echo "--- ${f##*/} is empty"
		fi
	done
}

# summary FILTER: of the simulator's counters, by jq
summary() { jq -r "$1" "$work/out/summary.json"; }
