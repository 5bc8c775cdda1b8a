/* SPDX-License-Identifier: GPL-2.0-only */
/* The debugfs files audit and ripas. */
#ifndef _AUDIT_SHOW_H
#define _AUDIT_SHOW_H

#include <linux/fs.h>

extern const struct file_operations audit_fops;
extern const struct file_operations ripas_fops;

#endif /* _AUDIT_SHOW_H */
