// SPDX-License-Identifier: GPL-2.0-only
/* The order of the checks of rhictl ok, and the exit code. */
#include "ok-check.h"
#include "ok-facts.h"
#include "rhictl.h"

/* Causes come before their effects. rhictl(8) describes each check. */
static const struct {
	const char *name, *parent;
	ok_look *look;
} tree[] = {
	{ "realm",	NULL,		ok_realm },
	{ "kernel",	NULL,		ok_kernel },
	{ "debugfs",	"kernel",	ok_debugfs },
	{ "ftrace",	"kernel",	ok_ftrace },
	{ "kprobes",	"kernel",	ok_kprobes },
	{ "lockdown",	"kernel",	ok_lockdown },
	{ "signatures",	"kernel",	ok_signatures },
	{ "module",	NULL,		ok_module },
	{ "version",	"module",	ok_version },
	{ "format",	"module",	ok_format },
	{ "host",	NULL,		ok_host },
	{ "granule",	"host",		ok_granule },
	{ "sharing",	NULL,		ok_sharing },
	{ "boot",	"sharing",	ok_at_boot },
	{ "devices",	"sharing",	ok_devices },
	{ "hook",	"sharing",	ok_hook },
	{ "swiotlb",	NULL,		ok_swiotlb },
	{ "peak",	"swiotlb",	ok_peak },
	{ "place",	"swiotlb",	ok_place },
	{ "growth",	"swiotlb",	ok_growth },
	{ "full",	"swiotlb",	ok_full },
	{ "atomic",	NULL,		ok_atomic },
	{ "leaks",	NULL,		ok_leaks },
	{ "refusals",	NULL,		ok_refusals },
	{ "frees",	NULL,		ok_frees },
	{ "unload",	NULL,		ok_unload },
	{ "audit",	NULL,		ok_audit },
};

#define NR_CHECKS	(sizeof(tree) / sizeof(*tree))

_Static_assert(NR_CHECKS <= MAX_CHECKS, "struct ok has no room for all checks");

/**
 * ok_read - perform all checks
 * @root: the tree to read
 * @ok: filled in
 *
 * Changes nothing, does not walk memory, and calls neither the host nor the RMM. Reports
 * unexpected content of the module's files on stderr, with the line.
 */
void ok_read(const struct sysroot *root, struct ok *ok)
{
	struct facts facts;

	*ok = (struct ok){ .nr = NR_CHECKS, .exit_code = EXIT_GOOD };
	facts_read(root, &facts);
	for (size_t i = 0; i < NR_CHECKS; i++) {
		struct ok_check *check = &ok->checks[i];

		check->name = tree[i].name;
		check->parent = tree[i].parent;
		tree[i].look(&facts, check);
		ok->counts[check->verdict]++;
	}
	if (facts.realm == NO)
		ok->exit_code = EXIT_UNSUPPORTED;
	else if (ok->counts[OK_FAIL])
		ok->exit_code = EXIT_CHECK;
	facts_free(&facts);
}
