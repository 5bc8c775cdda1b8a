# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=busybox
# Compare the facts that two runs of tests/guest/contract printed: for tests/contract.t, and in a Realm for
# /selftest. For bash and busybox's sh.

# managed comes last: a bug there ends the Realm.
all_subjects='coherent attrs gfp masks contexts devices not_coherent pages noncontiguous mmap pools pool_blocks pool_file misuse pieces managed'

# subjects_of KERNEL: those that this kernel survives
subjects_of() {
	case $1 in
	# Before 7.3 dma_direct_alloc() maps memory of a non-coherent device as shared but does not
	# convert it: the first access ends the Realm.
	6.* | 7.[0-2].*) echo "$all_subjects" | sed 's/ not_coherent//' ;;
	*) echo "$all_subjects" ;;
	esac
}

# split_facts FILE DIR: split the output of contract_facts (guest/lib.sh) into one file per run and subject,
# RUN.SUBJECT. RUN.SUBJECT.complete exists if its end was printed too.
split_facts() {
	mkdir -p "$2"
	awk -v dir="$2" '
		/^==== end$/ { if (out) print "" >(out ".complete"); out = ""; next }
		/^==== / { out = dir "/" $2 "." $3; printf "" >out; next }
		out { print >out }' "$1"
}

# differences FILE FILE: "name<TAB>first text<TAB>second text" for each differing fact. A repeated
# name gets a number.
differences() {
	awk '
		{
			at = index($0, ":")
			name = substr($0, 1, at - 1)
			text = substr($0, at + 2)
		}
		FNR == 1 { file++; split("", times) }
		{
			if (++times[name] > 1)
				name = name " (" times[name] ")"
			said[file, name] = text
			if (!(name in known)) {
				known[name] = 1
				order[++n] = name
			}
		}
		END {
			for (i = 1; i <= n; i++) {
				name = order[i]
				a = (1, name) in said ? said[1, name] : "(nothing)"
				b = (2, name) in said ? said[2, name] : "(nothing)"
				if (a != b)
					print name "\t" a "\t" b
			}
		}' "$1" "$2"
}

# expected NAME FILE: print the pattern of FILE (expected-differences) that this difference matches, or fail
expected() {
	local pattern

	while IFS='|' read -r pattern _; do
		pattern=${pattern%"${pattern##*[! ]}"}
		[ -n "$pattern" ] || continue
		# shellcheck disable=SC2254 # a pattern
		case $1 in
		$pattern) echo "$pattern"; return 0 ;;
		esac
	done <"$2"
	return 1
}
