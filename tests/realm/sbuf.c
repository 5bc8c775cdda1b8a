// SPDX-License-Identifier: GPL-2.0-only
#include "sbuf.h"

static void put(struct sbuf *sb, char c)
{
	if (sb->len + 1 >= sb->size)
		return;
	sb->p[sb->len++] = c;
	sb->p[sb->len] = '\0';
}

static void put_number(struct sbuf *sb, u64 v, unsigned int base, unsigned int width)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	for (; width > n; width--)
		put(sb, '0');
	while (n)
		put(sb, digits[--n]);
}

static void put_signed(struct sbuf *sb, long v)
{
	if (v < 0)
		put(sb, '-');
	put_number(sb, v < 0 ? 0UL - (u64)v : (u64)v, 10, 0);
}

void sb_vprintf(struct sbuf *sb, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		unsigned int width = 0;

		if (*fmt != '%') {
			put(sb, *fmt);
			continue;
		}
		while (*++fmt >= '0' && *fmt <= '9')
			width = width * 10 + (*fmt - '0');
		if (*fmt == 's') {
			for (const char *s = va_arg(ap, const char *); *s; s++)
				put(sb, *s);
		} else if (*fmt == 'c') {
			put(sb, va_arg(ap, int));
		} else if (*fmt == 'd') {
			put_signed(sb, va_arg(ap, int));
		} else if (*fmt == 'l') {
			put_number(sb, va_arg(ap, u64), *++fmt == 'x' ? 16 : 10, width);
		} else {
			put(sb, *fmt);
		}
	}
}

void sb_printf(struct sbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(sb, fmt, ap);
	va_end(ap);
}

void sb_json(struct sbuf *sb, const char *s)
{
	put(sb, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			put(sb, '\\');
		put(sb, *s < ' ' || *s > '~' ? '?' : *s);
	}
	put(sb, '"');
}
