// SPDX-License-Identifier: GPL-2.0-only
#include "console.h"
#include "platform.h"
#include "sbuf.h"

#define UARTDR		0x00
#define UARTFR		0x18
#define UARTFR_TXFF	BIT(5)
#define UARTLCR_H	0x2c
#define UARTLCR_H_8BIT	(3 << 5)
#define UARTCR		0x30
#define UARTCR_TX	(BIT(0) | BIT(8))

static volatile u32 *uart(unsigned int offset)
{
	return (volatile u32 *)(u64)(PLAT_UART0 + offset);
}

void console_init(void)
{
	*uart(UARTLCR_H) = UARTLCR_H_8BIT;
	*uart(UARTCR) = UARTCR_TX;
}

void console_puts(const char *s)
{
	for (; *s; s++) {
		while (*uart(UARTFR) & UARTFR_TXFF)
			;
		*uart(UARTDR) = *s;
	}
}

void console_printf(const char *fmt, ...)
{
	char line[256];
	struct sbuf sb = SBUF(line, sizeof(line));
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	console_puts(line);
}
