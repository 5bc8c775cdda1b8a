/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has under this name, for building on the host. */
#ifndef UNIT_LINUX_LOG2_H
#define UNIT_LINUX_LOG2_H

#include <linux/types.h>

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

#endif
