# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=busybox
# KTAP version 1 (Documentation/dev-tools/ktap.rst) from shell functions, for /selftest.

ktap_nr=0

# pass NAME, fail NAME, skip NAME REASON: report a case
pass() { ktap_nr=$((ktap_nr + 1)); echo "ok $ktap_nr $1"; }
fail() { ktap_nr=$((ktap_nr + 1)); echo "not ok $ktap_nr $1"; }
skip() { ktap_nr=$((ktap_nr + 1)); echo "ok $ktap_nr $1 # SKIP $2"; }

# note: make each line of standard input a diagnostic
note() { sed 's/^/# /'; }

# try NAME COMMAND...: a case that passes if COMMAND succeeds. What COMMAND prints becomes its diagnostics.
# COMMAND runs in a shell of its own with "set -e", which "if" and "||" would switch off.
try() {
	local name=$1 status

	shift
	set +e
	(set -e; "$@") >/tmp/try 2>&1
	status=$?
	set -e
	note </tmp/try
	if [ $status = 0 ]; then pass "$name"; else fail "$name"; fi
}

# nested NAME COMMAND...: a case with cases of its own, the KTAP that COMMAND prints. It passes if that is
# complete and nothing in it failed; COMMAND's status must be 0 too.
nested() {
	local name=$1 status

	shift
	set +e
	(set -e; "$@") >/tmp/nested.$$ 2>/tmp/nested.err
	status=$?
	set -e
	sed 's/^/  /' /tmp/nested.$$
	if ktap_good /tmp/nested.$$ && [ $status = 0 ]; then
		pass "$name"
	else
		[ ! -s /tmp/nested.err ] || note </tmp/nested.err
		echo "# exit status $status"
		fail "$name"
	fi
	rm -f /tmp/nested.$$
}

# ktap_good FILE: succeed if the KTAP in it fulfils its plan, and no case of its own failed
ktap_good() {
	awk '
		NR == 1 && $0 != "KTAP version 1" { bad = 1 }
		/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned++ }
		/^ok / { seen++; if ($2 != seen) bad = 1 }
		/^not ok / { bad = 1 }
		END { exit bad || planned != 1 || seen != plan }' "$1"
}

# planned FILE: print the cases in FILE as complete KTAP: version and plan come first
planned() {
	echo 'KTAP version 1'
	echo "1..$(grep -cE '^(not )?ok ' "$1")"
	cat "$1"
}
