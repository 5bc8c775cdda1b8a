/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has under this name, for building on the host. */
#ifndef UNIT_LINUX_SIZES_H
#define UNIT_LINUX_SIZES_H

#define SZ_4K	0x1000

#endif
