# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Common code of the scripts here: paths, messages, locking.

set -euo pipefail

# The caller may use a symlink, or have CDPATH set, with which cd prints the directory, or a umask
# that makes files in the Realm unreadable for other users.
unset CDPATH
umask 022
TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
CACHE=${RHI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/rhi-probe}
PROG=$(basename -- "$(readlink -f -- "$0")")

# Set if this script was started outside and re-executed itself in the sandbox.
entered=${RHI_ENTERED-}
unset RHI_ENTERED

# A script that runs a command and passes on its status exports RHI_FAILURE, a status of its own.
say() { printf '%s: %s\n' "$PROG" "$*" >&2; }
die() { say "$*"; exit "${RHI_FAILURE:-1}"; }

usage_error() {
	say "$*"
	printf "Try '%s --help'.\n" "$0" >&2
	exit "${RHI_FAILURE:-1}"
}

# The comment block at the head of the script is its help text.
show_help() {
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
}

# The sandbox's root has a marker file.
in_sandbox() { [ -e /etc/rhi-sandbox ]; }

# shown PATH: the path as it is outside the sandbox
shown() {
	case $1/ in
	/host/*) echo "${1#/host}" ;;
	"$TOP"/*) echo "${RHI_SHOWN_TOP:-$TOP}${1#"$TOP"}" ;;
	*) echo "${RHI_SHOWN_CACHE:-$CACHE}${1#"$CACHE"}" ;;
	esac
}

# result PATH: print it as the caller sees it, inside or outside the sandbox
result() { if [ -n "$entered" ]; then shown "$1"; else echo "$1"; fi; }

# below_host PATH: print what an absolute path of the caller's machine, and each link on its way, leads to; the
# sandbox has it all below /host. A link of that machine to an absolute path would else lead into the sandbox.
below_host() {
	local at=/host rest=$1/ part target links=40	# as many as the kernel follows

	while [ -n "$rest" ]; do
		part=${rest%%/*}
		rest=${rest#*/}
		case $part in
		'' | .) continue ;;
		..) at=${at%/*}; at=${at:-/host}; continue ;;
		esac
		if [ ! -L "$at/$part" ]; then
			at=$at/$part
			continue
		fi
		[ $((links--)) -gt 0 ] || return
		target=$(readlink -- "$at/$part")
		[[ $target != /* ]] || at=/host
		rest=$target/$rest
	done
	[ -e "$at" ] && echo "$at"
}

# find_path PATH: print where the sandbox has a file or directory of the caller; fails if there is none.
# What the sandbox has at the same place may be writable; what is below /host is not.
find_path() {
	local path=$1

	if [ -n "$entered" ]; then
		[[ $path == /* ]] || path=$(shown "$PWD")/$path
		if path=$(below_host "$path"); then
			if [ "$1" -ef "$path" ]; then echo "$1"; else echo "$path"; fi
			return
		fi
	fi
	[ -e "$1" ] && echo "$1"
}

# is_kept PATH: what is written there stays. In the sandbox, only the project and the cache are the caller's.
is_kept() {
	[ -n "$entered" ] || return 0
	case $(realpath -m -- "$1")/ in
	"$TOP"/* | "$CACHE"/*) ;;
	*) return 1 ;;
	esac
}

# enter_sandbox "$@": re-execute this script in the sandbox.
sandbox_options=()
enter_sandbox() {
	in_sandbox || RHI_ENTERED=1 exec "$TOP/scripts/sandbox" "${sandbox_options[@]}" "$TOP/scripts/$PROG" "$@"
}

# with_lock NAME CMD...: serialise, so that parallel runs share one download or build.
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

# use_scratch NAME: make $scratch an empty directory in the cache, removed when this shell exits. A
# killed run leaves its directory for the next run to remove, so callers hold a lock.
use_scratch() {
	scratch=$CACHE/$1
	rm -rf -- "$scratch"
	mkdir -p "$scratch"
	trap 'rm -rf -- "$scratch"' EXIT
	trap 'exit 130' HUP INT TERM
}
