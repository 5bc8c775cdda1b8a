/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel was built with. */
#ifndef KERNEL_HAS_H
#define KERNEL_HAS_H

#include <stdbool.h>

#define BTF		"/sys/kernel/btf/vmlinux"
#define KALLSYMS	"/proc/kallsyms"
#define RELEASE_SIZE	65	/* of uname(2) */

enum known { UNKNOWN, NO, YES };

enum kernel_feature {
	HAS_FTRACE_ARGS,
	HAS_KPROBES,
	HAS_SWIOTLB_DYNAMIC,
	HAS_OPTIONAL_PEAK,	/* swiotlb's is only counted if the command line asks for it */
	HAS_ALIGNMENT,		/* it keeps shared memory to the granule by itself */
	NR_FEATURES
};

struct kernel_has {
	char release[RELEASE_SIZE];	/* "" if it is not known */
	unsigned int major, minor;
	int error;			/* 0, or why KALLSYMS, too, cannot be read: -errno */
	enum known features[NR_FEATURES];
	const char *alignment;		/* the function by which HAS_ALIGNMENT is known */
};

struct sysroot;

void kernel_has_read(const struct sysroot *root, struct kernel_has *has);
bool kernel_is_since(const struct kernel_has *has, unsigned int major, unsigned int minor);

#endif
