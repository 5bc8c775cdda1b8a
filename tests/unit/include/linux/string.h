/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header */
#ifndef UNIT_LINUX_STRING_H
#define UNIT_LINUX_STRING_H

#include <errno.h>
#include <string.h>

static inline int match_string(const char * const *words, size_t nr, const char *word)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(words[i], word))
			return i;
	return -EINVAL;
}

#endif
