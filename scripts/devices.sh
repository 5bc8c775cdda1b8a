# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The QEMU devices that scripts/realm can add to a Realm; scripts/realm sources this file.

# Makes virtio drivers use the DMA API.
VIRTIO=disable-legacy=on,iommu_platform=on
# QEMU's default capabilities plus 64-bit DMA: shared addresses have 36 bits, so a device limited
# to 32-bit DMA (megasas, for example) cannot work here.
SDHCI=capareg=0x157834b4

# name | drivers to modprobe | what the device provides | QEMU's -device options, with @ for this
# device's identifier
DEVICES="
ahci        | ahci sd_mod                         | disk  | ahci,id=@ ide-hd,bus=@.0,drive=@
e1000e      | e1000e                              | net   | e1000e,netdev=@,romfile=
hda         | snd_hda_codec_generic snd_hda_intel | sound | intel-hda,id=@ hda-duplex,bus=@.0,audiodev=@
igb         | igb                                 | net   | igb,netdev=@,romfile=
nvme        | nvme                                | disk  | nvme,drive=@,serial=realm
sdhci       | sdhci_pci mmc_block                 | disk  | sdhci-pci,id=@,$SDHCI sd-card,drive=@
virtio-blk  | virtio_blk                          | disk  | virtio-blk-pci,drive=@,$VIRTIO
virtio-gpu  | virtio_gpu                          |       | virtio-gpu-pci,$VIRTIO
virtio-net  | virtio_net                          | net   | virtio-net-pci,netdev=@,romfile=,$VIRTIO
virtio-rng  | virtio_rng                          |       | virtio-rng-pci,$VIRTIO
virtio-scsi | virtio_scsi sd_mod                  | disk  | virtio-scsi-pci,id=@,$VIRTIO scsi-hd,bus=@.0,drive=@
vmxnet3     | vmxnet3                             | net   | vmxnet3,netdev=@,romfile=
xhci        | xhci_pci usb_storage sd_mod         | disk  | qemu-xhci,id=@ usb-storage,bus=@.0,drive=@
"

# tests/guest/pack-modules puts these into every Realm, if the kernel has them.
COMMON_DRIVERS=" nvme virtio_blk virtio_net "

# known_devices: list device names with their drivers
known_devices() { awk -F ' *[|] *' 'NF { printf "%-12s%s\n", $1, $2 }' <<<"$DEVICES"; }

# read_device NAME: set name, drivers, behind and options; fail if NAME is unknown
read_device() {
	while IFS='|' read -r name drivers behind options; do
		[ "${name%% *}" != "$1" ] || return 0
	done <<<"$DEVICES"
	return 1
}

# device_drivers NAME...: the drivers that these need beyond COMMON_DRIVERS, one per line
device_drivers() {
	local name drivers behind options device driver

	for device; do
		read_device "$device"
		for driver in $drivers; do
			[[ $COMMON_DRIVERS == *" $driver "* ]] || echo "$driver"
		done
	done | sort -u
}

# device_options NAME ID DIR: QEMU options, one per line. A disk's image is DIR/ID: if it does not exist,
# make an empty one
device_options() {
	local name drivers behind options option

	read_device "$1"
	case ${behind// /} in
	disk)
		[ -e "$3/$2" ] || truncate -s 64M "$3/$2"
		printf '%s\n' -drive "if=none,id=$2,format=raw,cache=unsafe,file=$3/$2" ;;
	net) printf '%s\n' -netdev "user,id=$2,restrict=on,ipv6=off,guestfwd=tcp:10.0.2.100:7-cmd:cat" ;;
	sound) printf '%s\n' -audiodev "none,id=$2" ;;
	esac
	for option in $options; do
		printf '%s\n' -device "${option//@/$2}"
	done
}
