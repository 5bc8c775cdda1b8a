#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/realm: exit status, output and input of the command, and how a host can end the
# Realm.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

# ends NAME STATUS STDOUT STDERR-PART ARGS...: scripts/realm ARGS ends with STATUS. STDOUT '*'
# accepts any output.
ends() {
	local name=$1 want=$2 stdout=$3 stderr=$4 status=0
	shift 4

	realm "$@" || status=$?
	if [ "$status" != "$want" ]; then
		fail "$name" "exit status $status, not $want
$(tails)"
	elif [ "$stdout" != '*' ] && [ "$(cat "$work/stdout")" != "$stdout" ]; then
		fail "$name" "stdout: '$(cat "$work/stdout")', not '$stdout'"
	elif ! grep -qF -- "$stderr" "$work/stderr" && [ -n "$stderr" ]; then
		fail "$name" "stderr without '$stderr': $(cat "$work/stderr")"
	else
		pass "$name"
	fi
}

ends 'stderr is not a terminal here' 1 '' '' test -t 2
script -qec "'$TOP/scripts/realm' --timeout 600 sh -c 'test -t 2 && echo progress >&2; exit 42'" /dev/null \
	>"$work/stdout" 2>&1 </dev/null
is 'stderr is a terminal if the caller has one' "$? $(tr -d '\r' <"$work/stdout")" '42 progress'
ends 'exit status, stdout and stderr are passed on' 42 out err sh -c 'echo out; echo err >&2; exit 42'
ends 'command killed by a signal' 137 '' '' sh -c 'kill -9 $$'
ends 'command not found' 127 '' 'no-such-command: No such file' no-such-command
ends 'arguments are passed unchanged' 0 $'a b|*|"|\n|$x||' '' printf '%s|' 'a b' '*' '"' $'\n' "\$x" ''
is 'the summary counts host calls' "$(summary '.end, .rhi.HOSTCONF_GET_IPA_CHANGE_ALIGNMENT')" $'power_off\n1'

head -c 300000 /dev/urandom >"$work/file"
realm --file "$work/file:/opt/x/data" --file "$work/file" sh -c 'cmp /opt/x/data /root/file && cat /root/file'
ok 'a large binary file is copied in and out unchanged' cmp "$work/file" "$work/stdout"

# From outside a path is the caller's, and so is where a link leads: not to the sandbox's file.
link=$TOP/build/realm.t/etc
mkdir -p "$TOP/build/realm.t"
ln -sfn /etc "$link"
RHI_ENTERED=1 "$TOP/scripts/realm" --file "$RHI_SHOWN_TOP/build/realm.t/etc/passwd" cat /root/passwd >"$work/stdout"
ok 'a link is followed on the machine of the caller' cmp /host/etc/passwd "$work/stdout"

# through NAME STATUS STDOUT ARGS...: the same, with standard input passed through
through() {
	local name=$1 want=$2 stdout=$3 status=0
	shift 3

	"$TOP/scripts/realm" --timeout 600 "$@" >"$work/stdout" 2>"$work/stderr" || status=$?
	is "$name" "$status $(cat "$work/stdout")" "$want $stdout"
}
through 'stdin is a pipe' 0 $'a\nb' cat < <(printf 'a\nb\n')
through 'stdin is a file, read to its end' 0 "$(md5sum <"$work/file" | cut -d' ' -f1)" \
	sh -c 'md5sum | cut -d" " -f1' <"$work/file"
through 'endless stdin, partly read' 0 y head -n 1 < <(yes)
through 'unread stdin' 3 '' sh -c 'exit 3' < <(yes)
through 'late stdin' 0 'first late' sh -c 'printf "first "; cat' < <(sleep 2; echo late)
through 'closed stdin' 0 '' cat <&-
ln -s "$TOP/scripts/realm" "$work/another name"
(
	umask 077
	export CDPATH=/tmp
	cd "$work" && "./another name" --timeout 600 stat -c %a / /root /etc >"$work/stdout" 2>"$work/stderr"
)
is 'started through a symlink, with CDPATH and umask 077' "$(xargs <"$work/stdout")" '755 755 755'

cp -- "$work/file" "$work/disk"
truncate -s 1M "$work/disk"
# disk DEVICE: print the sum of what was the file, then write over it
disk='
modprobe ext4
until [ -b /dev/$1 ]; do sleep 0.1; done
head -c 300000 /dev/$1 | md5sum | cut -d" " -f1
echo changed | dd of=/dev/$1 conv=fsync 2>/dev/null'
file_sum=$(md5sum <"$work/file" | cut -d' ' -f1)
ends '--disk on nvme, --snapshot: has what the file has' 0 "$file_sum" '' \
	--disk "$work/disk:nvme" --snapshot sh -c "modprobe nvme$disk" sh nvme0n1
ok 'and the file stays as it was' cmp -n 300000 "$work/file" "$work/disk"
ends '--disk: has what the file has' 0 "$file_sum" '' --disk "$work/disk" sh -c "modprobe virtio_blk$disk" sh vda
is 'and keeps what was written' "$(head -c 7 "$work/disk")" changed

ends 'a background job with open stdout does not delay the end' 0 out '' sh -c 'sleep 1000 & echo out'
ends '--append, --smp and --mem' 0 $'1\n4\nyes' '' --append 'some.word=1' --smp 4 --mem 2G \
	sh -c 'grep -c some.word=1 /proc/cmdline; nproc; [ $(awk "/MemTotal/ { print \$2 }" /proc/meminfo) -gt 1500000 ] && echo yes'
ends 'timeout' 124 '' 'within 5 seconds' --timeout 5 sleep 1000
ends 'kernel panic' 123 '*' 'ended before the command did (reset' sh -c 'echo c >/proc/sysrq-trigger; sleep 100'

# At boot the 16K kernel shares 1 MiB for its swiotlb at an address that is not a multiple of
# 64K: test each host's reaction.
sixteen=(--kernel 16k --granule 64k)
ends 'record: the kernel boots' 0 '' '' "${sixteen[@]}" --host record true
is 'record: the request is listed' \
	"$(summary '.misaligned.requests, (.misaligned.list | length), .misaligned.list[0].ripas')" $'1\n1\nEMPTY'
ends 'kill: the host ends the Realm' 123 '' 'host_killed' "${sixteen[@]}" --host kill true
ends 'refuse: the kernel spins' 124 '' 'within 10 seconds' "${sixteen[@]}" --host refuse --timeout 10 true
ends 'destroy: the kernel accesses a destroyed neighbour' 123 '*' 'RIPAS is DESTROYED' "${sixteen[@]}" --host destroy true
is 'destroy: the summary counts destroyed bytes' "$(summary .destroyed_bytes)" 65536
ends '--host LIST and --set' 0 0x20000 '' --host record,step=16k,keep --granule 64k --set rhi.version=0x10000 \
	--rhi version=0x20000,garbage=1 cat /sys/kernel/rhi/hostconf_version
is 'each step is a request of its own' "$(summary '.misaligned.requests > 16')" true
ends 'not a Realm' 0 0 '' --host none sh -c 'dmesg | grep -c RME:; true'

