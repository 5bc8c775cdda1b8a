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
	[[ "$append " != *" realm.noprobe "* ]] || usage_error "--bundle needs rhi_probe: omit realm.noprobe"
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

	grep -qsaF updates/rhi_probe.ko "$modules_archive" ||
		die "--bundle needs rhi_probe: give a version, or a build tree that it can be built for"
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
	text=${text//@arguments@/"$(quoted "${append# }")"}
	text=${text//@bootargs@/"$(quoted "$(fdtget -t s "$work/dtb" /chosen bootargs)")"}
	text=${text//@stand-in@/"$(stand_in)"}
	printf '%s\n' "$text"
}

# quoted TEXT: for the inside of double quotes in the shell
# shellcheck disable=SC2001,SC2016 # the pattern needs sed
quoted() { sed 's/[\\"$`]/\\&/g' <<<"$1"; }

size_of() { numfmt --to=iec --suffix=B "$(stat -c %s "$1")"; }

# prepare_bundle: make DIR, and remove an older bundle from it
prepare_bundle() {
	is_kept "$bundle" && mkdir -p "$bundle" || die "--bundle $bundle: expected a directory below the project or the cache"
	[ -d "$bundle/stand-in" ] || [ -z "$(ls -A -- "$bundle")" ] ||
		die "--bundle $bundle: there is something else in this directory: give an empty or a new one"
	rm -rf -- "$bundle"/{Image,initramfs.cpio,README.md,stand-in}
}

# write_bundle: write DIR; README.md last, so that it marks a complete bundle
write_bundle() {
	local file files=("$TOP/build/realm/realm.elf" "$work/config" "$work/dtb")

	for file in "$work"/{firmware,device*}; do
		[ ! -e "$file" ] || files+=("$file")
	done
	mkdir "$bundle/stand-in" &&
		cp -- "$image" "$bundle/Image" &&
		cp -- "$work/initrd" "$bundle/initramfs.cpio" &&
		cp --sparse=always -- "${files[@]}" "$bundle/stand-in/" &&
		page >"$bundle/README.md" ||
		die "--bundle $bundle: cannot write: see the message above"
	result "$(realpath -- "$bundle")"
}
