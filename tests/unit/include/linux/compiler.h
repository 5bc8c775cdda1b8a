/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header */
#ifndef UNIT_LINUX_COMPILER_H
#define UNIT_LINUX_COMPILER_H

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))
#define __packed		__attribute__((packed))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))

#endif
