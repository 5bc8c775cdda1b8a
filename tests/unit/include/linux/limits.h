/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header */
#ifndef UNIT_LINUX_LIMITS_H
#define UNIT_LINUX_LIMITS_H

/* The C library header includes <linux/limits.h> itself. */
#include <limits.h>

#endif
