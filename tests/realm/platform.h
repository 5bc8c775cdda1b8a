/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical memory map of QEMU's "virt" machine with the simulator (README.md). */
#ifndef REALM_PLATFORM_H
#define REALM_PLATFORM_H

#define PLAT_UART0		0x09000000
#define PLAT_CONFIG		0x40200000
#define PLAT_CONFIG_SIZE	0x00010000
#define PLAT_MAILBOX		0x40300000
#define PLAT_MAILBOX_SIZE	0x00100000
#define PLAT_IMAGE		0x40400000
#define PLAT_RAM		0x48000000	/* the Realm's RAM; the simulator's is below */
#define PLAT_RAM_MAX		0x400000000	/* 16 GiB: the tables for it fit below PLAT_RAM */
#define PLAT_CPUS		8

/* Protected half [0, 2^35), shared half [2^35, 2^36): 16 GiB of RAM fit. */
#define PLAT_IPA_BITS		36

#define PLAT_STACK_SIZE		0x4000

#endif
