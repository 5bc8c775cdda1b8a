# SPDX-License-Identifier: GPL-2.0-only
# Targets only; module/Kbuild lists the module's objects.

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

# On arm64: build for the running kernel, with its own headers and compiler.
native: modules
	$(MAKE) -C tools O=../build/tools

# dkms builds this target.
modules:
	@scripts/check-kernel $(KVER) $(KDIR)
	$(MAKE) -C $(KDIR) M=$(CURDIR)/module modules

# Build modules with the compiler that built the kernel.
ifneq ($(shell grep -hsx CONFIG_CC_IS_CLANG=y $(KDIR)/include/config/auto.conf $(KDIR)/.config),)
modules install: export LLVM ?= 1
endif
ifneq ($(shell uname -m),aarch64)
native modules install: export ARCH := arm64
native modules install: export CROSS_COMPILE ?= aarch64-linux-gnu-
endif

# Elsewhere: build in the sandbox for Debian's newest arm64 kernel (or KERNEL=...).
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

# Long bug hunts: more seeds, every allocation, an hour of stress, more kernels.
check-long:
	@for kernel in newest 16k debug rt cloud 64k kcsan; do scripts/kernel $$kernel >/dev/null || exit 1; done
	@scripts/sandbox env LONG=1 tests/run -v $(LONG_TESTS)

# Install the packages in a whole Debian system: an hour or two.
check-install:
	@release=$$(scripts/image --kernel) && scripts/deb --kernel "$$release" >/dev/null
	@scripts/image >/dev/null
	@scripts/sandbox tests/check-install

TESTS ?= build/unit/*_test $(wildcard tests/*.t)
LONG_TESTS ?= $(shell grep -lE "budget|probe_cases" tests/*.t)

bench:
	@scripts/bench --kernel $(KERNEL)

matrix:
	@scripts/matrix

lint:
	@scripts/lint

# Stage everything below build/ first, then copy: a full disk must not damage an existing installation.
STAGE := $(CURDIR)/build/stage
# Distributions do not ship the signing key of their kernels.
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
	@echo 'make           build module and tools: on arm64 for the running kernel, elsewhere for Debian'\''s newest'
	@echo 'make demo      boot a Realm on a host with a 64K granule and print its report'
	@echo 'make check     run all tests'
	@echo 'make check-long  run hours of stress, fault injection, hostile hosts and more kernels'
	@echo 'make check-install  install the packages in a Debian system that runs as a Realm (an hour or two)'
	@echo 'make bench     compare dma_pool with rhi_pool: tables and a plot in docs/results.md'
	@echo 'make matrix    test every archive kernel since 6.16: a table in docs/results.md (hours)'
	@echo 'make lint      run checkpatch, sparse, W=1, kernel-doc, shellcheck, mandoc'
	@echo 'make install   install modules and tools for the running kernel (arm64, as root), or KVER=, KDIR=; DESTDIR=, PREFIX='
	@echo 'make uninstall   remove what make install installed'
	@echo 'make dkms-install, dkms-remove   install or remove the modules with dkms, which rebuilds them for each new kernel'
	@echo 'make deb       build packages in build/deb; with KERNEL=V also prebuilt modules, signed with SIGN_KEY=, SIGN_CERT='
	@echo 'make clean     remove build products; the cache stays'
	@echo
	@echo 'KERNEL=V  kernel for make, make demo, make bench (see scripts/kernel --help)'
	@echo 'TESTS=F   run only these tests: make check TESTS=tests/probe-granule.t'
	@echo 'RHI_CACHE=DIR  where the sandbox and kernels are kept  [~/.cache/rhi-probe]'

.PHONY: all native modules cross demo check check-long check-install bench matrix lint install uninstall dkms-install dkms-remove \
	deb clean help
