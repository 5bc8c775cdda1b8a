/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header */
#ifndef UNIT_LINUX_KSTRTOX_H
#define UNIT_LINUX_KSTRTOX_H

#include <ctype.h>
#include <errno.h>
#include <linux/types.h>
#include <stdlib.h>

/* Stricter than strtoull(): no blanks, no minus sign, nothing after the number */
static inline int kstrtou64(const char *text, unsigned int base, u64 *to)
{
	char *end;

	if (*text == '+')
		text++;
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*to = strtoull(text, &end, base);
	if (errno)
		return -ERANGE;
	if (*end == '\n')
		end++;
	return *end ? -EINVAL : 0;
}

static inline int kstrtou32(const char *text, unsigned int base, u32 *to)
{
	u64 wide;
	int err = kstrtou64(text, base, &wide);

	if (!err && wide > UINT32_MAX)
		err = -ERANGE;
	if (!err)
		*to = wide;
	return err;
}

#endif
