#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Hosts that lack features, have another version, or give invalid answers.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

probe_cases <<'TABLE'
no RHI | --rhi off | not_supported 4096 none 0xffffffffffffffff none | does not support RHI HOSTCONF
+ no RHI, 16k kernel | --kernel 16k --rhi off | not_supported 16384 none 0xffffffffffffffff none | does not support RHI HOSTCONF
+ no HOSTCONF | --rhi hostconf=off,session.version=0x10000 | not_supported 4096 none 0xffffffffffffffff none | does not support RHI HOSTCONF
feature bit clear | --granule 64k --rhi features=0 | no_alignment 4096 none 0x10000 0x0 | does not report a granule
+ other feature bits | --granule 64k --rhi features=0xfffffffffffffffe | no_alignment 4096 none 0x10000 0xfffffffffffffffe | does not report a granule
+ features -1 | --granule 64k --rhi features=-1 | no_alignment 4096 none 0x10000 0xffffffffffffffff | does not report a granule
+ more features | --granule 64k --rhi features=0xff | ok 65536 0x10000 0x10000 0xff | reported by the host
+ version 1.1 | --granule 64k --rhi version=0x10001 | ok 65536 0x10000 0x10001 0x1 | reported by the host
version 2.0 | --granule 64k --rhi version=0x20000 | bad_version 0 none 0x20000 none | is not 1.x
+ version 0 | --granule 64k --rhi version=0 | bad_version 0 none 0x0 none | is not 1.x
+ version 0.9 | --granule 64k --rhi version=9 | bad_version 0 none 0x9 none | is not 1.x
+ version with high bits | --granule 64k --rhi version=0x100010000 | bad_version 0 none 0x100010000 none | is not 1.x
+ alignment 0 | --granule 0 | invalid_alignment 0 0x0 0x10000 0x1 | 0x0 is zero
+ alignment 1 | --granule 1 | invalid_alignment 0 0x1 0x10000 0x1 | is below 4096
+ alignment 2k | --granule 2k | invalid_alignment 0 0x800 0x10000 0x1 | is below 4096
alignment 6k | --granule 6k | invalid_alignment 0 0x1800 0x10000 0x1 | is not a power of two
+ alignment 12k | --granule 12k | invalid_alignment 0 0x3000 0x10000 0x1 | is not a power of two
+ alignment 8m | --granule 8m | invalid_alignment 0 0x800000 0x10000 0x1 | larger than the page allocator's
+ alignment 2^40 | --granule 0x10000000000 | invalid_alignment 0 0x10000000000 0x10000 0x1 | larger than the page allocator's
+ alignment 2^63 | --granule 0x8000000000000000 | invalid_alignment 0 0x8000000000000000 0x10000 0x1 | larger than the page allocator's
alignment -1 | --granule -1 | invalid_alignment 0 0xffffffffffffffff 0x10000 0x1 | is 'not supported'
+ alignment -4096 | --granule -4096 | invalid_alignment 0 0xfffffffffffff000 0x10000 0x1 | is not a power of two
TABLE
done_testing
