#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The granule of a valid host, on kernels with 4K and 16K pages.

TOP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
# shellcheck source=tests/cases.sh
. "$TOP/tests/cases.sh"

probe_cases <<'TABLE'
+ 4k host | --granule 4k | ok 4096 0x1000 0x10000 0x1 | reported by the host
+ 16k host | --granule 16k | ok 16384 0x4000 0x10000 0x1 | reported by the host
64k host | --granule 64k | ok 65536 0x10000 0x10000 0x1 | reported by the host
+ 2m host | --granule 2m | ok 2097152 0x200000 0x10000 0x1 | reported by the host
4k host, 16k kernel | --kernel 16k --granule 4k | ok 16384 0x1000 0x10000 0x1 | smaller than a page
+ 16k host, 16k kernel | --kernel 16k --granule 16k | ok 16384 0x4000 0x10000 0x1 | reported by the host
64k host, 16k kernel | --kernel 16k --granule 64k | ok 65536 0x10000 0x10000 0x1 | reported by the host
+ 2m host, 16k kernel | --kernel 16k --granule 2m | ok 2097152 0x200000 0x10000 0x1 | reported by the host
garbage after the answers | --granule 64k --rhi garbage=1 | ok 65536 0x10000 0x10000 0x1 | reported by the host
+ one vCPU | --granule 64k --smp 1 | ok 65536 0x10000 0x10000 0x1 | reported by the host
TABLE
done_testing
