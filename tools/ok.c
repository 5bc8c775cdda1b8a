// SPDX-License-Identifier: GPL-2.0-only
/* The sub-command rhictl ok. */
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "ok.h"
#include "output.h"
#include "rhictl.h"
#include "sysroot.h"
#include "view.h"

static bool is_same(const struct ok *a, const struct ok *b)
{
	for (size_t i = 0; i < a->nr; i++)
		if (a->checks[i].verdict != b->checks[i].verdict)
			return false;
	return true;
}

static void watch(const struct sysroot *root, const struct view *view, struct ok *ok)
{
	struct ok now;

	do {
		fflush(stdout);
		sleep(1);
		ok_read(root, &now);
	} while (is_same(ok, &now));
	*ok = now;
	view->output->ok(ok);
}

static void usage(FILE *to)
{
	fputs("Usage: rhictl ok [--watch] [--json | --ktap] [--sysroot DIR]\n"
	      "\n"
	      "Checks what a Realm needs to share memory with its host, causes first. Below each check that\n"
	      "does not pass it says what to do. Changes nothing; calls neither host nor RMM. Run as root.\n"
	      "\n"
	      "      --watch        repeat every second until a verdict changes\n"
	      "      --json         machine-readable output; rhictl(8) lists the keys\n"
	      "      --ktap         output for kselftest, LAVA and KernelCI\n"
	      "      --sysroot DIR  read a tree captured on another machine\n"
	      "      --help         this text\n"
	      "\n"
	      "  PASS  as it should be\n"
	      "  WARN  works, but needs attention\n"
	      "  FAIL  does not work, or memory is lost or at risk\n"
	      "  SKIP  unknown, or not applicable\n"
	      "\n"
	      "Exit status: 0 no FAIL, 2 a FAIL, 4 not a Realm, 1 any other error.\n", to);
}

/**
 * cmd_ok - check all that a Realm needs to share memory
 * @argc: number of entries in @argv
 * @argv: "rhictl ok", then options
 *
 * Return: enum exit_code; EXIT_CHECK if a check failed.
 */
int cmd_ok(int argc, char **argv)
{
	struct sysroot root;
	struct view view;
	struct ok ok;
	int ret;

	ret = view_options(&view, argc, argv, VIEW_WATCH | VIEW_KTAP, usage);
	if (ret != VIEW_GO_ON)
		return ret;
	if (optind != argc) {
		warnx("unexpected argument \"%s\"; see rhictl ok --help", argv[optind]);
		return EXIT_ERROR;
	}
	if (!view_open(&view, &root))
		return EXIT_ERROR;

	ok_read(&root, &ok);
	view.output->ok(&ok);
	if (view.watch)
		watch(&root, &view, &ok);
	sysroot_close(&root);
	return ok.exit_code;
}
