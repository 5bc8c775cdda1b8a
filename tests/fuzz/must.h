/* SPDX-License-Identifier: GPL-2.0-only */
/* What has to hold whatever the input is: if not, libFuzzer keeps the input. */
#ifndef FUZZ_MUST_H
#define FUZZ_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(cond) do {							\
	if (!(cond)) {							\
		dprintf(2, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
		abort();						\
	}								\
} while (0)

/**
 * LLVMFuzzerTestOneInput() - what libFuzzer calls again and again
 * @data:	input
 * @size:	its size in bytes
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
