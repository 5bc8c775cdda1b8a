/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ABOUT_READ_H
#define ABOUT_READ_H

#include "decode.h"

struct sysroot;

/**
 * struct about - the module's files, and its latest audit
 * @format: of the files; not given by a module without the file "about"
 * @audit_verdict: a word, or "" if there was no audit
 * @audit_age: seconds
 */
struct about {
	struct answer format;
	char audit_verdict[16];
	struct answer audit_age;
};

int about_read(const struct sysroot *root, struct about *about);

#endif
