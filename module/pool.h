/* SPDX-License-Identifier: GPL-2.0-only */
/* Pool functions for the debugfs files and module init, beside include/rhi_pool.h. */
#ifndef _POOL_H
#define _POOL_H

#include <linux/types.h>

struct rhi_pool;
struct seq_file;

int pool_init(void);
void pool_exit(void);
void pool_show_all(struct seq_file *s);

#endif /* _POOL_H */
