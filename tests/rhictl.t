#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rhictl, built with ASan and UBSan, against captured trees. A case is a line of
# a table, with the exit status it must have; what it prints is compared with
# tests/expected/NAME.{out,json,err}, where a missing file stands for nothing.
# Text and --json have the same .err. --update rewrites these files (and never
# the status): read the diff.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"

update=
case ${1-} in
--update) update=1 ;;
?*) echo "usage: $0 [--update]" >&2; exit 2 ;;
esac

build=$(realpath -m "${O:-$here/../build}")/tools-asan
work=$(mktemp -d) || exit 1
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
chmod 755 "$work"

if ! make -s -C "$here/../tools" O="$build" SANITIZE=1 >"$work/log" 2>&1; then
	fail "build" "$(cat "$work/log")"
	done_testing
fi
# Here also a user who has no rights in the build directory finds it.
mkdir "$work/bin"
cp "$build/rhictl" "$work/bin/"

export LC_ALL=C
# A status that rhictl itself never uses, so that no report of a sanitizer looks like an error it found.
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1

# expect NAME FILE EXTENSION: compares FILE with the expectation
expect() {
	local want=$here/expected/$1.$3

	if [[ $update ]]; then
		if [[ -s $2 ]]; then cp "$2" "$want"; else rm -f "$want"; fi
	fi
	[[ -e $want ]] || want=/dev/null
	diff -u --label "expected .$3" --label "seen" "$want" "$2"
}

# golden NAME EXTENSION STATUS COMMAND...: what it printed stays in $work/NAME.*
golden() {
	local name=$1 ext=$2 status=$3 to=$work/$1.$2 rc wrong
	shift 3

	"$@" >"$to.out" 2>"$to.err" </dev/null
	rc=$?
	wrong=$(
		expect "$name" "$to.out" "$ext"
		expect "$name" "$to.err" err
		((rc == status)) || echo "exit status $rc, expected $status"
	)
	if [[ ! $wrong ]]; then pass "$name $ext"; else fail "$name $ext" "$wrong"; fi
}

# What schema 2 promises, whatever the values.
# shellcheck disable=SC2016 # $ is jq's
defs='
def hex: type == "string" and test("^0x[0-9a-f]+$");
def null_or(f): . == null or f;
def count: type == "number" and . >= 0;
'
# shellcheck disable=SC2016
info_schema=$defs'
.schema == 2
and (keys == ["calls", "families", "granule_bytes", "granule_source", "hostconf", "kernel_granule_bytes", "kernel_granule_function", "meaning",
	"page_size_bytes", "parameters", "schema", "status", "swiotlb", "unread_path"])
and (.status | test("^[a-z_]+$"))
and (.meaning | length > 0)
and (.granule_bytes | null_or(. >= 4096))
and (.granule_source | IN("host", "page_size", "parameter", "unknown"))
and ((.granule_bytes == null) == (.granule_source == "unknown"))
and (.page_size_bytes | null_or(. >= 4096))
and (.kernel_granule_bytes | null_or(. > 0)) and (.kernel_granule_function | null_or(length > 0))
and (.hostconf | (.version, .features, .ipa_change_alignment | null_or(hex))
	and (.feature_names | null_or(type == "array")))
and (.parameters | null_or((.granule_bytes | null_or(count)) and (.force | type == "boolean")))
and (.families | null_or(all(.[];
	((.status == "ok") == (.version != null and .features != null)) and (.version | null_or(hex))
	and (.features | null_or(all(.[]; hex))))))
and (.calls | null_or(all(.[];
	(.seq | count) and (.duration_ns | count) and (.fid | hex) and (.answer | null_or(hex)))))
and (.swiotlb | null_or((keys == ["grows", "peak_bytes", "pools", "size_bytes", "transient_bytes", "used_bytes"])
	and (.size_bytes | count) and (.used_bytes, .peak_bytes, .transient_bytes | null_or(count))
	and ((.grows == null) == (.pools == null))
	and (.pools | null_or(all(.[]; (.start, .end | hex) and (.size_bytes | count) and (.misaligned_bytes | null_or(count)))))))
and (.unread_path != null or (.families != null and .calls != null))
'
hook_schema=$defs'
.schema == 2
and (keys == ["devices", "early_devices", "redirected_calls", "schema", "state", "unread_path"])
and (.state | IN("on", "draining", "off"))
and ((.unread_path == null) == (.devices != null and .redirected_calls != null))
and (.early_devices | null_or(all(.[]; length > 0)))
and (.redirected_calls | null_or(all(.[]; null_or(count))))
and (.devices | null_or(all(.[];
	(.buffer_used_bytes <= .buffer_shared_bytes) and (.pools, .pool_used_bytes, .pool_shared_bytes | count))))
'

audit_schema=$defs'
def range: (.start, .end | hex) and .size_bytes > 0;
.schema == 2
and (keys == ["changed_runs", "destroyed_bytes", "destroyed_runs",
	"duration_ns", "findings", "granule_bytes", "ipa_bits", "map", "meaning",
	"misaligned_granules", "misaligned_private_bytes", "misaligned_runs", "private_bytes", "ram", "rsi_calls", "runs", "schema",
	"shared_bytes", "truncated", "verdict", "walks"])
and (.verdict | IN("aligned", "misaligned", "destroyed"))
and ((.verdict == "aligned") == (.findings == []))
and ((.verdict == "misaligned") == (.misaligned_runs > 0))
and (.granule_bytes | null_or(. >= 4096))
and (.findings | length) == .misaligned_runs + .destroyed_runs
and all(.findings[]; range and (.kind | IN("misaligned", "destroyed"))
	and ((.private_bytes == null) == (.kind == "destroyed"))
	and all(.owners[]; range and (.text | length > 0)))
and all(.ram[]; range)
and all(.map[]; range and (.state | IN("EMPTY", "RAM", "DESTROYED", "DEV")))
and (.truncated | type == "boolean")
and (.misaligned_runs, .changed_runs, .rsi_calls, .walks, .duration_ns | count)
'

# Unprivileged, for what root may read anyway.
as_user=()
can_be_user=1
if ((EUID == 0)); then
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups --)
	"${as_user[@]}" true 2>/dev/null || can_be_user=
fi

# NAME | exit status | a tree in sysroot/ | what is done to a copy of it, in its top directory
trees='
ok-64k                 | 0 | ok-64k            |
ok-4k                  | 0 | ok-4k             |
ok-16k-page            | 0 | ok-16k-page       |
ok-parameter           | 0 | ok-parameter      |
not_supported          | 0 | not_supported     |
no_alignment           | 0 | no_alignment      |
bad_version            | 2 | bad_version       |
invalid_alignment      | 2 | invalid_alignment |
invalid-parameter      | 0 | invalid_alignment-parameter |
invalid-zero           | 2 | invalid_alignment | echo 0x0 >$rhi/ipa_change_alignment
invalid-small          | 2 | invalid_alignment | echo 0x800 >$rhi/ipa_change_alignment
invalid-unsupported    | 2 | invalid_alignment | echo 0xffffffffffffffff >$rhi/ipa_change_alignment
invalid-large          | 2 | invalid_alignment | echo 0x4000000000000000 >$rhi/ipa_change_alignment
call_failed            | 2 | call_failed       |
not_realm              | 0 | not_realm         |
not_loaded             | 4 | not_loaded        |
version-wide           | 2 | bad_version       | echo 0x100000000 >$rhi/hostconf_version
features-unknown       | 0 | ok-4k             | echo 0x8000000000000003 >$rhi/hostconf_features
no-newline             | 0 | ok-64k            | printf ok >$rhi/status
without-debugfs        | 0 | ok-64k            | rm -r $debug
without-debugfs-page   | 0 | ok-16k-page       | rm -r $debug
without-debugfs-param  | 0 | ok-parameter      | rm -r $debug
features-refused       | 0 | no_alignment      | echo 0xffffffffffffffff >$rhi/hostconf_features
without-calls          | 0 | ok-64k            | rm $debug/calls
without-parameters     | 0 | ok-64k            | rm -r sys/module
only-sysfs-param       | 0 | invalid_alignment-parameter | rm -r sys/module $debug
debugfs-for-root       | 0 | ok-64k            | chmod 0 sys/kernel/debug; user=1
debugfs-new-key        | 0 | ok-4k             | echo "colour green" >>$debug/hostconf
families-new           | 0 | ok-4k             | echo "NEW 0x20001 0x1,0x2,0x3,0x4" >>$debug/families
kernel-none            | 0 | ok-64k            | kernel 0 none
kernel-agrees          | 0 | ok-64k            | kernel 65536 "65536 cc_shared_granule_size agrees"
kernel-larger          | 0 | ok-4k             | kernel 65536 "65536 cc_shared_granule_size agrees"
kernel-small           | 0 | ok-64k            | kernel 4096 "4096 cc_shared_granule_size too_small"
kernel-page            | 0 | ok-16k-page       | kernel 4096 "4096 cc_shared_granule_size invalid"
kernel-odd             | 0 | ok-64k            | kernel 18446744073709551615 "18446744073709551615 cc_shared_granule_size invalid"
kernel-zero            | 0 | ok-64k            | kernel 0 "0 cc_shared_granule_size invalid"
kernel-unknown         | 2 | bad_version       | kernel 4096 "4096 mem_decrypt_granule_size unknown"
kernel-not-asked       | 0 | ok-64k            | kernel 0 "0 rhi_get_ipa_change_alignment not_asked"
kernel-without-debugfs | 0 | ok-64k            | kernel 4096 none; rm -r $debug
kernel-new-word        | 0 | ok-64k            | kernel 65536 "65536 a splendid"
calls-large            | 0 | ok-4k             | echo "18446744073709551615 0xffffffffffffffff A 9 0xffffffffffffffff 18446744073709551615" >>$debug/calls

