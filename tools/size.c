// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "size.h"

/**
 * size_text - format a size with a unit
 * @bytes: the size
 *
 * Return: the exact size, in the largest unit that gives an integer.
 */
struct size_text size_text(uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	struct size_text size;
	int unit = 0;

	for (; bytes && !(bytes % 1024); bytes /= 1024)
		unit++;
	snprintf(size.text, sizeof(size.text), "%" PRIu64 " %s", bytes, units[unit]);
	return size;
}
