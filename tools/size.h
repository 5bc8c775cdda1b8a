/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIZE_H
#define SIZE_H

#include <stdint.h>

/* What size_text() writes, at most. */
struct size_text {
	char text[32];
};

struct size_text size_text(uint64_t bytes);

#endif
