/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header; messages go to the test */
#ifndef UNIT_LINUX_PRINTK_H
#define UNIT_LINUX_PRINTK_H

#define KBUILD_MODNAME	"unit"

void unit_printk(const char *fmt, ...);

#define pr_err(fmt, ...)	unit_printk(pr_fmt(fmt), ##__VA_ARGS__)

#endif
