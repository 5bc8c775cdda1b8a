# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A kernel of the caller's, given as a path, for scripts/realm and scripts/kbuild. Source lib.sh first.

# is_path V: V is a path, not a version as in scripts/kernel
is_path() { [[ $1 == */* || $1 == . || $1 == .. ]]; }

# show_kernel V: call this before enter_sandbox. If V is a path, pass on what it is in the sandbox. A build tree
# and the source of one made with O= name each other by absolute paths: show both at their own.
show_kernel() {
	local path source

	unset RHI_KERNEL
	is_path "$1" || return 0
	path=$(realpath -e -- "$1" 2>/dev/null) || die "--kernel $1: no such file or directory"
	RHI_KERNEL=/host$path
	if [ -d "$path" ] && [ -e "$path/Makefile" ]; then
		RHI_KERNEL=$path
		sandbox_options+=(--show "$path")
		! source=$(realpath -e -- "$path/source" 2>/dev/null) || sandbox_options+=(--show "$source")
	fi
	export RHI_KERNEL
}

# kernel_path V: print the path that V names, in the sandbox
kernel_path() { realpath -e -- "${RHI_KERNEL:-$1}" 2>/dev/null || die "--kernel $1: no such file or directory"; }

# tree_dir TREE: print the directory for what is built against TREE
tree_dir() {
	local hash

	hash=$(sha256sum <<<"$1")
	echo "$TOP/build/tree/${1##*/}-${hash:0:8}"
}

# check_tree TREE: end with a message if no module can be built against TREE
check_tree() {
	local make="run 'make ARCH=arm64 modules_prepare' there"

	[ -e "$1/include/config/auto.conf" ] || die "$1 is not a kernel's build tree, or not configured: $make"
	! grep -qx CONFIG_CC_IS_CLANG=y "$1/include/config/auto.conf" ||
		die "clang built the kernel in $1, and the sandbox builds modules with gcc: build the kernel with gcc"
	# Debian's headers have the linker script in arch/.
	[ -e "$1/scripts/module.lds" ] || [ -e "$1/arch/arm64/module.lds" ] ||
		die "$1 is not prepared for modules: $make"
	[ -e "$1/Module.symvers" ] || [ -e "$1/vmlinux.symvers" ] ||
		die "$1 has no list of exported symbols: run 'make ARCH=arm64 Image' there"
}

# read_image FILE IMAGE: make IMAGE a link to the arm64 Image in FILE, or uncompress FILE there
read_image() {
	if [ "$(od -An -t x1 -N 2 "$1")" = ' 1f 8b' ]; then
		gzip -dc -- "$1" >"$2" || die "cannot uncompress $1: see the message above"
	else
		ln -s -- "$1" "$2"
	fi
	# The header's magic number
	[ "$(od -An -c -j 56 -N 4 "$2")" = '   A   R   M   d' ] ||
		die "${1#/host} is not an arm64 kernel: expected arch/arm64/boot/Image or Image.gz of a kernel's build"
}

# image_release IMAGE: print the kernel's release
image_release() { LC_ALL=C grep -aom 1 'Linux version [0-9][^ ]*' "$1" | sed 's/^.* //'; }

# index_modules TREE RELEASE ROOT: make ROOT/lib/modules/RELEASE an index of the tree's modules, with links to
# them. It is empty if the tree has none of this release.
index_modules() {
	local tree=$1 release=$2 root=$3 modules=$3/lib/modules/$2 list=$3/list first

	# One of modules.order's formats has .o, and an older one kernel/ before each path.
	sed -E 's,^kernel/,,; s,\.o$,.ko,' "$tree/modules.order" 2>/dev/null |
		while IFS= read -r first; do printf '%s/%s\n' "$tree" "$first"; done >"$list.new" || : >"$list.new"
	read -r first <"$list.new" || true
	[ -z "$first" ] || [[ $(modinfo -F vermagic "$first" 2>/dev/null) == "$release "* ]] || : >"$list.new"
	if [ -e "$modules/modules.dep" ] && cmp -s "$list" "$list.new" && [ "$tree/modules.builtin" -ot "$list" ] &&
		[ -z "$(xargs -r -d '\n' -a "$list" sh -c 'find -L "$@" -newer "$0"' "$list" 2>&1)" ]; then
		return
	fi
	rm -rf -- "${root:?}"/{usr,lib}
	mkdir -p "$root/usr/lib/modules/$release/kernel"
	ln -s usr/lib "$root/lib"
	# The names of a kernel's modules are unique. depmod would skip a directory of the name build.
	xargs -r -d '\n' -a "$list.new" ln -s -t "$modules/kernel"
	for first in modules.order modules.builtin modules.builtin.modinfo; do
		cp -- "$tree/$first" "$modules/" 2>/dev/null || : >"$modules/$first"
	done
	depmod -b "$root" "$release"
	mv -- "$list.new" "$list"
}

# build_probe TREE RELEASE: build rhi_probe against TREE. If that is impossible, print why, and fail.
build_probe() {
	local dir log why

	dir=$(tree_dir "$1")
	log=$dir/module.log
	if [ "$(cat "$1/include/config/kernel.release" 2>/dev/null)" != "$2" ]; then
		echo "the tree is configured for another kernel than its Image, $2: run 'make ARCH=arm64 Image' there"
	elif ! why=$("$TOP/scripts/check-kernel" "$2" "$1" 2>&1); then
		why=${why#rhi-probe: }
		echo "${why%%: *}"
	elif ! why=$(check_tree "$1" 2>&1); then
		echo "${why#"$PROG: "}"
	else
		[ -e "$dir/module/rhi_probe.ko" ] || say "building rhi_probe for ${1##*/}; later runs build only what changed"
		! "$TOP/scripts/kbuild" --kernel "$1" "$TOP/module" >"$log" 2>&1 || return 0
		echo "$(grep -m 1 -E 'error:|ERROR:' "$log" || tail -n 1 "$log") (log: $(shown "$log"))"
	fi
	return 1
}

# pack_tree TREE RELEASE ARGS OUTPUT: write an archive with the tree's drivers and, unless ARGS, the kernel's
# command line, has realm.noprobe, rhi_probe
pack_tree() {
	local dir why modules=()

	dir=$(tree_dir "$1")
	mkdir -p "$dir/root"
	index_modules "$1" "$2" "$dir/root"
	if [[ $3 != *realm.noprobe* ]]; then
		if why=$(build_probe "$1" "$2"); then
			modules=("$dir"/module/rhi_{probe,stress}.ko)
		else
			say "no rhi_probe for this kernel: $why"
		fi
	fi
	"$TOP/tests/guest/pack-modules" "$dir/root" "$2" "$4" "${modules[@]}"
}

# find_kernel V IMAGE: set image to the kernel that V names, release to its release, and tree to its build tree,
# or empty. If V is a path, image is IMAGE, a new file or link.
find_kernel() {
	local file

	tree=
	if ! is_path "$1"; then
		release=$("$TOP/scripts/kernel" "$1")
		image=/usr/lib/modules/$release/vmlinuz
		return
	fi
	file=$(kernel_path "$1")
	[ ! -d "$file" ] || { tree=$file; file+=/arch/arm64/boot/Image; }
	[ -e "$file" ] || die "--kernel $1: no arch/arm64/boot/Image: run 'make ARCH=arm64 Image modules' there"
	image=$2
	read_image "$file" "$image"
	release=$(image_release "$image") || die "--kernel $1: no version in ${file#/host}: is the file complete?"
}

# find_modules TREE RELEASE ARGS OUTPUT: pack_tree, and set modules_archive to OUTPUT, and modules_from to the
# root that has all modules of the tree
# shellcheck disable=SC2034 # the caller's
find_modules() {
	local dir

	dir=$(tree_dir "$1")
	with_lock "build-${dir##*/}" pack_tree "$@"
	modules_from=$dir/root
	modules_archive=$4
}
