// SPDX-License-Identifier: GPL-2.0-only
/* Facts as lines: "request: result, result, ..." */
#include <linux/seq_file.h>

#include "contract.h"

void facts_begin(struct facts *f, struct device *dev, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(f->name, sizeof(f->name), fmt, args);
	va_end(args);
	seq_printf(f->s, "%s:", f->name);
	f->said = false;
	watch_begin(dev);
}

void facts_say(struct facts *f, const char *fmt, ...)
{
	va_list args;

	seq_puts(f->s, f->said ? ", " : " ");
	f->said = true;
	va_start(args, fmt);
	seq_vprintf(f->s, fmt, args);
	va_end(args);
}

/* Start another line with the same name. */
void facts_next(struct facts *f, const char *what)
{
	seq_printf(f->s, "\n%s, %s:", f->name, what);
	f->said = false;
}

void facts_end(struct facts *f)
{
	watch_end(f);
	seq_putc(f->s, '\n');
}

void facts_line(struct facts *f, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(f->s, fmt, args);
	va_end(args);
	seq_putc(f->s, '\n');
}
