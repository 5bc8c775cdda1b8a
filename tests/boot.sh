# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Boot a Realm, for tests/*.t and scripts/bench. Set TOP and work before sourcing this: each boot
# replaces stdout, stderr, out/console.log and out/summary.json in the directory $work. CPUS is
# the number of virtual CPUs: two take a quarter more of this machine's time than one.
: "${TOP:?}" "${work:?}" "${CPUS:=1}"

# realm ARGS...: run scripts/realm ARGS and return its status. The time limit is for Realms that
# hang, and generous because the machine may be busy.
realm() {
	rm -rf -- "$work/out"
	"$TOP/scripts/realm" --timeout 1800 --out "$work/out" "$@" \
		>"$work/stdout" 2>"$work/stderr" </dev/null
}

# realm_script SCRIPT OPTIONS...: run SCRIPT in a Realm (sh -e, with tests/guest/lib.sh), by
# default on a host with a 64K granule. OPTIONS are those of scripts/realm.
realm_script() {
	local script=$1 options=()
	shift

	# --icount needs one CPU.
	[[ " $* " == *' --icount '* ]] || options=(--smp "$CPUS")
	# kmemleak takes a third of the debug kernel's run time.
	[[ $script == *no_leak* ]] || options+=(--append kmemleak=off)
	realm --granule 64k "${options[@]}" "$@" -- sh -ec ". /usr/lib/guest.sh
$script"
}

# tails: the ends of the last boot's output and console
tails() {
	local f

	for f in stdout stderr out/console.log; do
		if [ -s "$work/$f" ]; then
			echo "--- ${f##*/} ends with:"
			# The console ends with the simulator's counters: skip them.
			grep -av '^{"schema"' "$work/$f" | tail -n 25 | tail -c 4000 | tr -d '\0'
		else
			echo "--- ${f##*/} is empty"
		fi
	done
}

# summary FILTER: read the simulator's counters with jq
summary() { jq -r "$1" "$work/out/summary.json"; }
