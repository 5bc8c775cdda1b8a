/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header */
#ifndef UNIT_LINUX_ARRAY_SIZE_H
#define UNIT_LINUX_ARRAY_SIZE_H

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif
