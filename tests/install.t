#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make install, uninstall and dkms, in scratch directories. Two small modules of the same names make
# it quick; every test that boots a Realm builds the real ones.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"

top=$(realpath "$here/..")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cross=
[[ $(uname -m) = aarch64 ]] || cross=aarch64-linux-gnu-

release=$("$top/scripts/kernel") || exit 1
headers=/usr/lib/modules/$release/build
version=$("$top/scripts/version")

# The project with stub modules, and with .git, because scripts/version looks for it
tree=$work/tree
mkdir "$tree" "$tree/module" "$tree/.git"
cp -a "$top"/{Makefile,COPYING,dkms.conf,docs,scripts,tools} "$tree/"
cp -a "$top/module/include" "$tree/module/"
sed -n '/^version :=/p' "$top/module/Kbuild" >"$tree/module/Kbuild"
cat >>"$tree/module/Kbuild" <<'END'
obj-m := rhi_probe.o rhi_stress.o
ccflags-y := -DRHI_PROBE_VERSION=\"$(version)\"
END
for name in rhi_probe rhi_stress; do
	cat >"$tree/module/$name.c" <<-END
	#include <linux/module.h>
	MODULE_DESCRIPTION("stands for $name");
	MODULE_LICENSE("GPL");
	MODULE_VERSION(RHI_PROBE_VERSION);
	END
done

# maker ARGUMENT...: run make there, without the flags of the make around this test
maker() { env -u MAKEFLAGS make -s -j2 -C "$tree" "$@" >"$work/log" 2>&1; }
said() { grep -v '^make' "$work/log"; }
files() { (cd "$1" && find . -type f ! -name 'modules.*' | sort); }
dirs() { (cd "$1" && find . -type d | sort); }

# image DIR: a root with this kernel's modules directory
image() {
	mkdir -p "$1/lib/modules/$release"
	touch "$1"/lib/modules/"$release"/modules.{builtin,order}
}

# make install
one=$work/one
image "$one"
mkdir -p "$one/usr/bin"
if ! maker install KDIR="$headers" DESTDIR="$one" PREFIX=/usr; then
	fail "install" "$(cat "$work/log")"
	done_testing
fi
pass "install"
ko=$(cd "$one" && echo lib/modules/"$release"/updates/rhi_probe.ko*)
is "rhi_probe has the version" "$(modinfo -F version "$one/$ko")" "$version"
ok "rhictl has the version" grep -qa "rhictl $version" "$one/usr/bin/rhictl"
is "rhictl is for arm64" "$("${cross}readelf" -h "$one/usr/bin/rhictl" | grep -o AArch64)" AArch64
is "all files are installed" "$(files "$one" | sed 's/[.]ko.*/.ko/')" "$(
	{
		echo "./lib/modules/$release/updates/"{rhi_probe.ko,rhi_stress.ko,rhi-probe.list}
		echo ./usr/bin/rhictl ./usr/share/bash-completion/completions/rhictl
		for page in "$top"/docs/man/*; do
			echo "./usr/share/man/man${page##*.}/${page##*/}"
		done
		for bt in "$top"/tools/bpftrace/*.bt; do
			echo "./usr/sbin/${bt##*/}"
		done
	} | tr ' ' '\n' | sort)"
ok "modules.dep lists the modules" grep -q "^${ko#lib/modules/"$release"/}:" "$one/lib/modules/$release/modules.dep"

maker install KDIR="$headers" DESTDIR="$work/two" PREFIX=/usr
is "no depmod in a DESTDIR without a kernel" "$(find "$work/two" -name 'modules.dep*')" ""
is "an empty DESTDIR gets the same files" "$(files "$work/two")" "$(files "$one")"

# A failed installation restores the previous state.
sums() { (cd "$1" && find . -type f ! -name 'modules.*' -exec sha256sum {} + | sort); }
stage=$tree/build/stage
before=$(sums "$one")
find "$stage" -type f -exec sh -c 'echo new >>"$1"' sh {} \;
(trap '' XFSZ; ulimit -f 100; "$tree/scripts/install" "$release" "$stage" "$one") >"$work/log" 2>&1
is "a full disk fails the installation" "$?" 1
is "a failed installation restores the old files" "$(sums "$one")" "$before"
ok "the message says so" grep -q '^install: .* restored the previous state' "$work/log"
(trap '' XFSZ; ulimit -f 100; "$tree/scripts/install" "$release" "$stage" "$work/three") >"$work/log" 2>&1
is "a failed first installation leaves no files, and no directories" "$(files "$work/three"; dirs "$work/three")" .

mkdir "$work/bin"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/depmod"
chmod +x "$work/bin/depmod"
PATH=$work/bin:$PATH "$tree/scripts/install" "$release" "$stage" "$one" >"$work/log" 2>&1
is "a failing depmod restores the old files" "$? $(sums "$one")" "1 $before"

"$tree/scripts/install" "$release" "$stage" "$one" >"$work/log" 2>&1
is "the next installation replaces all files" "$? $(sums "$one" | cut -c 1-64 | sort)" "0 $(sums "$stage" | cut -c 1-64 | sort)"

# make uninstall
maker uninstall KVER="$release" DESTDIR="$one" && maker uninstall KVER="$release" DESTDIR="$work/two"
is "uninstall removes all files" "$(files "$one"; files "$work/two")" ""
is "uninstall removes the directories that install made" "$(dirs "$one" | tr '\n' ' ')$(dirs "$work/two")" \
	". ./lib ./lib/modules ./lib/modules/$release ./usr ./usr/bin ."
