// SPDX-License-Identifier: GPL-2.0-only
/* rhictl info: the sub-command. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>

#include "info.h"
#include "module.h"
#include "output.h"
#include "rhictl.h"
#include "sysroot.h"
#include "view.h"

static void usage(FILE *to)
{
	fputs("Usage: rhictl info [--json] [--sysroot DIR]\n"
	      "\n"
	      "Shows the host's sharing granule, and what the host answered.\n"
	      "\n"
	      "      --json         for programs; keys are described in rhictl(8)\n"
	      "      --sysroot DIR  read a tree that was captured on another machine\n"
	      "      --help         this text\n"
	      "\n"
	      "Exit status: 0 the granule is known, 2 it is not, 4 the module is not loaded,\n"
	      "1 anything else.\n", to);
}

/**
 * cmd_info - show the sharing granule, and what the host answered
 * @argc: number of @argv
 * @argv: "rhictl info", options
 *
 * Return: enum exit_code; EXIT_CHECK if the granule is unknown.
 */
int cmd_info(int argc, char **argv)
{
	struct info info = { 0 };
	struct sysroot root;
	struct view view;
	int ret;

	ret = view_options(&view, argc, argv, false, usage);
	if (ret != VIEW_GO_ON)
		return ret;
	if (optind != argc) {
		warnx("\"%s\" is no option; rhictl info --help lists them", argv[optind]);
		return EXIT_ERROR;
	}
	if (!view_open(&view, &root))
		return EXIT_ERROR;

	ret = info_read(&root, &info);
	sysroot_close(&root);
	if (ret) {
		ret = module_failure(view.dir, ret);
	} else {
		view.output->info(&info);
		ret = info.granule_bytes ? EXIT_GOOD : EXIT_CHECK;
	}
	info_free(&info);
	return ret;
}
