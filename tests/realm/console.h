/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulator's own UART, separate from the Realm's. */
#ifndef REALM_CONSOLE_H
#define REALM_CONSOLE_H

#include "types.h"

/** console_init() - enable the PL011's transmitter */
void console_init(void);

/**
 * console_puts() - print text
 * @s:	NUL-terminated
 */
void console_puts(const char *s);

/**
 * console_printf() - print one formatted line, as sb_printf()
 * @fmt:	format, for at most 255 characters
 */
void __printf(1, 2) console_printf(const char *fmt, ...);

#endif
