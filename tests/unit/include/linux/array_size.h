/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has under this name, for building on the host. */
#ifndef UNIT_LINUX_ARRAY_SIZE_H
#define UNIT_LINUX_ARRAY_SIZE_H

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif
