#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Valid and invalid granule= and force=, and a machine that is not a Realm.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

probe_cases <<'TABLE'
larger than the host's | --granule 4k --append rhi_probe.granule=65536 | ok 65536 0x1000 0x10000 0x1 | sharing granule 65536 bytes: set by granule=, larger
+ in hexadecimal | --granule 4k --append rhi_probe.granule=0x200000 | ok 2097152 0x1000 0x10000 0x1 | sharing granule 2097152
+ equal to the host's | --granule 64k --append rhi_probe.granule=65536 | ok 65536 0x10000 0x10000 0x1 | sharing granule 65536 bytes: reported by the host
+ the largest block | --granule 4k --append rhi_probe.granule=4194304 | ok 4194304 0x1000 0x10000 0x1 | sharing granule 4194304
host without RHI | --rhi off --append rhi_probe.granule=65536 | not_supported 65536 none 0xffffffffffffffff none | sharing granule 65536
+ host with invalid alignment | --granule 6k --append rhi_probe.granule=65536 | invalid_alignment 65536 0x1800 0x10000 0x1 | set by granule=, as
+ host call fails | --set rsi.version=1 --append rhi_probe.granule=65536 | call_failed 65536 none none none | set by granule=, as
smaller than the host's | --granule 64k --append rhi_probe.granule=4096 | - | is smaller than 65536
+ smaller than a page | --kernel 16k --granule 4k --append rhi_probe.granule=4096 | - | is smaller than 16384
+ smaller than a page, host unknown | --kernel 16k --granule 6k --append rhi_probe.granule=4096 | - | is smaller than 16384
+ not a power of two | --append rhi_probe.granule=12288 | - | is not a power of two
+ below 4k | --append rhi_probe.granule=2048 | - | is below 4096
+ more than one block | --append rhi_probe.granule=8388608 | - | larger than the page allocator's
not a number | --append rhi_probe.granule=many | - | invalid for parameter
+ negative | --append rhi_probe.granule=-1 | - | invalid for parameter
not a Realm | --host none | - | not an Arm CCA Realm
not a Realm, forced | --host none --append rhi_probe.force=1 | not_realm 4096 none none none | sharing has no effect
+ not a Realm, forced, larger | --host none --append rhi_probe.force=1 --append rhi_probe.granule=65536 | not_realm 65536 none none none | sharing has no effect
+ forced in a Realm | --granule 64k --append rhi_probe.force=1 | ok 65536 0x10000 0x10000 0x1 | reported by the host
TABLE
done_testing
