#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/ksymtab.c: what it reads in the image of a kernel must be what the kernel's headers list.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cross=
[ "$(dpkg --print-architecture)" = arm64 ] || cross=aarch64-linux-gnu-
gcc -O2 -Wall -Wextra -o "$work/ksymtab" "$TOP/scripts/ksymtab.c" || exit

# symbols: CRC, name and namespace
symbols() { sort | awk -F '\t' '{ print $1, $2, $5 }'; }

release=$("$TOP/scripts/kernel" newest) || exit
"$work/ksymtab" "/usr/lib/modules/$release/vmlinuz" | symbols >"$work/seen"
grep -P '\tvmlinux\t' "/usr/lib/modules/$release/build/Module.symvers" | symbols >"$work/wanted"
ok "$release: all symbols with their namespaces, and no CRCs" diff "$work/wanted" "$work/seen"

# An Image of 2,000 symbols that are exported to the namespace NS; $1: the assembler's directive for a CRC
crcs() {
	"${cross}as" -o "$work/image.o" - <<-END &&
		.altmacro
		.macro name n
		s\n:	.asciz "symbol\n"
		.endm
		.macro entry n
		.long 0, s\n - ., ns - .
		.endm
		.macro each what
		n = 0
		.rept 2000
		\what %n
		n = n + 1
		.endr
		.endm

		.org 56
		.ascii "ARMd"
		.balign 64
		each entry
		n = 0
		.rept 2000
		n = n + 1
		$1
		.endr
		ns:	.asciz "NS"
		each name
	END
		"${cross}objcopy" -O binary -j .text "$work/image.o" "$work/image" &&
		"$work/ksymtab" "$work/image" | symbols
}
# wanted FACTOR: each CRC is the symbol's number, from 1, times FACTOR
wanted() { seq 2000 | awk -v factor="$1" '{ printf "0x%08x symbol%d NS\n", factor * $1, $1 - 1 }' | sort; }

is "CRCs after the symbols" "$(crcs '.long n')" "$(wanted 1)"
is "no CRCs" "$(crcs '')" "$(wanted 0)"
is "a byte for each symbol: no CRCs" "$(crcs '.byte 1')" "$(wanted 0)"

head -c 1000000 /dev/zero >"$work/zero"
is "not an image" "$("$work/ksymtab" "$work/zero" 2>&1)" "ksymtab: $work/zero is not an uncompressed arm64 Image"

done_testing
