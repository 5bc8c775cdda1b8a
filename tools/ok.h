/* SPDX-License-Identifier: GPL-2.0-only */
/* The result of rhictl ok: a tree of checks, causes first. */
#ifndef OK_H
#define OK_H

#include <stddef.h>

enum ok_verdict { OK_PASS, OK_WARN, OK_FAIL, OK_SKIP, NR_OK_VERDICTS };

extern const char *const ok_verdicts[NR_OK_VERDICTS];

#define OK_TEXT		320
#define OK_COMMAND	224

/**
 * struct ok_check - a check and its result
 * @name: name of the check, one word
 * @parent: name of the parent check, or NULL
 * @verdict: the verdict
 * @reason: the reason for the verdict
 * @next: what the user should do, as a sentence, or ""
 * @run: a command that does it, or ""
 * @boot: what to add to the kernel's command line, or ""
 */
struct ok_check {
	const char *name;
	const char *parent;
	enum ok_verdict verdict;
	char reason[OK_TEXT];
	char next[OK_TEXT];
	char run[OK_COMMAND];
	char boot[OK_COMMAND];
};

#define MAX_CHECKS	32

struct ok {
	struct ok_check checks[MAX_CHECKS];
	size_t nr;
	size_t counts[NR_OK_VERDICTS];
	int exit_code;
};

struct sysroot;

void ok_read(const struct sysroot *root, struct ok *ok);

#endif
