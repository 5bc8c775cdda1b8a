/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ABOUT_READ_H
#define ABOUT_READ_H

#include "decode.h"

struct sysroot;

/**
 * struct about - format of the module's files, and its latest audit
 * @format: version of the format; not given if the module lacks the file "about"
 * @audit_at_load: verdict of the module's audit when it was loaded, or ""
 * @audit_verdict: verdict of the latest audit, or "" before the first audit
 * @audit_age: seconds since that audit
 */
struct about {
	struct answer format;
	char audit_at_load[16];
	char audit_verdict[16];
	struct answer audit_age;
};

int about_read(const struct sysroot *root, struct about *about);

#endif
