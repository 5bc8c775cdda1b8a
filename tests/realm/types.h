/* SPDX-License-Identifier: GPL-2.0-only */
/* Types and helpers for EL2 and for the unit tests on the host */
#ifndef REALM_TYPES_H
#define REALM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "unsigned long" has 64 bits on both, so %lx prints a u64. */
typedef unsigned long u64;
typedef uint32_t u32;
typedef uint8_t u8;

#define __noreturn		__attribute__((noreturn))
#define __aligned(n)		__attribute__((aligned(n)))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))

#define BIT(n)			(1UL << (n))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define IS_ALIGNED(x, a)	(((x) & ((a) - 1)) == 0)
#define ALIGN_DOWN(x, a)	((x) & ~((a) - 1))
#define ALIGN_UP(x, a)		(((x) + (a) - 1) & ~((a) - 1))
#define FIELD(x, hi, lo)	(((x) >> (lo)) & (BIT((hi) - (lo) + 1) - 1))

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* The RMM's granule, independent of the host's */
#define PAGE_SIZE		4096UL

#endif
