# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What every script here needs: where things are, and how to speak to a person.

set -euo pipefail

# A caller may have come by a link, and may have CDPATH, with which cd prints where it went, or a
# umask that leaves nothing to other users: not even those in a Realm.
unset CDPATH
umask 022
TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
CACHE=${RHI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/rhi-probe}
PROG=$(basename -- "$(readlink -f -- "$0")")

# Has this very script been called outside, and entered the sandbox?
entered=${RHI_ENTERED-}
unset RHI_ENTERED

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

# shown PATH: as a person knows it outside of the sandbox
shown() {
	case $1 in
	"$TOP"/*) echo "${RHI_SHOWN_TOP:-$TOP}${1#"$TOP"}" ;;
	*) echo "${RHI_SHOWN_CACHE:-$CACHE}${1#"$CACHE"}" ;;
	esac
}

# result PATH: print it for whoever called this script, in there or outside
result() { if [ -n "$entered" ]; then shown "$1"; else echo "$1"; fi; }

# enter_sandbox "$@": go on inside the sandbox, in the same script.
enter_sandbox() {
	in_sandbox || RHI_ENTERED=1 exec "$TOP/scripts/sandbox" "$TOP/scripts/$PROG" "$@"
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

# use_scratch NAME: $scratch is an empty directory in the cache, and goes when this shell ends. What was
# killed leaves it to the next one: call this with a lock.
use_scratch() {
	scratch=$CACHE/$1
	rm -rf -- "$scratch"
	mkdir -p "$scratch"
	trap 'rm -rf -- "$scratch"' EXIT
	trap 'exit 130' HUP INT TERM
}
