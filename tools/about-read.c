// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include <rhi_files.h>

#include "about-read.h"
#include "module.h"
#include "table.h"

static int add_about(void *to, char **fields)
{
	struct about *about = to;
	const char *key = fields[0], *value = fields[1];
	struct answer *number = NULL;

	if (!strcmp(key, RHI_ABOUT_FORMAT))
		number = &about->format;
	else if (!strcmp(key, RHI_ABOUT_AUDIT_AGE))
		number = &about->audit_age;
	if (!strcmp(value, RHI_ABOUT_NONE))
		return 0;
	if (number) {
		number->given = decode_decimal(value, &number->value);
		return number->given ? 0 : -EPROTO;
	}
	if (!strcmp(key, RHI_ABOUT_AUDIT_AT_LOAD))
		return decode_word(value, about->audit_at_load, sizeof(about->audit_at_load)) ?
		       0 : -EPROTO;
	if (!strcmp(key, RHI_ABOUT_AUDIT_VERDICT))
		return decode_word(value, about->audit_verdict, sizeof(about->audit_verdict)) ?
		       0 : -EPROTO;
	return 0;	/* key of a newer module */
}

/**
 * about_read - read the format version of the module's files and the latest audit's result
 * @root: the tree to read
 * @about: filled in; the caller zeroes it first
 *
 * Return: 0, or -errno from table_read().
 */
int about_read(const struct sysroot *root, struct about *about)
{
	static const struct table table = { DEBUGFS "/about", "key value", 2, add_about };

	return table_read(root, &table, about);
}