status-missing         | 1 | ok-64k            | rm $rhi/status
status-empty           | 1 | ok-64k            | : >$rhi/status
status-blank           | 1 | ok-64k            | echo >$rhi/status
status-unknown         | 1 | ok-64k            | echo splendid >$rhi/status
status-junk            | 1 | ok-64k            | echo ok so far >$rhi/status
status-case            | 1 | ok-64k            | echo OK >$rhi/status
status-two-lines       | 1 | ok-64k            | printf "ok\nok\n" >$rhi/status
status-directory       | 1 | ok-64k            | rm $rhi/status; mkdir $rhi/status
status-fifo            | 1 | ok-64k            | rm $rhi/status; mkfifo $rhi/status
status-link-out        | 1 | ok-64k            | ln -sf "$work/outside" $rhi/status
status-link-up         | 1 | ok-64k            | ln -sf ../../../../../../outside $rhi/status
rhi-loop               | 1 | ok-64k            | rm -r $rhi; ln -s rhi $rhi
rhi-file               | 1 | ok-64k            | rm -r $rhi; echo >$rhi
rhi-unreadable         | 1 | ok-64k            | chmod 0 $rhi; user=1
granule-missing        | 1 | ok-64k            | rm $rhi/granule
granule-empty          | 1 | ok-64k            | : >$rhi/granule
granule-junk           | 1 | ok-64k            | echo 65536 bytes >$rhi/granule
granule-hex            | 1 | ok-64k            | echo 0x10000 >$rhi/granule
granule-negative       | 1 | ok-64k            | echo -4096 >$rhi/granule
granule-blank          | 1 | ok-64k            | echo " 65536" >$rhi/granule
granule-odd            | 1 | ok-64k            | echo 65535 >$rhi/granule
granule-small          | 1 | ok-64k            | echo 2048 >$rhi/granule
granule-65-bits        | 1 | ok-64k            | echo 18446744073709551616 >$rhi/granule
granule-padded         | 1 | ok-64k            | truncate -s 100 $rhi/granule
granule-tar            | 1 | ok-64k            | truncate -s 4096 $rhi/granule
granule-not-ascii      | 1 | ok-64k            | printf "65536\303\244\n" >$rhi/granule
granule-delete         | 1 | ok-64k            | printf "65536\177\n" >$rhi/granule
granule-escape         | 1 | ok-64k            | printf "\033[2J\n" >$rhi/granule
granule-long           | 1 | ok-64k            | printf "%0128d" 65536 >$rhi/granule
granule-huge           | 1 | ok-64k            | truncate -s 1T $rhi/granule
granule-0-but-ok       | 1 | ok-64k            | echo 0 >$rhi/granule
granule-but-unknown    | 1 | bad_version       | echo 4096 >$rhi/granule
version-missing        | 1 | ok-64k            | rm $rhi/hostconf_version
version-decimal        | 1 | ok-64k            | echo 65536 >$rhi/hostconf_version
version-0x             | 1 | ok-64k            | echo 0x >$rhi/hostconf_version
version-65-bits        | 1 | ok-64k            | echo 0x10000000000000000 >$rhi/hostconf_version
features-junk          | 1 | ok-64k            | echo 0x1z >$rhi/hostconf_features
alignment-twice-0x     | 1 | ok-64k            | echo 0x0x1000 >$rhi/ipa_change_alignment
parameter-junk         | 1 | ok-64k            | echo 64K >sys/module/rhi_probe/parameters/granule
force-missing          | 1 | ok-64k            | rm sys/module/rhi_probe/parameters/force
force-junk             | 1 | ok-64k            | echo maybe >sys/module/rhi_probe/parameters/force
source-unknown         | 1 | ok-64k            | echo "granule_source oracle" >>$debug/hostconf
source-contradicts     | 1 | ok-64k            | echo "granule_source unknown" >>$debug/hostconf
page_size-junk         | 1 | ok-64k            | echo "page_size 5000" >>$debug/hostconf
hostconf-no-value      | 1 | ok-64k            | echo "version" >>$debug/hostconf
kernel-junk            | 1 | ok-64k            | kernel many none
kernel-hex             | 1 | ok-64k            | kernel 4096 "0x1000 cc_shared_granule_size agrees"
kernel-one-word        | 1 | ok-64k            | kernel 4096 4096
kernel-two-words       | 1 | ok-64k            | kernel 4096 "4096 cc_shared_granule_size"
kernel-four-words      | 1 | ok-64k            | kernel 4096 "4096 cc_shared_granule_size agrees now"
kernel-name            | 1 | ok-64k            | kernel 4096 "4096 cc*shared agrees"
kernel-name-long       | 1 | ok-64k            | kernel 4096 "4096 $(printf %048d 0) agrees"
families-short         | 1 | ok-64k            | echo "DA 0x10000" >>$debug/families
families-name          | 1 | ok-64k            | echo "D*A 0x10000 0x1" >>$debug/families
families-version       | 1 | ok-64k            | echo "DA 1.0 0x1" >>$debug/families
families-word          | 1 | ok-64k            | echo "DA 0x10000 ?" >>$debug/families
families-no-version    | 1 | ok-64k            | echo "DA not_supported 0x1" >>$debug/families
families-five-words    | 1 | ok-64k            | echo "DA 0x10000 0x1,0x2,0x3,0x4,0x5" >>$debug/families
families-comma         | 1 | ok-64k            | echo "DA 0x10000 0x1," >>$debug/families
families-empty         | 1 | ok-64k            | : >$debug/families
calls-short            | 1 | ok-64k            | echo "9 0xc500004e A SUCCESS 0x1" >>$debug/calls
calls-junk             | 1 | ok-64k            | echo "9 0xc500004e A SUCCESS 0x1 12 13" >>$debug/calls
calls-answer           | 1 | ok-64k            | echo "9 0xc500004e A SUCCESS ? 12" >>$debug/calls
calls-name-long        | 1 | ok-64k            | echo "9 0xc500004e AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA SUCCESS 0x1 12" >>$debug/calls
calls-huge             | 1 | ok-64k            | yes "1 0xc500004e A SUCCESS none 1" | head -3000 >$debug/calls
bounce                 | 0 | ok-64k            | bounce 1048576 4096 none 0 0 "0x82a80000 0x82b80000 1048576 0"
bounce-misaligned      | 0 | ok-64k            | bounce 1048576 0 65536 0 0 "0x8787c000 0x8797c000 1048576 65536"
bounce-grows           | 0 | ok-64k            | bounce 3145728 2097152 3145728 1 4096 "0x82a80000 0x82b80000 1048576 0" "0x90000000 0x90200000 2097152 0"
bounce-no-granule      | 2 | bad_version       | bounce 1048576 0 0 0 0 "0x82a80000 0x82b80000 1048576 none"
bounce-none            | 0 | ok-64k            | echo "size_bytes 0" >$debug/swiotlb
bounce-kernel          | 0 | ok-64k            | mkdir $swiotlb; echo 512 >$swiotlb/io_tlb_nslabs; echo 2 >$swiotlb/io_tlb_used; echo 0 >$swiotlb/io_tlb_used_hiwater
bounce-kernel-junk     | 0 | ok-64k            | mkdir $swiotlb; echo many >$swiotlb/io_tlb_nslabs
bounce-new-key         | 0 | ok-64k            | bounce 1048576 4096 none 0 0 "0x82a80000 0x82b80000 1048576 0"; echo "colour green" >>$debug/swiotlb
bounce-junk            | 1 | ok-64k            | echo "size_bytes many" >$debug/swiotlb
bounce-grows-junk      | 1 | ok-64k            | echo "grows 2" >$debug/swiotlb
bounce-pool-short      | 1 | ok-64k            | echo "pool 0x1000 0x2000 4096" >$debug/swiotlb
bounce-pool-long       | 1 | ok-64k            | echo "pool 0x1000 0x2000 4096 0 0" >$debug/swiotlb
bounce-pool-back       | 1 | ok-64k            | echo "pool 0x2000 0x1000 4096 0" >$debug/swiotlb
bounce-pool-size       | 1 | ok-64k            | echo "pool 0x1000 0x2000 4097 0" >$debug/swiotlb
bounce-pool-more       | 1 | ok-64k            | echo "pool 0x1000 0x2000 4096 4097" >$debug/swiotlb
bounce-pools-many      | 1 | ok-64k            | yes "pool 0x1000 0x2000 4096 0" | head -1025 >$debug/swiotlb
'

# What a tree must not reach: with it, status-link-* would be good.
echo ok >"$work/outside"

# bounce SIZE USED PEAK GROWS TRANSIENT POOL...: the module's report of the bounce buffer
# shellcheck disable=SC2317 # an edit calls it
bounce() {
	printf '%s %s\n' size_bytes "$1" used_bytes "$2" peak_bytes "$3" grows "$4" transient_bytes "$5" >sys/kernel/debug/rhi/swiotlb
	[ -z "${6-}" ] || printf 'pool %s\n' "${@:6}" >>sys/kernel/debug/rhi/swiotlb
}

