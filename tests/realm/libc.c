// SPDX-License-Identifier: GPL-2.0-only
#include "libc.h"
#include "types.h"

static bool words(const void *a, const void *b, size_t n)
{
	return IS_ALIGNED((u64)a | (u64)b | n, 8);
}

/* Every conversion zeroes whole pages: write eight words per iteration. */
static void *set_words(u64 *d, u64 pattern, size_t n)
{
	void *dst = d;

	for (; n >= 64; n -= 64) {
#pragma GCC unroll 8
		for (int i = 0; i < 8; i++)
			*d++ = pattern;
	}
	for (; n; n -= 8)
		*d++ = pattern;
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u8 *d = dst;

	if (words(dst, NULL, n))
		return set_words(dst, (u8)c * 0x0101010101010101UL, n);
	while (n--)
		*d++ = c;
	return dst;
}

void *memcpy(void *dst, const void *src, size_t n)
{
	const u8 *s = src;
	u8 *d = dst;

	if (words(dst, src, n)) {
		const u64 *from = src;

		for (u64 *to = dst; n; n -= 8)
			*to++ = *from++;
		return dst;
	}
	while (n--)
		*d++ = *s++;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n; n--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}
