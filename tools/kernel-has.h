/* SPDX-License-Identifier: GPL-2.0-only */
/* Features of the kernel. */
#ifndef KERNEL_HAS_H
#define KERNEL_HAS_H

#include <stdbool.h>

#define BTF		"/sys/kernel/btf/vmlinux"
#define KALLSYMS	"/proc/kallsyms"
#define RELEASE_SIZE	65	/* of struct utsname in uname(2) */

enum known { UNKNOWN, NO, YES };

enum kernel_feature {
	HAS_FTRACE_ARGS,
	HAS_KPROBES,
	HAS_SWIOTLB_DYNAMIC,
	HAS_OPTIONAL_PEAK,	/* tracks swiotlb's peak only if the command line requests it */
	HAS_ALIGNMENT,		/* aligns shared memory to the granule itself */
	NR_FEATURES
};

struct kernel_has {
	char release[RELEASE_SIZE];	/* "" if unknown */
	unsigned int major, minor;
	int error;			/* 0, or -errno of KALLSYMS if BTF is unreadable too */
	enum known features[NR_FEATURES];
	const char *alignment;		/* the function that indicates HAS_ALIGNMENT */
};

struct sysroot;

void kernel_has_read(const struct sysroot *root, struct kernel_has *has);
bool kernel_is_since(const struct kernel_has *has, unsigned int major, unsigned int minor);

#endif
