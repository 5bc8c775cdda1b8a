# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Test Anything Protocol, for tests/*.t. End with done_testing.

tap_run=0
tap_failed=0

# pass NAME, fail NAME [DIAGNOSTIC], skip NAME REASON
pass() { echo "ok $((++tap_run)) - $1"; }
skip() { echo "ok $((++tap_run)) - $1 # SKIP $2"; }
fail() {
	echo "not ok $((++tap_run)) - $1"
	tap_failed=$((tap_failed + 1))
	[[ -z ${2-} ]] || diag "$2"
	# for the summary of tests/run
	[[ -z ${TAP_FAILURES-} ]] ||
		echo "${0##*/}: not ok $tap_run - $1${2:+$'\n'$(head -n 15 <<<"$2" | cut -c 1-200)}" >>"$TAP_FAILURES"
}

diag() { echo "# ${*//$'\n'/$'\n# '}" >&2; }

# ok NAME COMMAND...: pass if COMMAND succeeds
ok() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then pass "$name"; else fail "$name" "$*: status $?
$output"; fi
}

# is NAME GOT WANTED
is() {
	if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1" "$(diff -u <(echo "$3") <(echo "$2") | tail -n +3)"; fi
}

plan() { echo "1..$1"; }
skip_all() { echo "1..0 # SKIP $1"; exit 0; }

done_testing() {
	plan "$tap_run"
	exit $((tap_failed > 0))
}
