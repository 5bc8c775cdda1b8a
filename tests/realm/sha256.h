/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REALM_SHA256_H
#define REALM_SHA256_H

#include "types.h"

#define SHA256_SIZE	32

/**
 * sha256() - hash of a short message (FIPS 180-4)
 * @data:	message
 * @len:	its length in bytes
 * @out:	SHA256_SIZE bytes; must not overlap @data
 */
void sha256(const u8 *data, size_t len, u8 *out);

#endif
