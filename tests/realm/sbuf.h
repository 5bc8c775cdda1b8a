/* SPDX-License-Identifier: GPL-2.0-only */
/* Formatted text in a fixed buffer. */
#ifndef REALM_SBUF_H
#define REALM_SBUF_H

#include <stdarg.h>
#include "types.h"

/**
 * struct sbuf - text in a fixed buffer
 * @p:		buffer, always NUL-terminated
 * @size:	its size in bytes
 * @len:	length of the text, less than @size; text is truncated to fit
 */
struct sbuf {
	char *p;
	size_t size;
	size_t len;
};

#define SBUF(buf, sz)	((struct sbuf){ .p = (buf), .size = (sz) })

/**
 * sb_vprintf() - append formatted text
 * @sb:		destination
 * @fmt:	supports %s %c %d %lu %lx %% and, for hexadecimal, a zero-padded width
 * @ap:		arguments
 */
void sb_vprintf(struct sbuf *sb, const char *fmt, va_list ap);

/**
 * sb_printf() - append formatted text, as sb_vprintf()
 * @sb:		destination
 * @fmt:	format
 */
void __printf(2, 3) sb_printf(struct sbuf *sb, const char *fmt, ...);

/**
 * sb_json() - append a JSON string, quoted and escaped
 * @sb:		destination
 * @s:		text; bytes outside printable ASCII become "?"
 */
void sb_json(struct sbuf *sb, const char *s);

#endif
