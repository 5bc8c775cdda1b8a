# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What every script here needs: where things are, and how to speak to a person.

set -euo pipefail

TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
CACHE=${RHI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/rhi-probe}
PROG=${0##*/}

say() { printf '%s: %s\n' "$PROG" "$*" >&2; }
die() { say "$*"; exit 1; }

usage_error() {
	say "$*"
	printf "Try '%s --help'.\n" "$0" >&2
	exit 1
}

# Print the comment block at the head of the script: it is the help text.
show_help() {
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
}

# The sandbox's root has a mark, so that a script knows on which side it runs.
in_sandbox() { [ -e /etc/rhi-sandbox ]; }

# enter_sandbox "$@": go on inside the sandbox, in the same script.
enter_sandbox() {
	in_sandbox || exec "$TOP/scripts/sandbox" "$TOP/scripts/$PROG" "$@"
}

# with_lock NAME CMD...: one at a time, so that parallel runs share one download or build.
with_lock() {
	local name=$1
	shift
	mkdir -p "$CACHE"
	(
		flock -n 9 || { say "waiting for another run ($name)"; flock -w 3600 9; } ||
			die "another run has held $CACHE/$name.lock for an hour: end it and try again"
		"$@"
	) 9>"$CACHE/$name.lock"
}
