#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Compile what calls the RMM against the kernel's headers as later kernels have them. All other tests use the
# headers as they are.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
tree=$work/linux
asm=$tree/arch/arm64/include/asm
linux=$tree/include/linux

release=$("$TOP/scripts/kernel" newest) || exit
objects=/usr/lib/modules/$release/build
cross=
[ "$(dpkg --print-architecture)" = arm64 ] || cross=aarch64-linux-gnu-

# Debian's build directory has the generated headers, and includes the Makefile of the other headers. Copy
# those as links; sed -i replaces a link by a file.
cp -rs "$(sed -n 's,^include \(.*\)/Makefile$,\1,p' "$objects/Makefile")" "$tree" || exit

# compile STAGE DIR OBJECT[=PARTS]...: compile these objects of the modules in DIR, or only PARTS of them
compile() {
	local stage=$1 dir=$2 variables=() targets=() object
	local copy=$work/$stage/${dir##*/}

	for object in "${@:3}"; do
		targets+=("${object%%=*}")
		[ "${object%%=*}" = "$object" ] || variables+=("${object/.o=/-y=}")
	done
	mkdir -p "$work/$stage"
	cp -rs "$TOP/$dir" "$copy"
	# A build in the source's directory leaves objects.
	find "$copy" \( -name '*.o' -o -name '.*.cmd' \) -delete
	if make -s -j"$(nproc)" -C "$tree" "O=$objects" "M=$copy" ARCH=arm64 CROSS_COMPILE=$cross \
		"${variables[@]}" "${targets[@]}" >"$work/log" 2>&1; then
		pass "$stage: $dir"
	else
		fail "$stage: $dir" "$(tail -n 30 "$work/log")"
	fi
}

module() { compile "$1" module rhi_probe.o='main.o hostcall.o convert.o audit.o' rhi_stress.o=stress/block.o; }

headers='<(asm/rsi|linux/arm-(rsi|smccc-r[sh]i))'
is 'only compat.h includes a header that moves' \
	"$(cd "$TOP" && grep -rlE --include='*.[ch]' "$headers" module tests/guest)" module/compat.h

# 7.4: the calls' numbers and structures move. The header that includes them stays.
mv "$asm/rsi_smc.h" "$linux/arm-smccc-rsi.h"
sed -i 's,<asm/rsi_smc.h>,<linux/arm-smccc-rsi.h>,' "$asm/rsi_cmds.h"
sed -i '/RSI_PDEV_NAME/d' "$asm/rsi.h"
module 'arm-smccc-rsi.h'

# Then all of asm/rsi.h moves, and a header with RHI's numbers comes.
{
	cat "$asm/rsi_cmds.h"
	sed '/<asm\/rsi_cmds.h>/d' "$asm/rsi.h"
} >"$linux/arm-rsi-cmds.h"
rm "$asm/rsi.h" "$asm/rsi_cmds.h"
grep -RlZ '<asm/rsi.h>' "$asm" | xargs -0 sed -i 's,<asm/rsi.h>,<linux/arm-rsi-cmds.h>,'
module 'arm-rsi-cmds.h'
compile 'arm-rsi-cmds.h' tests/guest/rsi_contract rsi_contract.o

done_testing
