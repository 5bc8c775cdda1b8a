/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/debug/rhi: a human-readable report. */
#ifndef _DEBUGFS_H
#define _DEBUGFS_H

void rhi_debugfs_init(void);
void rhi_debugfs_exit(void);

#endif /* _DEBUGFS_H */
