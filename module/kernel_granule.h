/* SPDX-License-Identifier: GPL-2.0-only */
/* The granule of a kernel that aligns shared memory itself, as the upstream series does. */
#ifndef _KERNEL_GRANULE_H
#define _KERNEL_GRANULE_H

#include <linux/types.h>

struct seq_file;

const char *kernel_granule_function(void);
void kernel_granule_init(void);
u64 kernel_granule_bytes(void);
void kernel_granule_report(struct seq_file *s);

#endif /* _KERNEL_GRANULE_H */
