# SPDX-License-Identifier: GPL-2.0-only
# Targets only; what the module is made of stands in module/Kbuild.

ifdef KDIR
KVER ?= $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)
endif
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
KERNEL ?= newest

ifeq ($(shell uname -m),aarch64)
all: native
else
all: cross
endif

# On an arm64 machine: for its running kernel, with its own headers and compiler.
native: modules
	$(MAKE) -C tools O=../build/tools

# All that dkms builds
modules:
	@scripts/check-kernel $(KVER) $(KDIR)
	$(MAKE) -C $(KDIR) M=$(CURDIR)/module modules

# A kernel's modules are made by the compiler that made it.
ifneq ($(shell grep -hsx CONFIG_CC_IS_CLANG=y $(KDIR)/include/config/auto.conf $(KDIR)/.config),)
modules install: export LLVM ?= 1
endif
ifneq ($(shell uname -m),aarch64)
native modules install: export ARCH := arm64
native modules install: export CROSS_COMPILE ?= aarch64-linux-gnu-
endif

# Elsewhere: for Debian's newest arm64 kernel (or KERNEL=...), in the sandbox.
cross:
	@release=$$(scripts/kernel $(KERNEL)) && \
		scripts/sandbox scripts/check-kernel $$release /usr/lib/modules/$$release/build
	@scripts/kbuild --kernel $(KERNEL) module
	@scripts/sandbox sh -c 'cross=; [ "$$(uname -m)" = aarch64 ] || cross=aarch64-linux-gnu-; \
		exec make -s -C tools O=../build/arm64 CROSS_COMPILE=$$cross'
	@echo '$(CURDIR)/build/arm64'

demo:
	@scripts/realm --kernel $(KERNEL) --granule 64k --file tests/guest/report -- sh /root/report

check:
	@scripts/kernel newest >/dev/null
	@scripts/kernel 16k >/dev/null
	@scripts/kernel debug >/dev/null
	@scripts/sandbox sh -c 'exec make -s -j"$$(nproc)" -C tests/unit O=../../build/unit'
	@scripts/sandbox sh -c 'exec tests/run -j2 $(TESTS)'

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

# All of it is made below build/ first, and then copied: a disk that is full leaves what was there.
STAGE := $(CURDIR)/build/stage
# A distribution keeps the key of its kernels to itself.
no_key = $(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)
install: native
	rm -rf $(STAGE)
	$(MAKE) -C $(KDIR) M=$(CURDIR)/module INSTALL_MOD_PATH=$(STAGE) DEPMOD=true $(no_key) modules_install
	$(MAKE) -C tools O=../build/tools DESTDIR=$(STAGE) install
	scripts/install $(KVER) $(STAGE) $(DESTDIR)

uninstall:
	scripts/uninstall $(KVER) $(DESTDIR)

dkms-install:
	@scripts/check-kernel $(KVER) $(KDIR)
	scripts/dkms-install $(KVER)

dkms-remove:
	scripts/dkms-remove

deb:
	@scripts/deb $(if $(filter command line,$(origin KERNEL)),--kernel $(KERNEL))

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
	@echo 'make install   modules and tools for the running kernel (arm64, as root), or KVER=, KDIR=; DESTDIR=, PREFIX='
	@echo 'make uninstall   what make install has installed'
	@echo 'make dkms-install, dkms-remove   modules by dkms, which builds them for each new kernel'
	@echo 'make deb       packages in build/deb; with KERNEL=V also built modules of it, signed by SIGN_KEY=, SIGN_CERT='
	@echo 'make clean     remove what was built here; the cache stays'
	@echo
	@echo 'KERNEL=V  another kernel for make, make demo, make bench (see scripts/kernel --help)'
	@echo 'TESTS=F   only these tests: make check TESTS=tests/probe-granule.t'
	@echo 'RHI_CACHE=DIR  where sandbox and kernels are kept  [~/.cache/rhi-probe]'

.PHONY: all native modules cross demo check check-long bench matrix lint install uninstall dkms-install dkms-remove \
	deb clean help
