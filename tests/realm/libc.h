/* SPDX-License-Identifier: GPL-2.0-only */
/* String functions: libc.c on EL2, the C library on the host. */
#ifndef REALM_LIBC_H
#define REALM_LIBC_H

#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);

#endif