is "modules.dep no longer lists the modules" "$(grep -c rhi "$one/lib/modules/$release/modules.dep")" 0
maker uninstall KVER="$release" DESTDIR="$one"
is "a second uninstall fails" "$? $(said | cut -d: -f 1)" "2 uninstall"

# kernel DIR RELEASE OPTION...: make stub headers of a kernel
kernel() {
	mkdir -p "$1/include/config"
	echo "$2" >"$1/include/config/kernel.release"
	printf '%s\n' "${@:3}" >"$1/include/config/auto.conf"
	echo 'modules:; @echo "ARCH=$(ARCH) LLVM=$(LLVM)"' >"$1/Makefile"
}
options=(CONFIG_ARM64=y CONFIG_ARCH_HAS_MEM_ENCRYPT=y CONFIG_MODULES=y CONFIG_SYSFS=y)

# refused NAME TEXT: make fails with one line that contains TEXT
refused() {
	maker modules KDIR="$work/kernel"
	is "$1" "$? $(said | grep -c .) $(grep -o -- "$2" "$work/log")" "2 1 $2"
}
refused "missing headers" "$(if [[ $cross ]]; then echo 'this machine is'; else echo 'no headers of kernel'; fi)"
for old in 6.1.0-49-arm64 6.12.117+deb13-arm64; do
	kernel "$work/kernel" $old "${options[@]}"
	refused "$old" "kernel $old is too old"
done
kernel "$work/kernel" 7.3.4 CONFIG_X86=y
refused "another architecture" 'not for an arm64 kernel'
kernel "$work/kernel" 7.3.4 "${options[@]:0:3}"
refused "missing option" 'without CONFIG_SYSFS'
for new in 6.13.0 6.13-rc1 6.13.0-rc1 6.20.1 7.0.0 7.3.4+deb13-arm64 10.0.0; do
	kernel "$work/kernel" $new "${options[@]}"
	maker modules KDIR="$work/kernel"
	is "$new" "$(said)" "ARCH=${cross:+arm64} LLVM="
done
kernel "$work/kernel" 7.3.4 "${options[@]}" CONFIG_CC_IS_CLANG=y
maker modules KDIR="$work/kernel"
is "a kernel built with clang" "$(said)" "ARCH=${cross:+arm64} LLVM=1"
is "KVER selects the headers" "$(make -n -C "$tree" modules KVER=7.9 2>/dev/null | grep -o ' -C /lib/modules/7.9/build ')" \
	' -C /lib/modules/7.9/build '

# What dkms gets: all of the module's files but build products
sources() { (cd "$1" && find . -type f ! -name '.*' ! -name '*.o' ! -name '*.ko' ! -name '*.mod' ! -name '*.mod.c' \
	! -name Module.symvers ! -name modules.order | sort); }
"$top/scripts/dkms-source" "$work/source"
is "dkms gets the module's files" "$(sources "$work/source/module")" "$(sources "$top/module")"

# The dkms of Debian 12 and 13: from the sandbox, from this machine, or from the root of scripts/deb
dkms_cases() {
	local program=$1 name=$2 dkms=$work/$2 built

	mkdir -p "$dkms"/{tree,source,install}
	"$tree/scripts/dkms-source" "$dkms/source/rhi-probe-$version"
	run() {
		"$program" "$@" -m rhi-probe -v "$version" --dkmstree "$dkms/tree" --sourcetree "$dkms/source" \
			--installtree "$dkms/install" >"$work/log" 2>&1
	}
	skipped() {
		run build -k "$2" -a "$3" --kernelsourcedir "$4"
		is "$name skips $1" "$?" 77
	}

	ok "$name adds the source" run add
	skipped "6.12" 6.12.117+deb13-arm64 aarch64 "$headers"
	skipped "6.1" 6.1.0-49-arm64 aarch64 "$headers"
	skipped "another architecture" "$release" x86_64 "$headers"
	kernel "$dkms/kernel" 7.3.4 "${options[@]:0:3}"
	cp "$dkms/kernel/include/config/auto.conf" "$dkms/kernel/.config"
	skipped "a kernel with a missing option" 7.3.4 aarch64 "$dkms/kernel"
	if run build -k "$release" -a aarch64 --kernelsourcedir "$headers"; then
		pass "$name builds"
	else
		fail "$name builds" "$(cat "$work/log" "$dkms"/tree/rhi-probe/*/build/make.log)"
	fi
	built=$(find "$dkms/tree" -path '*/module/*.ko*' ! -path '*/build/*' -exec modinfo -F version {} \;)
	is "$name builds both modules with this version" "$built" "$version
$version"
}

# dkms uses the machine's own strip.
ln -s "$(command -v "${cross}strip")" "$work/bin/strip"
rm "$work/bin/depmod"
PATH=$work/bin:$PATH
seen=" "
for program in {,/host,"${RHI_CACHE-}/root-deb"}/usr/sbin/dkms; do
	[[ -e $program ]] || continue
	name=$("$program" --version | tr ' ' -)
	[[ $seen != *" $name "* ]] || continue
	seen+="$name "
	dkms_cases "$program" "$name"
done
[[ $seen != " " ]] || skip "dkms" "dkms not found: install it on this machine, or run make deb"

done_testing
