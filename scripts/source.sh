# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Work on a tree of the kernel's source: for build-kernel and kernel-headers. Who sources this has
# sourced lib.sh, and sets tree.

cross=
[ "$(dpkg --print-architecture)" = arm64 ] || cross=aarch64-linux-gnu-

BUILT=$CACHE/built

# MAKEFLAGS of a make around this one names a jobserver that is out of reach in here.
# shellcheck disable=SC2154 # the caller's
kmake() {
	env -u MAKEFLAGS make -C "$tree" ARCH=arm64 CROSS_COMPILE="$cross" LOCALVERSION= \
		KBUILD_BUILD_USER=rhi-probe KBUILD_BUILD_HOST=sandbox "$@"
}

# need_space MB
need_space() {
	local free

	free=$(df -Pm "$BUILT" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$1" ] ||
		die "$(shown "$BUILT") has $free MB free, the build needs $1: make room or set RHI_CACHE"
}

# keep_headers DIR LOG: what modules are built against, by the kernel's own recipe. It would make the
# host's programs anew for the target if CC and HOSTCC differed; here they run on this machine.
keep_headers() {
	kmake -s run-command KBUILD_RUN_COMMAND="CC=gcc HOSTCC=gcc scripts/package/install-extmod-build $1" \
		>>"$2" 2>&1 ||
		{ tail -n 20 "$2" >&2; die "the tree for modules could not be made: see above, and $(shown "$2")"; }
}
