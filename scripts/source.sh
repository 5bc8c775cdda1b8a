# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Helpers for build-kernel and kernel-headers, which work on a kernel source tree. Source lib.sh
# first, and set tree.

cross=
[ "$(dpkg --print-architecture)" = arm64 ] || cross=aarch64-linux-gnu-

BUILT=$CACHE/built

# An outer make's MAKEFLAGS names a jobserver that the sandbox cannot reach.
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

# keep_headers DIR LOG: install the build tree for external modules, by the kernel's own script. If CC
# and HOSTCC differ, the script rebuilds the host programs for the target, but these run on this machine.
keep_headers() {
	kmake -s run-command KBUILD_RUN_COMMAND="CC=gcc HOSTCC=gcc scripts/package/install-extmod-build $1" \
		>>"$2" 2>&1 ||
		{ tail -n 20 "$2" >&2; die "cannot create the build tree for modules: see above and $(shown "$2")"; }
}
