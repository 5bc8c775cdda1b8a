/* SPDX-License-Identifier: GPL-2.0-only */
/* Assertions for any input: libFuzzer keeps the input that violates one. */
#ifndef FUZZ_MUST_H
#define FUZZ_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(cond) do {							\
	if (!(cond)) {							\
		dprintf(2, "%s:%d: failed: %s\n", __FILE__, __LINE__, #cond); \
		abort();						\
	}								\
} while (0)

/**
 * LLVMFuzzerTestOneInput() - run one input; called by libFuzzer
 * @data:	input
 * @size:	its size in bytes
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
