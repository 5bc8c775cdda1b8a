/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has under this name, for building on the host. */
#ifndef UNIT_LINUX_LIMITS_H
#define UNIT_LINUX_LIMITS_H

/* The C library's limits.h asks for the file of this name in its turn. */
#include <limits.h>

#endif
