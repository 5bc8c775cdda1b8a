/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/rhi: one value per file, world-readable. */
#ifndef _SYSFS_H
#define _SYSFS_H

int rhi_sysfs_init(void);
void rhi_sysfs_exit(void);

#endif /* _SYSFS_H */
