/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header */
#ifndef UNIT_LINUX_BITOPS_H
#define UNIT_LINUX_BITOPS_H

#define __ffs(word)	((unsigned int)__builtin_ctzl(word))
#define fls64(word)	((word) ? 64 - __builtin_clzll(word) : 0)

#endif
