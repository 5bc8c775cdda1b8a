# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# scripts/realm --bundle: a kernel and an initramfs for a Realm of any machine, instead of a boot here. scripts/realm
# sources this file, and sets the variables that it uses.

BUNDLE_MODULES=(rsi_contract pool_test contract)

# options_of_bundle: refuse options that only a boot here can have, and set this bundle's defaults
options_of_bundle() {
	local option

	for option in boot initrd gdb snapshot timeout out; do
		[ -z "${!option}" ] || usage_error "--bundle starts nothing: omit --$option"
	done
	[ ${#disks[@]} = 0 ] || usage_error "--bundle takes no disk along: omit --disk, and give the disk to the machine that starts the bundle"
	[ ${#command[@]} != 0 ] || [[ "$append " =~ \ selftest[=\ ] ]] || append+=" selftest"
	[ ${#command[@]} = 0 ] || [[ ! "$append " =~ \ selftest[=\ ] ]] ||
		usage_error "--append selftest runs the self-test, not ${command[0]}: omit one of them"
	[ ${#devices[@]} != 0 ] || devices=(virtio-blk virtio-net virtio-rng)
	mem=${mem:-$((${#packages[@]} ? 2048 * MIB : 512 * MIB))}
}

# pack_bundle DIR: put what runs in the bundle's Realm into its own archive. CMD becomes a line of shell, because
# it runs on the console.
pack_bundle() {
	local own=$1 guest=$TOP/tests/guest name dir

	[[ "$append " != *" realm.noprobe "* ]] ||
		die "--bundle: no rhi_probe for this kernel: give a version, or a build tree that it can be built for"
	mkdir -p "$own/etc/realm"
	[ ${#command[@]} = 0 ] || printf '%q ' "${command[@]}" >"$own/etc/realm/command"
	cp -- "$guest/bundle/console" "$guest/bundle/selftest" "$own/"
	cp -- "$guest/bundle/ktap.sh" "$guest/contract/compare.sh" "$guest/contract/expected-differences" \
		"$guest/splat" "$own/usr/lib/"
	for name in "${BUNDLE_MODULES[@]}"; do
		dir=$("$TOP/scripts/kbuild" --kernel "${tree:-$release}" "$guest/$name")
		aarch64_strip --strip-debug -o "$own/root/$name.ko" "$dir/$name.ko"
	done
}

aarch64_strip() { if [ "$(uname -m)" = aarch64 ]; then strip "$@"; else aarch64-linux-gnu-strip "$@"; fi; }

# stand_in: print QEMU's command line with paths inside of the bundle, an option a line
stand_in() {
	local word line=''

	for word in "${qemu[@]}"; do
		word=${word//"$work/initrd"/initramfs.cpio}
		word=${word//"$image"/Image}
		word=${word//"$work/"/stand-in/}
		word=${word//"$TOP/build/realm/"/stand-in/}
		[[ $word =~ ^[A-Za-z0-9_./,:=+@-]+$ ]] || word=$(printf '%q' "$word")
		if [[ $word == -* && -n $line ]]; then
			printf '%s \\\n    ' "$line"
			line=$word
		else
			line+=${line:+ }$word
		fi
	done
	echo "$line"
}

# page: print docs/genuine.md with the words between @ replaced
page() {
	local text

	text=$(<"$TOP/docs/genuine.md")
	text=${text//@release@/"$release"}
	text=${text//@version@/"${RHI_VERSION:-$("$TOP/scripts/version")}"}
	text=${text//@image-size@/"$(size_of "$bundle/Image")"}
	text=${text//@initramfs-size@/"$(size_of "$bundle/initramfs.cpio")"}
	text=${text//@memory@/"$((mem / MIB))"}
	text=${text//@cpus@/"$smp"}
	text=${text//@arguments@/"${append# }"}
	text=${text//@bootargs@/"$(fdtget -t s "$work/dtb" /chosen bootargs)"}
	text=${text//@stand-in@/"$(stand_in)"}
	printf '%s\n' "$text"
}

size_of() { numfmt --to=iec --suffix=B "$(stat -c %s "$1")"; }

# write_bundle: write DIR
write_bundle() {
	local file

	mkdir -p "$bundle/stand-in" 2>/dev/null ||
		die "--bundle $bundle: expected a directory below the project or the cache"
	{
		cp -- "$image" "$bundle/Image" &&
			cp -- "$work/initrd" "$bundle/initramfs.cpio" &&
			cp -- "$TOP/build/realm/realm.elf" "$work/config" "$work/dtb" "$bundle/stand-in/" &&
			for file in "$work"/{firmware,device*}; do
				[ ! -e "$file" ] || cp --sparse=always -- "$file" "$bundle/stand-in/" || break
			done &&
			page >"$bundle/README.md"
	} || die "--bundle $bundle: cannot write: see the message above"
	result "$(realpath -- "$bundle")"
}
