# SPDX-License-Identifier: GPL-2.0-only
# Targets only; what the module is made of stands in module/Kbuild.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
KERNEL ?= newest

ifeq ($(shell uname -m),aarch64)
all: native
else
all: cross
endif

# On an arm64 machine: for its running kernel, with its own headers and compiler.
native:
	@test -e $(KDIR)/Makefile || { \
		echo "There are no headers of kernel $(KVER): install them (Debian, Ubuntu: linux-headers-$(KVER)), or say KDIR=..." >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR)/module modules
	$(MAKE) -C tools O=../build/tools

# Elsewhere: for Debian's newest arm64 kernel (or KERNEL=...), in the sandbox.
cross:
	@scripts/kbuild --kernel $(KERNEL) module
	@scripts/sandbox sh -c 'cross=; [ "$$(uname -m)" = aarch64 ] || cross=aarch64-linux-gnu-; \
		exec make -s -C tools O=../build/arm64 CROSS_COMPILE=$$cross'
	@echo '$(CURDIR)/build/arm64'

demo:
	@scripts/realm --kernel $(KERNEL) --granule 64k --file tests/guest/report -- sh /root/report

# One more than two cores have room for: a Realm waits now and then.
check:
	@scripts/kernel newest >/dev/null
	@scripts/kernel 16k >/dev/null
	@scripts/kernel debug >/dev/null
	@scripts/sandbox make -s -C tests/unit O=../../build/unit
	@scripts/sandbox sh -c 'exec tests/run -j3 $(TESTS)'

# What looks for mistakes for hours: more seeds, every allocation, an hour of stress, more kernels.
check-long:
	@for kernel in newest 16k debug rt cloud 64k kcsan; do scripts/kernel $$kernel >/dev/null || exit 1; done
	@scripts/sandbox env LONG=1 tests/run -v $(LONG_TESTS)

TESTS ?= build/unit/*_test $(wildcard tests/*.t)
LONG_TESTS ?= $(shell grep -lE "budget|probe_cases" tests/*.t)

bench:
	@scripts/bench --kernel $(KERNEL)

matrix:
	@scripts/matrix

lint:
	@scripts/lint

install:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/module modules_install
	$(MAKE) -C tools O=../build/tools install

clean:
	rm -rf build
	find module -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name Module.symvers -o -name modules.order | xargs -r rm -f

help:
	@echo 'make           module and tools: on arm64 for the running kernel, elsewhere for Debian'\''s newest'
	@echo 'make demo      boot a Realm on a host with a 64K granule, and read it there'
	@echo 'make check     all tests'
	@echo 'make check-long  hours of stress, faults, hostile hosts and more kernels'
	@echo 'make bench     dma_pool and rhi_pool side by side: tables and a picture in docs/results.md'
	@echo 'make matrix    every kernel of the archive from 6.16 on: a table in docs/results.md (hours)'
	@echo 'make lint      checkpatch, sparse, W=1, kernel-doc, shellcheck, man pages'
	@echo 'make install   module and tools for the running kernel (arm64, as root)'
	@echo 'make clean     remove what was built here; the cache stays'
	@echo
	@echo 'KERNEL=V  another kernel for make, make demo, make bench (see scripts/kernel --help)'
	@echo 'TESTS=F   only these tests: make check TESTS=tests/probe-granule.t'
	@echo 'RHI_CACHE=DIR  where sandbox and kernels are kept  [~/.cache/rhi-probe]'

.PHONY: all native cross demo check check-long bench matrix lint install clean help
