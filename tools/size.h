/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIZE_H
#define SIZE_H

#include <stdint.h>

/* Holds the longest text of size_text(). */
struct size_text {
	char text[32];
};

struct size_text size_text(uint64_t bytes);

#endif