# kernel BYTES TEXT: the granule of the kernel's own function, in sysfs and in hostconf
# shellcheck disable=SC2317 # an edit calls it
kernel() {
	echo "$1" >sys/kernel/rhi/kernel_granule
	echo "kernel_granule $2" >>sys/kernel/debug/rhi/hostconf
}

# tree_case NAME TREE EDIT: a copy of the tree, edited, in the current directory; $user says whether
# an unprivileged user is to read it. Fails, and was said, where there is none.
tree_case() {
	local name=$1 tree=$2 edit=$3 dir=$work/trees/$1 rhi debug parameters swiotlb log symbols

	user=
	mkdir -p "$dir"
	cp -r "$here/sysroot/$tree" "$dir/tree"
	cd "$dir/tree" || exit 1
	# shellcheck disable=SC2034 # for the edit
	rhi=sys/kernel/rhi debug=sys/kernel/debug/rhi parameters=sys/module/rhi_probe/parameters \
		swiotlb=sys/kernel/debug/swiotlb log=var/log/dmesg symbols=proc/kallsyms
	eval "$edit"
	cd .. || exit 1
	[[ ! $user || $can_be_user ]] || { skip "$name" "cannot become an unprivileged user"; return 1; }
}

# tree_cases TABLE SCHEMA COMMAND...
tree_cases() {
	local table=$1 schema=$2 name status tree edit user run
	shift 2

	while IFS='|' read -r name status tree edit; do
		name=${name// /} status=${status// /} tree=${tree// /}
		[[ $name ]] || continue
		tree_case "$name" "$tree" "$edit" || continue
		run=(timeout 20 "$work/bin/rhictl" "$@" --sysroot tree)
		[[ ! $user ]] || run=("${as_user[@]}" "${run[@]}")
		golden "$name" out "$status" "${run[@]}"
		golden "$name" json "$status" "${run[@]}" --json
		[[ ! -s $work/$name.json.out ]] || ok "$name schema" jq -e "$schema" "$work/$name.json.out"
	done <<<"$table"
}

tree_cases "$trees" "$info_schema" info

hooks='
hook-on                | 0 | hook-on           |
hook-draining          | 0 | hook-draining     |
hook-off               | 0 | hook-off          |
hook-not_loaded        | 4 | not_loaded        |
hook-sysfs-on          | 0 | hook-on           | rm -r $debug
hook-sysfs-draining    | 0 | hook-draining     | rm -r $debug
hook-without-pools     | 0 | hook-on           | rm $debug/pools
hook-for-root          | 0 | hook-on           | chmod 0 sys/kernel/debug; user=1
hook-new-key           | 0 | hook-on           | echo "colour 7" >>$debug/hook; echo "colour green" >>$debug/pools
hook-native            | 0 | hook-on           | echo "0000:00:02.0 - - - - - - native a pool" >>$debug/pools
hook-name-blanks       | 0 | hook-on           | echo "a 16 1 4096 1 65536 0 shared a 1 2 3 4 shared b" >>$debug/pools
hook-large             | 0 | hook-on           | echo "a 18446744073709551614 18446744073709551615" >>$debug/hook

hook-parameter-missing | 1 | hook-on           | rm $parameters/hook
hook-parameter-junk    | 1 | hook-on           | echo maybe >$parameters/hook
hook-state-unknown     | 1 | hook-on           | echo "state odd" >>$debug/hook
hook-contradicts       | 1 | hook-on           | echo off >$parameters/hook
hook-contradicts-off   | 1 | hook-off          | echo on >$parameters/hook
hook-no-value          | 1 | hook-on           | echo "dma_alloc_attrs" >>$debug/hook
hook-calls-junk        | 1 | hook-on           | echo "dma_alloc_attrs many" >>$debug/hook
hook-function-junk     | 1 | hook-on           | echo "dma.alloc 1" >>$debug/hook
hook-used-more         | 1 | hook-on           | echo "a 65537 65536" >>$debug/hook
hook-four-words        | 1 | hook-on           | echo "a 1 65536 1" >>$debug/hook
hook-device-long       | 1 | hook-on           | echo "$(printf %064d 0) 1 65536" >>$debug/hook
hook-early             | 0 | hook-on           | printf "early_devices 2\nearly 0000:00:03.0\nearly a b\n" >>$debug/hook
hook-early-none        | 0 | hook-on           | echo "early_devices 0" >>$debug/hook
hook-early-junk        | 1 | hook-on           | echo "early_devices some" >>$debug/hook
hook-early-long        | 1 | hook-on           | echo "early $(printf %064d 0)" >>$debug/hook
hook-empty             | 1 | hook-on           | : >$debug/hook
hook-pools-short       | 1 | hook-on           | echo "a 16 1 4096 1 65536 0 shared" >>$debug/pools
hook-pools-kind        | 1 | hook-on           | echo "a 16 1 4096 1 65536 0 secret b" >>$debug/pools
hook-pools-junk        | 1 | hook-on           | echo "a 16 x 4096 1 65536 0 shared b" >>$debug/pools
hook-pools-huge        | 1 | hook-on           | yes "a 16 1 4096 1 65536 0 shared b" | head -3000 >>$debug/pools
'
tree_cases "$hooks" "$hook_schema" hook status

audits='
audit-aligned            | 0 | audit-aligned       |
audit-misaligned           | 2 | audit-misaligned      |
audit-destroyed        | 2 | audit-destroyed   |
audit-failed           | 1 | audit-failed      |
audit-unknown          | 4 | audit-unknown     |
audit-not_realm        | 4 | audit-not_realm   |
audit-not_loaded       | 4 | not_loaded        |
audit-new-key          | 0 | audit-aligned       | echo "colour green" >>$debug/audit
audit-kernel           | 0 | audit-aligned       | echo "kernel_granule 65536 cc_shared_granule_size agrees" >>$debug/audit
audit-kernel-small     | 2 | audit-misaligned      | echo "kernel_granule 4096 cc_shared_granule_size too_small" >>$debug/audit
audit-kernel-not-asked | 2 | audit-misaligned      | echo "kernel_granule 0 rhi_get_ipa_change_alignment not_asked" >>$debug/audit
audit-kernel-junk      | 1 | audit-aligned       | echo "kernel_granule 4096" >>$debug/audit
audit-many             | 2 | audit-misaligned      | for i in $(seq 1000 1029); do echo "misaligned 0x${i}1000 0x${i}2000 4096 61440"; done >>$debug/audit; echo "misaligned_runs $(grep -c "^misaligned 0x" $debug/audit)" >>$debug/audit
audit-two-owners       | 2 | audit-misaligned      | sed -i "0,/^owner/d" $debug/audit; sed -i "1i verdict misaligned\nmeaning one\ngranule 65536\nmisaligned 0x1000 0x3000 8192 1\nowner 0x1000 0x2000 4096 swiotlb\nowner 0x2000 0x3000 4096 slab" $debug/audit
audit-truncated        | 2 | audit-misaligned      | echo "truncated 1" >>$debug/audit
audit-two-banks        | 0 | audit-aligned       | sed -i "/^ram/d" $debug/audit; echo "ram 0x48000000 0x50000000" >>$debug/audit; echo "ram 0x70001000 0x71000000" >>$debug/audit
audit-inconclusive           | 1 | audit-aligned       | sed -i "s/^verdict .*/verdict inconclusive/" $debug/audit
audit-lost-alone       | 2 | audit-destroyed   | sed -i "/^misaligned /,+1d; s/^verdict .*/verdict destroyed/; s/^meaning .*; /meaning /; s/^granule .*/granule 0/; s/^misaligned_runs .*/misaligned_runs 0/" $debug/audit
audit-lost-contradicts | 1 | audit-destroyed   | sed -i "s/^verdict .*/verdict destroyed/" $debug/audit

audit-without-debugfs  | 1 | audit-aligned       | rm -r sys/kernel/debug
audit-old-module       | 1 | audit-aligned       | rm $debug/audit
audit-runs-missing     | 1 | audit-aligned     | sed -i "/^run /d" $debug/audit
audit-for-root         | 1 | audit-aligned       | chmod 0 sys/kernel/debug; user=1
audit-empty            | 1 | audit-aligned       | : >$debug/audit
audit-verdict-none     | 1 | audit-aligned       | sed -i "/^verdict/d" $debug/audit
audit-verdict-junk     | 1 | audit-aligned       | echo "verdict splendid" >>$debug/audit
audit-contradicts      | 1 | audit-misaligned      | echo "verdict aligned" >>$debug/audit
audit-contradicts-no   | 1 | audit-aligned       | echo "verdict misaligned" >>$debug/audit
audit-count            | 1 | audit-misaligned      | echo "misaligned_runs 99" >>$debug/audit
audit-granule-junk     | 1 | audit-aligned       | echo "granule 5000" >>$debug/audit
audit-meaning-long     | 1 | audit-aligned       | echo "meaning $(printf %0256d 0)" >>$debug/audit
audit-finding-back     | 1 | audit-misaligned      | echo "misaligned 0x2000 0x1000 4096 1" >>$debug/audit
audit-finding-size     | 1 | audit-misaligned      | echo "misaligned 0x1000 0x2000 4097 1" >>$debug/audit
audit-finding-short    | 1 | audit-misaligned      | echo "misaligned 0x1000 0x2000 4096" >>$debug/audit
audit-finding-long     | 1 | audit-misaligned      | echo "destroyed 0x1000 0x2000 4096 1" >>$debug/audit
audit-finding-end      | 1 | audit-misaligned      | echo "misaligned 0x1000" >>$debug/audit
audit-owner-alone      | 1 | audit-aligned       | echo "owner 0x1000 0x2000 4096 slab" >>$debug/audit
audit-owner-elsewhere  | 1 | audit-misaligned      | echo "owner 0x1000 0x2000 4096 slab" >>$debug/audit
audit-owner-nobody     | 1 | audit-misaligned      | echo "misaligned 0x1000 0x2000 4096 1" >>$debug/audit; echo "owner 0x1000 0x2000 4096" >>$debug/audit
audit-ram-back         | 1 | audit-aligned       | echo "ram 0x1000 0x2000" >>$debug/audit
audit-ram-wide         | 1 | audit-aligned       | echo "ram 0x100000000 0x20000000000000" >>$debug/audit
audit-ram-none         | 1 | audit-aligned       | sed -i "/^ram/d" $debug/audit
audit-sum-junk         | 1 | audit-aligned       | echo "rsi_calls many" >>$debug/audit
audit-run-gap          | 1 | audit-aligned       | echo "run 0x900000000 0x900001000 4096 RAM" >>$debug/audit
audit-run-state        | 1 | audit-aligned       | echo "run 0x800000000 0x800001000 4096 SPLENDID" >>$debug/audit
audit-run-stateless    | 1 | audit-aligned       | echo "run 0x800000000 0x800001000 4096" >>$debug/audit
audit-runs-short       | 1 | audit-aligned     | sed -i "\$d" $debug/audit
'
tree_cases "$audits" "$audit_schema" audit

ok_schema=$defs'
.schema == 2
and (keys == ["checks", "exit_status", "failed", "passed", "schema", "skipped", "warned"])
and (.exit_status | IN(0, 2, 4))
and (.exit_status == 4 or (.exit_status == 2) == (.failed > 0))
and (.checks | length) == .passed + .warned + .failed + .skipped
and (.checks | map(select(.verdict == "FAIL")) | length) == .failed
and ((.checks | map(.name) | unique | length) == (.checks | length))
and ((.checks | map(.parent) | unique) - [null] - (.checks | map(select(.parent == null) | .name)) == [])
and all(.checks[];
	(keys == ["boot", "name", "next", "parent", "reason", "run", "verdict"])
	and (.verdict | IN("PASS", "WARN", "FAIL", "SKIP")) and (.reason | length > 0)
	and (.verdict != "PASS" or (.next == null and .run == null and .boot == null))
	and (.verdict | IN("PASS", "SKIP")) or (.next != null or .run != null or .boot != null))
'

# changed FILE COMMAND...: those lines of what it prints that FILE does not have
# shellcheck disable=SC2317 # golden runs it
changed() {
	local base=$1 status
	shift

	"$@" >now
	status=$?
	diff --unchanged-group-format='' --old-group-format='' --new-group-format='%>' \
		--changed-group-format='%>' "$base" now
	return "$status"
}

# ok_cases TABLE: without an edit a tree is shown as a whole, as text, JSON and KTAP, and its case has
# its name; with one, what is then another line
ok_cases() {
	local table=$1 name status tree edit user run

	while IFS='|' read -r name status tree edit; do
		name=${name// /} status=${status// /} tree=${tree// /}
		[[ $name ]] || continue
		tree_case "$name" "$tree" "own_version; $edit" || continue
		run=(timeout 20 "$work/bin/rhictl" ok --sysroot tree)
		[[ ! $user ]] || run=("${as_user[@]}" "${run[@]}")
		if [[ ${edit// /} ]]; then
			golden "$name" out "$status" changed "$work/$tree.out.out" "${run[@]}"
			"${run[@]}" --json >"$work/$name.json.out" 2>/dev/null
		else
			golden "$name" out "$status" "${run[@]}"
			golden "$name" json "$status" "${run[@]}" --json
			golden "$name" ktap "$status" "${run[@]}" --ktap
		fi
		ok "$name schema" jq -e "$ok_schema" "$work/$name.json.out"
	done <<<"$table"
}

# What the edits call
# shellcheck disable=SC2317
{
# The module of a tree is as old as this rhictl, which is another one each time.
own_version() {
	[[ ! -e sys/module/rhi_probe ]] || "$work/bin/rhictl" --version | cut -d ' ' -f 2 >sys/module/rhi_probe/version
}

# log TEXT: one more line in the kernel's log
log() { echo "[   99.000000] $1" >>var/log/dmesg; }

# full DEVICE BYTES: a request of a device's that found no room
full() { log "$1: swiotlb buffer is full (sz: $2 bytes), total 16384 (slots), used 16100 (slots)"; }

# btf NAME...: the kernel's BTF, with these names and no types
btf() {
	local names=$1
	printf -v names '\\0%s' "$@"
	btf=sys/kernel/btf/vmlinux
	mkdir -p "${btf%/*}"
	printf '\237\353\1\0\030\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0%b\0\0\0'"$names"'\0' "\\$(printf %03o $((${#names} - ${#}  + 1)))" >"$btf"
}

# granule_source WORD, no_granule: where it comes from; it is not known
granule_source() { sed -i "s/^granule_source .*/granule_source $1/" sys/kernel/debug/rhi/hostconf; }
no_granule() { echo 0 >sys/kernel/rhi/granule; granule_source unknown; }
# at_load VERDICT, no_load_audit: what the module's own audit found; an older module
at_load() { sed -i "s/^audit_at_load .*/audit_at_load $1/" sys/kernel/debug/rhi/about; }
no_load_audit() { sed -i "/^audit_at_load/d" sys/kernel/debug/rhi/about; }
# early DEVICE...: bound before the hook was on
early() {
	sed -i "/^early/d" sys/kernel/debug/rhi/hook
	echo "early_devices $#" >>sys/kernel/debug/rhi/hook
	printf 'early %s\n' "$@" >>sys/kernel/debug/rhi/hook
}
# bound DEVICE: an e1000e
bound() { mkdir -p sys/bus/pci/drivers/e1000e; : >"sys/bus/pci/drivers/e1000e/$1"; }
# audited VERDICT: what the latest audit found
audited() { sed -i "s/^audit_verdict .*/audit_verdict $1/; s/^audit_age_seconds .*/audit_age_seconds 75/" sys/kernel/debug/rhi/about; }
}

# As they were captured: Debian's 7.3.4 without devices; nvme without and with the hook, which was switched on
# before it; the 16K kernel; hosts without RHI; a locked down kernel; no module; no Realm
ok_cases '
check-64k                 | 0 | check-64k         |
check-nvme                | 0 | check-nvme        |
check-hook                | 0 | check-hook        |
check-16k                 | 2 | check-16k         |
check-full                | 2 | check-full        |
check-no-rhi              | 0 | check-no-rhi      |
check-lockdown            | 2 | check-lockdown    |
check-not-loaded          | 2 | check-not-loaded  |
check-vm                  | 4 | check-vm          |

check-log-lost            | 0 | check-64k         | sed -i "1,/IO TLB: mapped/d" $log
check-log-none            | 0 | check-64k         | rm $log
check-log-for-root        | 0 | check-64k         | chmod 0 $log; user=1
check-log-odd             | 2 | check-64k         | printf "\033[2J nvme\303\244 1: swiotlb buffer is full (sz: 4096 bytes), total\0 0 (slots)\n" >>$log; printf "%%09999d\n" 7 >>$log
check-log-plain           | 2 | check-64k         | sed -i "s/^\[[^]]*\] //" $log; echo "a b: swiotlb buffer is full (sz: 1 bytes)" >>$log
check-log-level           | 2 | check-64k         | echo "<4>[    1.0][   T12] a b: swiotlb buffer is full (sz: 1 bytes)" >>$log

check-realm-guest         | 2 | check-not-loaded  | sed -i /RME:/d $log; rm -r sys/devices; mkdir -p sys/firmware/cca; echo 1 >sys/firmware/cca/realm_guest
check-realm-guest-not     | 4 | check-not-loaded  | rm -r sys/devices; mkdir -p sys/firmware/cca; echo 0 >sys/firmware/cca/realm_guest
check-realm-device        | 2 | check-not-loaded  | rm $log
check-realm-platform      | 4 | check-vm          | rm $log; mkdir -p sys/devices/platform
check-realm-mismatch      | 4 | check-not-loaded  | rm -r sys/devices; sed -i "s/RME: .*/RME: RMM doesn\x27t support RSI version 1.0. Supported range: 2.0-2.0/" $log
check-realm-old-kernel    | 4 | check-not-loaded  | rm -r sys/devices $log; echo 6.12.12-amd64 >proc/sys/kernel/osrelease
check-realm-unknown       | 2 | check-not-loaded  | rm -r sys/devices $log
check-realm-unknown-log   | 2 | check-not-loaded  | rm -r sys/devices; sed -i 1,/RME:/d $log
check-realm-force         | 4 | check-64k         | echo not_realm >$rhi/status; echo none | tee $rhi/hostconf_version $rhi/hostconf_features >$rhi/ipa_change_alignment; echo 4096 >$rhi/granule; sed -i "s/^granule_source .*/granule_source page_size/" $debug/hostconf

check-kernel-old          | 2 | check-64k         | echo 6.12.57 >proc/sys/kernel/osrelease
check-kernel-odd          | 2 | check-64k         | echo 5 >proc/sys/kernel/osrelease
check-kernel-unknown      | 0 | check-64k         | rm proc/sys/kernel/osrelease
check-debugfs-empty       | 0 | check-64k         | rm -r sys/kernel/debug/*
check-debugfs-none        | 0 | check-64k         | rm -r sys/kernel/debug
check-debugfs-for-root    | 0 | check-64k         | chmod 0 sys/kernel/debug; user=1
check-ftrace-none         | 0 | check-64k         | sed -i /ftrace_init_nop/d $symbols
check-ftrace-off          | 0 | check-64k         | echo 0 >proc/sys/kernel/ftrace_enabled
check-symbols-none        | 0 | check-64k         | rm $symbols
check-symbols-cut         | 0 | check-64k         | sed -i /_etext/d $symbols
check-symbols-odd         | 0 | check-64k         | printf "T\nffff T \nffff  \n\0\377\n\tT\n" >>$symbols
check-btf                 | 0 | check-64k         | rm $symbols; btf ftrace_init_nop cc_shared_granule_size
check-btf-odd             | 0 | check-64k         | rm $symbols; btf; printf x >>$btf; truncate -s 40 $btf
check-btf-short           | 0 | check-64k         | rm $symbols; btf register_kprobe; truncate -s 20 $btf
check-config              | 0 | check-64k         | rm $symbols; mkdir boot; printf "CONFIG_KPROBES=y\n# CONFIG_DYNAMIC_FTRACE_WITH_ARGS is not set\n" >boot/config-$(cat proc/sys/kernel/osrelease)
check-config-modules      | 0 | check-64k         | rm $symbols; config=lib/modules/$(cat proc/sys/kernel/osrelease); mkdir -p $config; echo CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y >$config/config
check-kprobes-none        | 0 | check-64k         | sed -i /register_kprobe/d $symbols
check-kprobes-off         | 0 | check-64k         | echo 0 >sys/kernel/debug/kprobes/enabled
check-lockdown-loaded     | 0 | check-64k         | echo "none [integrity] confidentiality" >sys/kernel/security/lockdown
check-lockdown-log        | 2 | check-lockdown    | rm sys/kernel/security/lockdown
check-lockdown-none-log   | 0 | check-64k         | rm sys/kernel/security/lockdown
check-lockdown-odd        | 0 | check-64k         | echo "none integrity]" >sys/kernel/security/lockdown; rm $log
check-signatures          | 2 | check-not-loaded  | echo Y >sys/module/module/parameters/sig_enforce
check-signatures-loaded   | 0 | check-64k         | echo Y >sys/module/module/parameters/sig_enforce
check-signatures-unknown  | 0 | check-64k         | rm -r sys/module/module sys/module/kernel
check-signatures-not-built | 0 | check-64k         | rm -r sys/module/module

check-module-refused      | 2 | check-not-loaded  | log "Loading of unsigned module is rejected"
check-module-unneeded     | 0 | check-not-loaded  | echo "0000000000000000 T cc_shared_granule_size" >>$symbols
check-version-old         | 0 | check-64k         | echo 0.0.9 >sys/module/rhi_probe/version
check-version-unknown     | 0 | check-64k         | rm sys/module/rhi_probe/version
check-format-old          | 0 | check-64k         | rm $debug/about; sed -i /bad_frees/d $debug/pools
check-format-new          | 0 | check-64k         | sed -i "s/^format .*/format 3/; \$a colour green" $debug/about
check-format-junk         | 2 | check-64k         | echo "format many" >>$debug/about
check-audit-aligned       | 0 | check-nvme        | audited aligned
check-audit-misaligned    | 2 | check-nvme        | audited misaligned
check-audit-none          | 0 | check-nvme        | audited none; at_load none
check-audit-destroyed     | 2 | check-nvme        | audited destroyed
check-audit-inconclusive  | 0 | check-nvme        | audited inconclusive
check-format-hook         | 2 | check-64k         | echo "state odd" >>$debug/hook
check-format-status       | 2 | check-64k         | echo splendid >$rhi/status
check-format-totals       | 2 | check-64k         | echo "shares many" >>$debug/pools

check-host-bad            | 2 | check-64k         | echo bad_version >$rhi/status; echo 0x20000 >$rhi/hostconf_version; no_granule
check-host-failed         | 2 | check-64k         | echo call_failed >$rhi/status; no_granule
check-host-invalid        | 2 | check-64k         | echo invalid_alignment >$rhi/status; echo 0x1800 >$rhi/ipa_change_alignment; no_granule
check-host-invalid-told   | 0 | check-64k         | echo invalid_alignment >$rhi/status; echo 0x1800 >$rhi/ipa_change_alignment; granule_source parameter
check-host-silent         | 0 | check-64k         | echo no_alignment >$rhi/status; echo 0x0 >$rhi/hostconf_features; echo none >$rhi/ipa_change_alignment; echo 4096 >$rhi/granule; granule_source page_size
check-granule-told        | 0 | check-no-rhi      | echo 65536 >$rhi/granule; echo 65536 >$parameters/granule; granule_source parameter
check-granule-page        | 0 | check-nvme        | echo 0x1000 >$rhi/ipa_change_alignment; echo 4096 >$rhi/granule
check-granule-smaller     | 0 | check-16k         | echo 0x1000 >$rhi/ipa_change_alignment; echo 16384 >$rhi/granule; granule_source page_size; at_load none; audited none
check-sharing-aligned     | 0 | check-nvme        | echo "ffff800080010000 T mem_cc_shared_granule_size" >>$symbols
check-sharing-aligned-module | 0 | check-nvme        | printf "ffff800080010000 t mem_decrypt_granule_size\t[upstream]\n" >>$symbols
check-sharing-agrees      | 0 | check-nvme        | echo "ffff800080010000 T cc_shared_granule_size" >>$symbols; kernel 65536 "65536 cc_shared_granule_size agrees"
check-sharing-no-names    | 0 | check-nvme        | rm $symbols; kernel 65536 none
check-sharing-too-small   | 2 | check-nvme        | echo "ffff800080010000 T cc_shared_granule_size" >>$symbols; kernel 4096 "4096 cc_shared_granule_size too_small"
check-sharing-invalid     | 2 | check-nvme        | echo "ffff800080010000 T cc_shared_granule_size" >>$symbols; kernel 6000 none
check-sharing-zero        | 2 | check-nvme        | kernel 0 "0 cc_shared_granule_size invalid"
check-sharing-not-asked   | 0 | check-nvme        | kernel 0 "0 rhi_get_ipa_change_alignment not_asked"
check-sharing-unknown     | 2 | check-64k         | echo bad_version >$rhi/status; echo 0x20000 >$rhi/hostconf_version; no_granule; kernel 4096 "4096 cc_shared_granule_size unknown"
check-sharing-data        | 0 | check-nvme        | echo "ffff800080010000 D cc_shared_granule_size" >>$symbols
check-boot-builtin        | 0 | check-nvme        | no_load_audit; rm sys/module/nvme/initstate
check-boot-builtin-aligned | 0 | check-nvme        | rm sys/module/nvme/initstate
check-boot-builtin-misaligned | 2 | check-nvme        | at_load misaligned; audited misaligned; rm sys/module/nvme/initstate
check-boot-not-known      | 0 | check-nvme        | no_load_audit; rm -r sys/module/nvme
check-boot-misaligned     | 2 | check-nvme        | at_load misaligned; audited misaligned
check-boot-destroyed      | 2 | check-nvme        | at_load destroyed; audited destroyed
check-boot-inconclusive   | 0 | check-nvme        | at_load inconclusive; audited inconclusive
check-boot-mended         | 0 | check-nvme        | at_load misaligned
check-boot-old-module     | 0 | check-nvme        | no_load_audit
check-boot-old-module-none | 0 | check-nvme        | no_load_audit; audited none
check-boot-old-module-bad | 2 | check-nvme        | no_load_audit; audited destroyed
check-devices-none        | 0 | check-nvme        | rm sys/bus/pci/drivers/nvme/0000:* sys/bus/virtio/drivers/virtio_blk/virtio0
check-devices-early       | 0 | check-hook        | bound 0000:00:03.0; early 0000:00:03.0 0000:00:04.0
check-devices-early-memory | 0 | check-hook        | early 0000:00:01.0
check-devices-late        | 0 | check-hook        | bound 0000:00:03.0
check-devices-not-listed  | 0 | check-hook        | bound 0000:00:03.0; sed -i "s/^early_devices .*/early_devices 99/" $debug/hook
check-devices-old-module  | 0 | check-hook        | bound 0000:00:03.0; sed -i /^early/d $debug/hook
check-devices-old-module-good | 0 | check-hook        | sed -i /^early/d $debug/hook
check-devices-link        | 0 | check-hook        | rm sys/bus/virtio/devices/virtio0; ln -s x sys/bus/virtio/devices/virtio0
check-devices-port        | 0 | check-hook        | mkdir -p sys/bus/pci/drivers/pcieport; : >sys/bus/pci/drivers/pcieport/0000:00:03.0
check-devices-mmio        | 0 | check-64k         | mkdir -p sys/bus/virtio/devices sys/bus/virtio/drivers/virtio_net; ln -s ../../../devices/platform/a000000.virtio_mmio/virtio7 sys/bus/virtio/devices/virtio7; : | tee sys/bus/virtio/drivers/virtio_net/virtio7 >sys/bus/virtio/drivers/virtio_net/virtio
check-devices-many        | 0 | check-64k         | mkdir -p sys/bus/pci/drivers/e1000e; for i in 1 2 3 4 5 6; do : >"sys/bus/pci/drivers/e1000e/0000:00:0$i.0"; done
check-devices-odd         | 0 | check-64k         | mkdir -p sys/bus/pci/drivers/e1000e; for i in $(printf "0000:00:01.0\033[2J") $(printf %064d 0): 0000 bind; do : >"sys/bus/pci/drivers/e1000e/$i"; done
check-devices-not-read    | 0 | check-64k         | chmod 0 sys/bus/pci/drivers; user=1
check-devices-not-known   | 0 | check-64k         | rm -r sys/bus
check-hook-draining       | 0 | check-hook        | echo off >$parameters/hook; sed -i "s/^state .*/state draining/" $debug/hook
check-hook-not-possible   | 0 | check-nvme        | sed -i /ftrace_init_nop/d $symbols

check-swiotlb-full-once   | 0 | check-nvme        | echo 15000 >$swiotlb/io_tlb_used_hiwater
check-swiotlb-16m         | 0 | check-nvme        | echo 8192 >$swiotlb/io_tlb_nslabs
check-swiotlb-peak        | 0 | check-64k         | echo "swiotlb=512,track_hiwater" >proc/cmdline
check-swiotlb-peak-always | 0 | check-64k         | sed -i /hiwater/d $symbols
check-swiotlb-zero        | 2 | check-64k         | echo 0 >$swiotlb/io_tlb_nslabs
check-swiotlb-no-hiwater  | 0 | check-nvme        | rm $swiotlb/io_tlb_used_hiwater
check-swiotlb-huge        | 0 | check-nvme        | echo 9007199254740991 >$swiotlb/io_tlb_nslabs; echo 9007199254740990 >$swiotlb/io_tlb_used_hiwater
check-swiotlb-junk        | 0 | check-nvme        | echo many >$swiotlb/io_tlb_nslabs
check-swiotlb-logged      | 0 | check-nvme        | rm -r $swiotlb
check-swiotlb-small-log   | 0 | check-64k         | rm -r $swiotlb
check-swiotlb-unknown     | 0 | check-64k         | rm -r $swiotlb; sed -i /TLB/d $log
check-place-end           | 2 | check-nvme        | sed -i "s/mapped \[mem .*/mapped [mem 0x0000000080b80000-0x0000000082b81000] (32MB)/" $log
check-place-again         | 0 | check-nvme        | log "software IO TLB: mapped [mem 0x0000000000001000-0x0000000000002000] (0MB)"
check-place-odd           | 0 | check-nvme        | sed -i "s/mapped \[mem .*/mapped [mem 0x2000-0x1000] (0MB)/" $log
check-place-unread        | 0 | check-nvme        | sed -i "s/mapped \[mem .*/mapped [mem 0x11111111111111111-0x1000] (0MB)/" $log
check-bounce              | 0 | check-64k         | bounce 1048576 0 none 0 0 "0x82a80000 0x82b80000 1048576 0"
check-bounce-figures      | 0 | check-64k         | bounce 67108864 65536 66060288 0 0 "0x80000000 0x84000000 67108864 0"
check-bounce-unknown      | 0 | check-64k         | bounce 1048576 none none 0 none "0x82a80000 0x82b80000 1048576 0"
check-bounce-no-log       | 0 | check-64k         | rm $log; bounce 1048576 0 none 0 0 "0x82a80000 0x82b80000 1048576 0"
check-bounce-misaligned   | 2 | check-64k         | bounce 1048576 0 none 0 0 "0x8787c000 0x8797c000 1048576 65536"
check-bounce-no-granule   | 2 | check-64k         | echo bad_version >$rhi/status; echo 0x20000 >$rhi/hostconf_version; no_granule; bounce 1048576 0 none 0 0 "0x82a80000 0x82b80000 1048576 none"
check-bounce-grows        | 0 | check-64k         | bounce 3145728 0 none 1 0 "0x82a80000 0x82b80000 1048576 0" "0x90000000 0x90200000 2097152 0"
check-bounce-pools        | 0 | check-64k         | bounce 1048576 0 none 0 0; for i in $(seq 1000 1039); do echo "pool 0x${i}0000 0x${i}4000 16384 0"; done >>$debug/swiotlb
check-bounce-none         | 2 | check-64k         | echo "size_bytes 0" >$debug/swiotlb
check-bounce-junk         | 2 | check-64k         | echo "used_bytes many" >$debug/swiotlb
check-growth              | 0 | check-64k         | echo 0 >$swiotlb/io_tlb_transient_nslabs
check-growth-page         | 0 | check-no-rhi      | echo "ffff800080010000 t swiotlb_dyn_alloc" >>$symbols
check-full-devices             | 2 | check-nvme        | full "nvme 0000:00:01.0" 131072; full "nvme 0000:00:01.0" 131072; full "virtio-pci 0000:00:02.0" 4096
check-full-large          | 2 | check-nvme        | full "virtio-pci 0000:00:02.0" 294912
check-full-suppressed     | 2 | check-nvme        | log "swiotlb_tbl_map_single: 34 callbacks suppressed"; full "nvme 0000:00:01.0" 131072
check-full-log-lost       | 2 | check-nvme        | sed -i 1,/RME:/d $log; full "nvme 0000:00:01.0" 131072
check-full-many           | 2 | check-nvme        | for i in 1 2 3 4 5 6 7 8 9; do full "nvme 0000:00:0$i.0" 131072; done; full "$(printf %0100d 0)" 1
check-atomic-exhausted    | 2 | check-64k         | log "DMA pool exhausted for 0000:00:01.0"
check-atomic-failed       | 0 | check-64k         | log "DMA: failed to allocate 128 KiB GFP_KERNEL pool for atomic allocation"
check-atomic-misaligned   | 0 | check-64k         | echo 135168 >sys/kernel/debug/dma_pools/pool_size_dma
check-atomic-zero         | 0 | check-64k         | echo 0 >sys/kernel/debug/dma_pools/pool_size_dma
check-atomic-large        | 0 | check-64k         | echo 18446744073709551615 >sys/kernel/debug/dma_pools/pool_size_dma
check-atomic-overflow     | 0 | check-64k         | echo 18446744073709551615 | tee sys/kernel/debug/dma_pools/pool_size_dma >sys/kernel/debug/dma_pools/pool_size_dma32
check-atomic-logged       | 0 | check-64k         | rm -r sys/kernel/debug/dma_pools
check-atomic-unknown      | 0 | check-64k         | rm -r sys/kernel/debug/dma_pools; sed -i /preallocated/d $log
check-leaks               | 2 | check-hook        | sed -i "s/^leaked_bytes .*/leaked_bytes 131072/" $debug/pools
check-refusals            | 0 | check-hook        | sed -i "s/^refused .*/refused 3/" $debug/pools
check-frees               | 0 | check-hook        | sed -i "s/^bad_frees .*/bad_frees 1/" $debug/pools
check-totals-none         | 0 | check-hook        | sed -i "/^refused/d; /^leaked_bytes/d" $debug/pools
check-unload-stress       | 0 | check-hook        | mkdir -p sys/module/rhi_probe/holders/rhi_stress
check-unload-draining     | 0 | check-hook        | echo off >$parameters/hook; sed -i "s/^state .*/state draining/" $debug/hook; mkdir -p sys/module/rhi_probe/holders/other
check-unload-stale        | 0 | check-64k         | echo 3 >sys/module/rhi_probe/refcnt; mkdir -p sys/module/rhi_probe/holders/rhi_stress
check-unload-reader       | 0 | check-64k         | echo 1 >sys/module/rhi_probe/refcnt
check-unload-other        | 0 | check-64k         | echo 1 >sys/module/rhi_probe/refcnt; mkdir -p sys/module/rhi_probe/holders/other
check-unload-many         | 0 | check-64k         | echo 40 >sys/module/rhi_probe/refcnt; for i in $(seq 1000 1039); do mkdir -p sys/module/rhi_probe/holders/other_$i; done
check-unload-unknown      | 0 | check-64k         | rm sys/module/rhi_probe/refcnt
check-unload-odd          | 0 | check-64k         | echo some >sys/module/rhi_probe/refcnt
'

# is_prometheus FILE: each sample has a TYPE before it, and comes once
is_prometheus() {
	awk '
	/^# TYPE [a-z_]+ (gauge|counter)$/ { type[$3] = $4; next }
	/^# HELP [a-z_]+ [A-Z0-9].*\.$/ { next }
	/^[a-z_]+([{][a-z]+="([^"\\]|\\["\\n])*"[}])? [0-9]+$/ {
		series = $0
		sub(/ [0-9]+$/, "", series)
		name = series
		sub(/[{].*/, "", name)
		if (!(name in type) || seen[series]++ || (type[name] == "counter") != (name ~ /_total$/))
			exit bad = 1
		next
	}
	{ exit bad = 1 }
	END { exit bad || !NR }' "$1"
}

# metrics_cases TABLE COMMAND...
metrics_cases() {
	local table=$1 name status tree edit user run
	shift

	while IFS='|' read -r name status tree edit; do
		name=${name// /} status=${status// /} tree=${tree// /}
		[[ $name ]] || continue
		tree_case "$name" "$tree" "$edit" || continue
		run=(timeout 20 "$work/bin/rhictl" "$@" --sysroot tree --prometheus -)
		[[ ! $user ]] || run=("${as_user[@]}" "${run[@]}")
		golden "$name" prom "$status" "${run[@]}"
		[[ ! -s $work/$name.prom.out ]] || ok "$name form" is_prometheus "$work/$name.prom.out"
	done <<<"$table"
}

metrics_cases '
metrics                | 0 | metrics           |
metrics-draining       | 0 | metrics           | echo off >$parameters/hook; sed -i "s/^state .*/state draining/" $debug/hook
metrics-unknown        | 2 | metrics           | echo bad_version >$rhi/status; echo 0 >$rhi/granule
metrics-counters       | 0 | metrics           | sed -i "s/^unshares .*/unshares 18446744073709551615/; s/^refused .*/refused 3/; s/^leaked_bytes .*/leaked_bytes 65536/" $debug/pools
metrics-old-module     | 0 | metrics           | sed -i "/^bad_frees/d" $debug/pools
metrics-label          | 0 | metrics           | echo "a\\b\"c 1 65536" >>$debug/hook
metrics-no-device      | 0 | metrics           | sed -i "/^0000/d" $debug/hook $debug/pools
metrics-no-swiotlb     | 0 | metrics           | rm -r $swiotlb
metrics-no-hiwater     | 0 | metrics           | rm $swiotlb/io_tlb_used_hiwater
metrics-hiwater-zero   | 0 | metrics           | echo 0 >$swiotlb/io_tlb_used_hiwater
metrics-hiwater-tracked | 0 | metrics           | echo 0 >$swiotlb/io_tlb_used_hiwater; mkdir proc; echo "swiotlb=512,track_hiwater" >proc/cmdline
metrics-bounce         | 0 | metrics           | bounce 1048576 4096 none 0 0 "0x8787c000 0x8797c000 1048576 65536"
metrics-bounce-grows   | 0 | metrics           | bounce 3145728 4096 2097152 1 8192 "0x82a80000 0x82b80000 1048576 0" "0x90000000 0x90200000 2097152 0"
metrics-bounce-junk    | 1 | metrics           | echo "used_bytes many" >$debug/swiotlb
metrics-kernel         | 0 | metrics           | kernel 4096 none
metrics-no-debugfs     | 0 | metrics           | rm -r sys/kernel/debug
metrics-for-root       | 0 | metrics           | chmod 0 sys/kernel/debug; user=1
metrics-not_loaded     | 4 | not_loaded        |
metrics-status-junk    | 1 | metrics           | echo splendid >$rhi/status
metrics-hook-junk      | 1 | metrics           | echo maybe >$parameters/hook
metrics-total-junk     | 1 | metrics           | echo "shares many" >>$debug/pools
metrics-slabs-junk     | 1 | metrics           | echo many >$swiotlb/io_tlb_nslabs
metrics-slabs-huge     | 1 | metrics           | echo 18014398509481984 >$swiotlb/io_tlb_nslabs
' info
metrics_cases '
audit-metrics          | 0 | audit-aligned       |
audit-metrics-misaligned   | 2 | audit-misaligned      |
audit-metrics-lost     | 2 | audit-destroyed   |
audit-metrics-inconclusive   | 1 | audit-aligned       | sed -i "s/^verdict .*/verdict inconclusive/" $debug/audit
audit-metrics-unknown  | 4 | audit-unknown     |
' audit

# A file is replaced as a whole, and stays as it was where anything fails; nothing is left beside it.
mkdir "$work/textfile"
cd "$work/textfile" || exit 1
prom() { timeout 120 "$work/bin/rhictl" info --sysroot "../trees/$1/tree" --prometheus "${@:2}"; }
ok 'metrics in a new file' prom metrics rhi.prom
is 'the same as on standard output' "$(cat rhi.prom)" "$(prom metrics -)"
is 'for all to read' "$(stat -c %a rhi.prom)" 644
echo old >rhi.prom
chmod 600 rhi.prom
exec {old}<rhi.prom
ok 'metrics in the place of a file' prom metrics "$PWD/rhi.prom"
is 'who has it open reads the old one' "$(cat <&"$old")" old
is 'for all to read again' "$(stat -c %a rhi.prom)" 644
exec {old}<&-
echo old >rhi.prom
golden prometheus-tree out 1 prom metrics-status-junk rhi.prom
is 'a tree that cannot be read leaves the file' "$(cat rhi.prom)" old
# In a pipe: the limit is one of all files.
is 'no room leaves the file' "$( (trap '' XFSZ; ulimit -f 0; prom metrics rhi.prom 2>&1); echo " $?"; cat rhi.prom)" \
	"rhictl: rhi.prom: not written: File too large
 1
old"
head -c 100000 /dev/zero >.rhi.prom.new
ok 'the temporary file of a killed run is reused' prom metrics rhi.prom
is 'none of its content remains' "$(cat rhi.prom)" "$(prom metrics -)"
for _ in 1 2 3 4 5 6; do prom metrics many.prom & done
wait
is 'several runs at once' "$(cat many.prom)" "$(prom metrics -)"
rm many.prom
echo old >rhi.prom
ln rhi.prom .rhi.prom.new
golden prometheus-temporary out 1 prom metrics rhi.prom
is 'another file of the temporary name is left alone' "$(cat rhi.prom .rhi.prom.new)" $'old\nold'
rm .rhi.prom.new
mkdir dir
mkfifo fifo
ln -s rhi.prom link
for to in dir fifo link nowhere/rhi.prom; do
	golden "prometheus-to-${to%%/*}" out 1 prom metrics "$to"
done
is 'nothing is left beside it' "$(find . -mindepth 1 | sort | xargs)" './dir ./fifo ./link ./rhi.prom'

# NAME | exit status | a command line, run in sysroot/
lines='
usage-none             | 1 | rhictl
ok-help                | 0 | rhictl ok --help
ok-option              | 1 | rhictl ok --colour
ok-prometheus          | 1 | rhictl ok --prometheus -
ok-argument            | 1 | rhictl ok now
ok-json-ktap           | 1 | rhictl ok --json --ktap --sysroot check-64k
ok-ktap-json           | 1 | rhictl ok --ktap --json --sysroot check-64k
ok-json-twice          | 0 | rhictl ok --json --json --sysroot check-64k >/dev/null
ok-watch-sysroot       | 1 | rhictl ok --watch --sysroot check-64k
ok-sysroot-missing     | 1 | rhictl ok --sysroot nowhere
ok-full-disk           | 1 | rhictl ok --sysroot check-64k >/dev/full
ok-full-disk-json      | 1 | rhictl ok --sysroot check-64k --json >/dev/full
usage-help             | 0 | rhictl --help
usage-unknown          | 1 | rhictl fly
usage-full             | 1 | rhictl --help >/dev/full
info-help              | 0 | rhictl info --help
info-option            | 1 | rhictl info --colour
info-argument          | 1 | rhictl info now
info-sysroot-none      | 1 | rhictl info --sysroot
info-sysroot-empty     | 1 | rhictl info --sysroot ""
info-sysroot-missing   | 1 | rhictl info --sysroot nowhere
info-sysroot-file      | 1 | rhictl info --sysroot ok-64k/sys/kernel/rhi/status
info-full              | 1 | rhictl info --sysroot ok-64k >/dev/full
info-full-unknown      | 1 | rhictl info --sysroot bad_version >/dev/full
info-full-json         | 1 | rhictl info --sysroot ok-64k --json >/dev/full
info-closed            | 1 | rhictl info --sysroot ok-64k >&-
info-closed-json       | 1 | rhictl info --sysroot ok-64k --json >&-
info-closed-not-loaded | 4 | rhictl info --sysroot not_loaded >&-
info-live              | 4 | rhictl info
info-prometheus-none   | 1 | rhictl info --prometheus
info-prometheus-json   | 1 | rhictl info --prometheus - --json --sysroot metrics
info-prometheus-full   | 1 | rhictl info --prometheus - --sysroot metrics >/dev/full

bench-help             | 0 | rhictl bench --help
bench-live             | 4 | rhictl bench
bench-option           | 1 | rhictl bench --colour
bench-argument         | 1 | rhictl bench now
bench-size-0           | 1 | rhictl bench --size 0
bench-size-small       | 1 | rhictl bench --size 15
bench-size-large       | 1 | rhictl bench --size 65537
bench-size-large-k     | 1 | rhictl bench --size 65K
bench-size-huge        | 1 | rhictl bench --size 99999999999999999999999999
bench-size-wraps       | 1 | rhictl bench --size 18014398509481984K
bench-size-word        | 1 | rhictl bench --size many
bench-size-unit        | 1 | rhictl bench --size 1M
bench-size-negative    | 1 | rhictl bench --size -64
bench-size-empty       | 1 | rhictl bench --size ""
bench-size-comma       | 1 | rhictl bench --size 64,
bench-size-33          | 1 | rhictl bench --size $(seq -s , 16 48)
bench-count-0          | 1 | rhictl bench --count 0
bench-count-word       | 1 | rhictl bench --count many
bench-count-many       | 1 | rhictl bench --size 64 --count 1000001
bench-count-bytes      | 1 | rhictl bench --size 64K --count 1025
bench-count-sizes      | 1 | rhictl bench --count 1025
bench-count-huge       | 1 | rhictl bench --count 18446744073709551616
bench-threads-0        | 1 | rhictl bench --threads 0
bench-threads-many     | 1 | rhictl bench --threads 100000
bench-threads-huge     | 1 | rhictl bench --threads 18446744073709551615
bench-pattern          | 1 | rhictl bench --pattern tartan
bench-pattern-none     | 1 | rhictl bench --pattern

stress-help            | 0 | rhictl stress --help
stress-live            | 4 | rhictl stress
stress-live-ktap       | 4 | rhictl stress --ktap
stress-option          | 1 | rhictl stress --colour
stress-argument        | 1 | rhictl stress now
stress-json-ktap       | 1 | rhictl stress --json --ktap
stress-ktap-json       | 1 | rhictl stress --ktap --json
stress-seconds-huge    | 1 | rhictl stress --seconds 604801
stress-seconds-wraps   | 1 | rhictl stress --seconds 18446744073709551616
stress-seconds-word    | 1 | rhictl stress --seconds long
stress-seconds-negative | 1 | rhictl stress --seconds -1
stress-seconds-0       | 1 | rhictl stress --seconds 0
stress-operations-huge | 1 | rhictl stress --operations 1099511627776
stress-seed-word       | 1 | rhictl stress --seed now
stress-seed-huge       | 1 | rhictl stress --seed 0x10000000000000000
stress-workers-0       | 1 | rhictl stress --workers 0
stress-workers-many    | 1 | rhictl stress --workers 257
stress-blocks-0        | 1 | rhictl stress --blocks 0
stress-blocks-many     | 1 | rhictl stress --blocks 1025
stress-atomic-many     | 1 | rhictl stress --atomic 101
stress-mask-small      | 1 | rhictl stress --mask 31
stress-every-0         | 1 | rhictl stress --every 0
stress-pressure-many   | 1 | rhictl stress --pressure 91
stress-source          | 1 | rhictl stress --source all
stress-source-none     | 1 | rhictl stress --source
stress-context         | 1 | rhictl stress --context nmi
stress-size-small      | 1 | rhictl stress --size 15
stress-size-large      | 1 | rhictl stress --size 16-65K
stress-size-turned     | 1 | rhictl stress --size 64-16
stress-size-open       | 1 | rhictl stress --size 64-
stress-size-three      | 1 | rhictl stress --size 16-32-64
stress-svg-nowhere     | 1 | rhictl stress --svg /nonexistent/picture.svg
stress-svg-directory   | 1 | rhictl stress --svg .

audit-help             | 0 | rhictl audit --help
audit-live             | 4 | rhictl audit
audit-live-watch       | 4 | rhictl audit --watch
audit-option           | 1 | rhictl audit --colour
audit-argument         | 1 | rhictl audit now
audit-watch-sysroot    | 1 | rhictl audit --watch --sysroot audit-aligned
audit-sysroot-missing  | 1 | rhictl audit --sysroot nowhere
audit-full             | 1 | rhictl audit --sysroot audit-misaligned >/dev/full
audit-full-json        | 1 | rhictl audit --sysroot audit-misaligned --json >/dev/full

hook-prometheus        | 1 | rhictl hook --prometheus -
hook-help              | 0 | rhictl hook --help
hook-live              | 4 | rhictl hook
hook-live-on           | 4 | rhictl hook on
hook-option            | 1 | rhictl hook --colour
hook-word              | 1 | rhictl hook maybe
hook-words             | 1 | rhictl hook on off
hook-sysroot-on        | 1 | rhictl hook on --sysroot hook-off
hook-sysroot-missing   | 1 | rhictl hook --sysroot nowhere
hook-full              | 1 | rhictl hook --sysroot hook-on >/dev/full
hook-full-json         | 1 | rhictl hook --sysroot hook-on --json >/dev/full
'

cd "$here/sysroot" || exit 1
PATH=$work/bin:$PATH
while IFS='|' read -r name status line; do
	name=${name// /} status=${status// /}
	[[ $name ]] || continue
	if [[ $name == *-live* && -e /sys/kernel/rhi ]]; then
		skip "$name" "this machine has the module"
	else
		golden "$name" out "$status" eval "$line"
	fi
done <<<"$lines"

# Completion: what --help has, and for words what rhictl takes.
# shellcheck source=tools/completion/rhictl
. "$here/../tools/completion/rhictl"
# completions WORD...: what is offered for the last one, in order
completions() {
	COMP_WORDS=(rhictl "$@") COMP_CWORD=$#
	_rhictl rhictl
	printf '%s\n' "${COMPREPLY[@]}" | sort | xargs
}
help_options() { rhictl "$@" --help | grep -oE -- '--[a-z]+' | sort -u | xargs; }
# What a wrong word is told: one a line, or with commas between them
taken() { rhictl "$1" "$2" none 2>&1 | sed -n 's/^  //p; s/.* give one of //p' | tr -s ', ' '\n' | grep -v -- -- | sort | xargs; }
commands=$(rhictl --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort | xargs)
is 'completion: commands' "$(completions '')" "--help $commands"
is 'completion: a command' "$(completions in)" info
for command in $commands; do
	is "completion: options of $command" "$(completions "$command" --)" "$(help_options "$command")"
done
is 'completion: after an option' "$(completions stress --hotplug --sv)" --svg
is 'completion: words of hook' "$(completions hook --json '')" 'off on status'
is 'completion: words of --source' "$(completions stress --source '')" "$(taken stress --source)"
is 'completion: words of --context' "$(completions stress --context = '')" "$(taken stress --context)"
is 'completion: words of --pattern' "$(completions bench --pattern =)" "$(taken bench --pattern)"
is 'completion: a number' "$(completions stress --seed --)" ''
is 'completion: a tree' "$(completions info --sysroot ok-6)" ok-64k
is 'completion: a file' "$(completions info --prometheus "$work/textfile/rhi")" "$work/textfile/rhi.prom"

# Damage at random, but the same on each run: whatever the files hold, rhictl
# ends by itself with a status of its own, and prints all or nothing.
mutate() { # SEED FILE...
	perl -e '
		srand shift;
		my @tables = grep /debug/, @ARGV;
		my $file = rand() < .6 ? $tables[rand @tables] : $ARGV[rand @ARGV];
		local $/;
		open my $in, "<:raw", $file or die "$file: $!";
		my $text = <$in>;
		my @junk = ("\0", "\n", " ", "-", "0x", "f" x 20, "9" x 70, "\xff", "none", "#",
			",0x1,0x2,0x3,0x4");
		for (0 .. rand 3) {
			my $at = int rand(1 + length $text);
			my $cut = int rand 4;
			substr($text, $at, $cut) = rand() < .5 ? $junk[rand @junk] : chr rand 256;
		}
		open my $out, ">:raw", $file or die "$file: $!";
		print $out $text;
	' "$@"
}

# damaged TREE SCHEMA SEEDS COMMAND...: without a SCHEMA it prints metrics
damaged() {
	local tree=$1 schema=$2 seeds=$3 seed args rc wrong=
	shift 3

	for ((seed = 1; seed <= seeds; seed++)); do
		rm -rf damaged
		cp -r "$here/sysroot/$tree" damaged
		readarray -t files < <(find damaged -type f | sort)
		mutate "$seed" "${files[@]}"
		args=("$@" --sysroot damaged)
		[[ ! $schema ]] || ((seed % 2)) || args+=(--json)
		timeout 20 rhictl "${args[@]}" >seen 2>err
		rc=$?
		case $rc in
		0 | 2)
			[[ -s seen && ! -s err ]] && if [[ ! $schema ]]; then
				is_prometheus seen
			else
				((seed % 2)) || jq -e "$schema" seen >/dev/null
			fi ;;
		1) [[ ! -s seen && -s err ]] ;;
		*) false ;;
		esac || wrong+="seed $seed: status $rc: $(head -c 2000 err)"$'\n'
	done
	is "damaged trees of $tree" "$wrong" ""
}

# damaged_ok TREE SEEDS: there is a tree of checks whatever the files hold
damaged_ok() {
	local tree=$1 seeds=$2 seed rc wrong=

	for ((seed = 1; seed <= seeds; seed++)); do
		rm -rf damaged
		cp -r "$here/sysroot/$tree" damaged
		readarray -t files < <(find damaged -type f -size +0 | sort)
		mutate "$seed" "${files[@]}"
		timeout 20 rhictl ok --sysroot damaged --json >seen 2>err
		rc=$?
		[[ $rc == [024] ]] && jq -e "$ok_schema" seen >/dev/null ||
			wrong+="seed $seed: status $rc: $(head -c 2000 err)"$'\n'
	done
	is "damaged trees of $tree" "$wrong" ""
}

cd "$work" || exit 1
damaged_ok check-full 300
damaged ok-64k "$info_schema" 300 info
damaged hook-on "$hook_schema" 300 hook status
damaged audit-misaligned "$audit_schema" 300 audit
damaged metrics '' 300 info --prometheus -

done_testing
