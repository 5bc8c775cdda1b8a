#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Compare docs/ABI/testing with a Realm, in both directions: files and their modes, keys in files,
# trace events and their fields.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

ABI=$TOP/docs/ABI/testing

boot 'list files, keys and trace events' 0 '
# files MODULE: one line per file
files() {
	for dir in /sys/kernel/rhi $rhi /sys/module/rhi_probe/parameters /sys/module/rhi_stress/parameters; do
		[ ! -d $dir ] || find $dir -type f | while read f; do echo "$1 $(stat -c 0%a $f) $f"; done
	done
}
files probe
modprobe rhi_stress
files stress
for file in about hostconf pools swiotlb audit; do
	awk -v file=$rhi/$file "!/^#/ && !/^(misaligned|destroyed|owner) / { print \"key\", file, \$1 }" $rhi/$file
done
for event in $tracing/events/rhi/*/; do
	sed -n "s,^\tfield:.* \([a-z_]*\)\(\[[0-9]*\]\)*;\toffset.*,field ${event%/} \1,p" $event/format
done'

# seen WORD: the Realm's output lines that start with WORD
seen() { sed -n "s/^$1 //p" "$work/stdout" | sort -u; }

# entries FILE: "probe|stress MODE WHAT" for each What: that is not a directory; first the owning module
entries() {
	awk '
	function flush(i) {
		for (i = 0; i < n; i++)
			if (what[i] !~ /\/$/)
				print module, mode, what[i]
		n = 0
	}
	/^What:/ {
		if (described)
			flush()
		described = 0
		module = "probe"
		mode = "no-mode"
		what[n++] = $2
	}
	/^Description:/ { described = 1 }
	/^\t\tOf the rhi_stress module; without it there is no such file\./ { module = "stress" }
	/^\t\tMode 0[0-7]+\.$/ { mode = substr($2, 1, 4) }
	END { flush() }' "$@"
}

# words HEADING FILE: "WHAT WORD" for each row of the tables with this heading
words() {
	awk -v heading="$1" '
	/^What:/ { if (rule) n = 0; rule = 0; what[n++] = $2 }
	/^Description:/ { rule = -1 }
	/^\t\t==/ { rule = rule < 0 || rule == 3 ? 1 : rule + 1; next }
	rule == 1 { is_wanted = $1 == heading }
	rule == 2 && is_wanted && /^\t\t[a-z]/ { for (i = 0; i < n; i++) print what[i], $1 }' "${@:2}"
}

files=("$ABI/sysfs-kernel-rhi" "$ABI/debugfs-rhi")
is 'files of rhi_probe' "$(seen probe)" "$(entries "${files[@]}" | sed -n 's/^probe //p' | sort)"
is 'files with rhi_stress' "$(seen stress)" "$(entries "${files[@]}" | cut -d' ' -f2- | sort)"
is 'keys' "$(seen key)" "$(words Key "$ABI/debugfs-rhi" | grep -E '/(about|hostconf|pools|swiotlb|audit) ' | sort)"
is 'trace events and their fields' "$(seen field | grep -v ' common_')" "$(words Field "$ABI/tracing-rhi" | sort)"
is 'every described event exists' "$(words Field "$ABI/tracing-rhi" | cut -d' ' -f1 | sort -u)" \
	"$(entries "$ABI/tracing-rhi" | cut -d' ' -f3 | sort)"

is 'the description for syzkaller has all files' \
	"$(grep -oE '"/sys/[^"]+"' "$TOP/tests/syzkaller/rhi_probe.txt" | tr -d '"' | sort -u)" \
	"$(entries "${files[@]}" | cut -d' ' -f3 | grep -vE '/parameters/(force|granule)$' | sort)"
done_testing
