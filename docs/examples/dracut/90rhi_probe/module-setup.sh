#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# For /usr/lib/dracut/modules.d/90rhi_probe: load rhi_probe in the initramfs, before udev loads any driver.

check() {
	return 0
}

installkernel() {
	hostonly='' instmods rhi_probe
}

install() {
	# shellcheck disable=SC2154 # dracut's
	inst_hook pre-udev 00 "$moddir/rhi_probe.sh"
}
