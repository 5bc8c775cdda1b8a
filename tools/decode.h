/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DECODE_H
#define DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A raw answer of the host. The module writes "none" if the call did not complete. */
struct answer {
	bool given;
	uint64_t value;
};

/* What the module says about the kernel's own function; all empty if the kernel has none. */
struct kernel_answer {
	uint64_t bytes;
	char function[48];
	char verdict[16];	/* RHI_KERNEL_GRANULE_AGREES and so on */
};

bool decode_decimal(const char *text, uint64_t *value);
bool decode_hex(const char *text, uint64_t *value);
bool decode_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *bytes);
bool decode_answer(const char *text, struct answer *answer);
bool decode_word(const char *text, char *word, size_t size);
bool decode_kernel_answer(char *text, struct kernel_answer *answer);
const char *decode_feature(const char *family, unsigned int word, unsigned int bit);
const char *decode_alignment(uint64_t value);

#endif