# A kernel of the caller's: Debian's, as if it had been built here. scripts/kbuild keeps what it builds
# against the tree for the next run, so the tree's path must stay the same.
release=$("$TOP/scripts/kernel")
tree=$TOP/build/realm.t/tree
vmlinuz=/usr/lib/modules/$release/vmlinuz
rm -rf -- "$tree"
mkdir -p "$tree/arch/arm64/boot" "$tree/drivers"
cp -rs "$(realpath "/usr/lib/modules/$release/build")/." "$tree/"
rm -- "$tree/Makefile"
printf '%s\n' "KBUILD_OUTPUT=$tree" "include $(realpath "/usr/lib/modules/$release/source")/Makefile" >"$tree/Makefile"
ln -s "$vmlinuz" "$tree/arch/arm64/boot/Image"
mkdir -p "$work/drivers/usr/lib"
ln -s usr/lib "$work/drivers/lib"
"$TOP/tests/guest/drivers" / "$release" "$work/drivers" ahci sd_mod 2>/dev/null
mv -- "$work/drivers/lib/modules/$release/kernel"/*.ko "$tree/drivers/"
(cd "$tree" && printf '%s\n' drivers/*.ko | sed 's/ko$/o/' >modules.order)
cp -- "/usr/lib/modules/$release"/modules.builtin{,.modinfo} "$tree/"

ends 'a build tree: its drivers, and rhi_probe for it' 0 $'65536\nahci' '' --kernel "$tree" --granule 64k \
	--device ahci sh -c 'cat /sys/kernel/rhi/granule; modprobe -a ahci sd_mod; ls /sys/bus/pci/drivers | grep ahci'
ends 'a tree without this driver' 125 '' 'lacks a driver of nvme' --kernel "$tree" --device nvme true
rm -- "$tree/arch/arm64/module.lds"
(cd "$tree" && realm --kernel . -- sh -c '[ ! -e /sys/module/rhi_probe ]')
is 'a tree that is not prepared for modules boots without rhi_probe, and says why' \
	"$? $(sed 's/ \/.* is / TREE is /' "$work/stderr")" \
	"0 realm: no rhi_probe for this kernel: TREE is not prepared for modules: run 'make ARCH=arm64 modules_prepare' there"
gzip -1 <"$vmlinuz" >"$work/my Image.gz"
ends 'an Image.gz, without modules' 0 "$release" '' --kernel "$work/my Image.gz" \
	sh -c '[ ! -e /sys/module/rhi_probe ] && uname -r'

# An initramfs of the caller's
mkdir -p "$work/initrd/bin"
cp /usr/bin/busybox "$work/initrd/bin/"
ln -s busybox "$work/initrd/bin/false"
printf '%s\n' '#!/bin/busybox sh' 'echo "this is /init"' 'exec busybox poweroff -f' >"$work/initrd/init"
chmod +x "$work/initrd/init"
(cd "$work/initrd" && find . | cpio --quiet -o -H newc | gzip -1 >"$work/my initrd")
ends '--initrd: ends with 0 when it powers off' 0 '*' '' --initrd "$work/my initrd"
is '--initrd: its console is on stdout, without the summary' \
	"$(tr -d '\r' <"$work/stdout" | grep -acx 'this is /init') $(grep -ac '"schema"' "$work/stdout")" '1 0'
ends '--initrd: ends with 123 when it panics' 123 '*' 'the Realm ended (reset' --initrd "$work/my initrd" \
	--append rdinit=/bin/false

# gdb PACKET: send it to QEMU's stub, and print the answer to it
gdb() {
	local answer i sum=0

	for ((i = 0; i < ${#1}; i++)); do sum=$(((sum + $(printf %d "'${1:i:1}")) % 256)); done
	printf '+$%s#%02x' "$1" $sum >&"$stub"
	IFS= read -r -t 1200 -d '#' -u "$stub" answer
	read -r -t 10 -N 2 -u "$stub"
	echo "${answer#*\$}"
}
port=$((20000 + RANDOM % 12000))
realm --smp 1 --gdb=$port -- sh -c 'grep -c nokaslr /proc/cmdline; exit 42' &
pid=$!
for ((i = 0; i < 1200; i++)); do
	{ exec {stub}<>/dev/tcp/127.0.0.1/$port; } 2>/dev/null && break
	sleep 0.5
done
is '--gdb: waits for gdb' "$(gdb '?' | cut -c 1-3)" T05
is '--gdb: hardware breakpoints' "$(gdb Z1,48000000,4)" OK
is '--gdb: stops at the kernel'\''s first instruction' "$(gdb c | cut -c 1-3) $(gdb p20)" 'T05 0000004800000000'
gdb z1,48000000,4 >/dev/null
end=$(gdb c)
status=0
wait $pid || status=$?
is '--gdb: the Realm ends as usual' "$end $status $(cat "$work/stdout")" 'W00 42 1'
exec {stub}>&-

# usage NAME MESSAGE-PART ARGS...: a usage error, before the Realm is started
usage() {
	local name=$1 part=$2
	shift 2
	ends "$name" 125 '' "$part" "$@"
}
usage 'unknown option' "unknown option '--foo'" --foo true
usage 'missing option value' '--granule needs a value' --granule
usage 'zero CPUs' '1 to 8' --smp 0 true
usage 'too many CPUs' '1 to 8' --smp 9 true
usage 'too little memory' '512M to 16G' --mem 1M true
usage 'invalid memory size' '512M to 16G' --mem lots true
usage 'zero timeout' '1 to 86400' --timeout 0 true
usage 'unknown device: lists known devices' 'xhci_pci usb_storage sd_mod' --device floppy true
usage 'missing disk' 'no such file' --disk /no/such/file true
usage 'disk on a device that is none' 'e1000e is not a disk' --disk "$work/disk:e1000e" true
usage 'read-only disk' 'add --snapshot' --disk /host/etc/passwd true
usage 'disk without a system' 'no /boot/vmlinuz-*' --boot "$work/disk" true
usage 'two disks to boot from' 'only one disk' --boot "$work/disk" --boot "$work/disk" true
usage 'files for a system on a disk' 'omit --kernel' --boot "$work/disk" --file "$work/file" true
usage 'device without a driver in this kernel' 'lacks a driver of igb' --kernel debug --device igb true
usage 'missing file' 'no such file' --file /no/such/file true
usage 'missing module' 'no such file' --module no.ko true
usage 'relative destination' 'must begin with /' --file "$work/file:x" true
usage 'missing kernel' 'no such file' --kernel /no/such/file true
usage 'not a kernel' 'README.md is not an arm64 kernel' --kernel "$TOP/README.md" true
usage 'tree that is not built' "run 'make ARCH=arm64 Image modules'" --kernel "$TOP" true
usage 'command for an initramfs' 'omit CMD' --initrd "$work/my initrd" true
usage 'missing initramfs' 'no such file' --initrd /no/such/file
usage 'no port' 'expected a port' --gdb=0 true
usage 'unknown kernel' "no kernel '9.9.9'" --kernel 9.9.9 true
usage 'kernel release not in the archive' 'the archive' --kernel 6.18.15+deb13-arm64-77k true
truncate -s 600M "$work/huge"
usage 'files too large for memory' 'do not fit' --mem 512M --file "$work/huge" true
usage 'shell without a terminal' 'a shell needs a terminal'

# The simulator checks its configuration before it starts the Realm.
usage 'invalid granule' '"granule=many": granule expects a size' --granule many true
usage 'unknown policy' '"host=nice": host expects lenient, record' --host step=4k,nice true
usage 'unknown key' '"rhi.colour=1": unknown key' --rhi colour=1 true
usage 'setting without a value' '"cpus": expected key=value' --set cpus true
usage 'unknown version of the RMM' 'rmm expects 1.0 or 2.0' --rmm 1.1 true
usage 'RMM 2.0, 2M' 'granule= must be 4096, 16384 or 65536 with rmm=2.0' --rmm 2.0 --granule 2M true
usage 'RMM 2.0, destroy' 'host=destroy needs rmm=1.0' --rmm 2.0 --host destroy true

done_testing
