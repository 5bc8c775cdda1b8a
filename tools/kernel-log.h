/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages in the kernel's log about a Realm and its shared memory. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_CAPTURED	"/var/log/dmesg"	/* output of dmesg(1) in a captured tree */
#define LOG_DEVICES	8

/* Devices named in one kind of message. */
struct log_devices {
	struct {
		char name[64];
		uint64_t count;
	} list[LOG_DEVICES];
	size_t nr;
	uint64_t count;		/* messages for all devices, including those not in @list */
	uint64_t suppressed;	/* messages that the kernel suppressed */
};

struct kernel_log {
	int error;		/* 0, or -errno if the log cannot be read */
	bool has_boot;		/* the log still has its first lines */

	bool has_rsi;
	unsigned int rsi_major, rsi_minor;
	bool rsi_mismatch;	/* the RMM does not support the kernel's RSI version */

	bool has_swiotlb;	/* swiotlb_start and swiotlb_end are valid */
	uint64_t swiotlb_start, swiotlb_end;
	struct log_devices full;	/* requests that found swiotlb full */
	uint64_t full_large;		/* those of them larger than SWIOTLB_MAX_REQUEST */

	struct log_devices exhausted;	/* requests that found the atomic pools empty */
	bool atomic_failed;		/* the kernel could not allocate an atomic pool */
	uint64_t atomic_bytes;		/* size of the atomic pools at boot */

	bool locked_down;
	bool unsigned_refused;	/* lockdown or sig_enforce refused an unsigned module */
};

/* The largest request that swiotlb can serve: IO_TLB_SEGSIZE slots of 2 KiB. */
#define SWIOTLB_MAX_REQUEST	(256 << 10)

struct sysroot;

void kernel_log_read(const struct sysroot *root, struct kernel_log *log);
void kernel_log_add(struct kernel_log *log, char *line);

#endif
