# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Disk images that are one ext4 file system, for scripts/image and scripts/realm. Source lib.sh first.

# need_e2fsprogs: fetch them into the sandbox
need_e2fsprogs() { command -v debugfs >/dev/null || with_lock e2fsprogs fetch_e2fsprogs; }
fetch_e2fsprogs() {
	local deb download=(apt-get -q -o Acquire::Retries=3 download e2fsprogs libext2fs2t64 libcom-err2 libss2)

	! command -v debugfs >/dev/null || return 0	# fetched while this run waited for the lock
	use_scratch fetch-e2fsprogs
	# shellcheck disable=SC2154 # use_scratch sets it
	(cd "$scratch" && { "${download[@]}" || { apt-get -q update && "${download[@]}"; }; }) >&2 ||
		die "cannot download e2fsprogs: see apt's messages above and try again"
	for deb in "$scratch"/*.deb; do
		dpkg-deb -x "$deb" / || die "cannot unpack $deb: is the disk full?"
	done
}

# newest_kernel IMAGE: print its release, or nothing if /boot has none
newest_kernel() {
	debugfs -R 'ls -p /boot' "$1" 2>/dev/null | sed -n 's,.*/vmlinuz-\([^/]*\)/.*,\1,p' | sort -V | tail -n 1
}

# copy_out IMAGE PATH FILE: copy PATH of the image to FILE; fail if it is empty or does not exist
copy_out() { debugfs -R "dump $2 $3" "$1" 2>/dev/null && [ -s "$3" ]; }

# uuid IMAGE: print the file system's UUID
uuid() { dumpe2fs -h "$1" 2>/dev/null | sed -n 's/^Filesystem UUID: *//p'; }
