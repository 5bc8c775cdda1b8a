// SPDX-License-Identifier: GPL-2.0-only
/* Prints the checks as text: one line for each check, followed by its advice. */
#include <stdio.h>

#include "ok.h"
#include "output.h"

static void print_remedy(const char *indent, const char *word, const char *text)
{
	if (*text)
		printf("      %s  %-5s %s\n", indent, word, text);
}

/**
 * text_ok - print the checks as text
 * @ok: the checks
 */
void text_ok(const struct ok *ok)
{
	for (size_t i = 0; i < ok->nr; i++) {
		const struct ok_check *check = &ok->checks[i];
		const char *indent = check->parent ? "  " : "";

		printf("%s  %s%s: %s\n", ok_verdicts[check->verdict], indent, check->name,
		       check->reason);
		print_remedy(indent, "next:", check->next);
		print_remedy(indent, "run:", check->run);
		print_remedy(indent, "boot:", check->boot);
	}
	printf("\n%zu PASS, %zu WARN, %zu FAIL, %zu SKIP\n", ok->counts[OK_PASS],
	       ok->counts[OK_WARN], ok->counts[OK_FAIL], ok->counts[OK_SKIP]);
}
