// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the checks as KTAP (Documentation/dev-tools/ktap.rst), with one test for each check.
 * A test with the verdict WARN passes.
 */
#include <stdio.h>

#include "ok.h"
#include "output.h"

static void print_detail(const char *word, const char *text)
{
	if (*text)
		printf("# %s: %s\n", word, text);
}

static void print_check(const struct ok_check *check, size_t nr)
{
	printf("%sok %zu %s%s%s", check->verdict == OK_FAIL ? "not " : "", nr,
	       check->parent ? check->parent : "", check->parent ? "." : "", check->name);
	if (check->verdict == OK_SKIP)
		printf(" # SKIP %s\n", check->reason);
	else
		printf("\n# %s: %s\n", ok_verdicts[check->verdict], check->reason);
	print_detail("next", check->next);
	print_detail("run", check->run);
	print_detail("boot", check->boot);
}

/**
 * ktap_ok - print the checks as KTAP, for kselftest, LAVA and KernelCI
 * @ok: the checks
 */
void ktap_ok(const struct ok *ok)
{
	printf("KTAP version 1\n1..%zu\n", ok->nr);
	for (size_t i = 0; i < ok->nr; i++)
		print_check(&ok->checks[i], i + 1);
	printf("# Totals: pass:%zu fail:%zu xfail:0 xpass:0 skip:%zu error:0\n",
	       ok->counts[OK_PASS] + ok->counts[OK_WARN], ok->counts[OK_FAIL],
	       ok->counts[OK_SKIP]);
}
