/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's log says of a Realm and of its shared memory. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_CAPTURED	"/var/log/dmesg"	/* dmesg(1)'s output, in a captured tree */
#define LOG_DEVICES	8

/* Devices that one kind of message is about. */
struct log_devices {
	struct {
		char name[64];
		uint64_t count;
	} list[LOG_DEVICES];
	size_t nr;
	uint64_t count;		/* of all, those that had no room in the list too */
	uint64_t suppressed;	/* messages that the kernel left out */
};

struct kernel_log {
	int error;		/* 0, or why it cannot be read: -errno */
	bool has_boot;		/* from its first lines on */

	bool has_rsi;
	unsigned int rsi_major, rsi_minor;
	bool rsi_mismatch;	/* the RMM has another version than the kernel */

	bool has_swiotlb;	/* where it stands */
	uint64_t swiotlb_start, swiotlb_end;
	struct log_devices full;	/* requests that found no room in it */
	uint64_t full_large;		/* of these, those that never fit */

	struct log_devices exhausted;	/* requests that found the atomic pools empty */
	bool atomic_failed;		/* an atomic pool could not be made */
	uint64_t atomic_bytes;		/* of those that could, at boot */

	bool locked_down;
	bool unsigned_refused;	/* a module was, because of lockdown or sig_enforce */
};

/* The largest piece that swiotlb can give: IO_TLB_SEGSIZE slots of 2 KiB. */
#define SWIOTLB_MAX_REQUEST	(256 << 10)

struct sysroot;

void kernel_log_read(const struct sysroot *root, struct kernel_log *log);
void kernel_log_add(struct kernel_log *log, char *line);

#endif
