// SPDX-License-Identifier: GPL-2.0-only
/* rhictl info: the sub-command. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "info.h"
#include "module.h"
#include "output.h"
#include "rhictl.h"
#include "sysroot.h"

static void usage(FILE *to)
{
	fputs("Usage: rhictl info [--json] [--sysroot DIR]\n"
	      "\n"
	      "Shows the host's sharing granule, and what the host answered.\n"
	      "\n"
	      "      --json         for programs; keys are described in rhictl(1)\n"
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
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "sysroot", required_argument, NULL, 's' },
		{ 0 }
	};
	const struct output *output = &output_text;
	const char *dir = NULL;
	struct info info = { 0 };
	struct sysroot root;
	int option, ret;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			usage(stdout);
			return EXIT_GOOD;
		case 'j':
			output = &output_json;
			break;
		case 's':
			dir = optarg;
			break;
		default:
			warnx("rhictl info --help lists the options");
			return EXIT_ERROR;
		}
	}
	if (optind != argc) {
		warnx("\"%s\" is no option; rhictl info --help lists them", argv[optind]);
		return EXIT_ERROR;
	}

	ret = sysroot_open(&root, dir);
	if (ret) {
		warnx("--sysroot %s: %s; give the top directory of a captured tree",
		      dir ? dir : "/", strerror(-ret));
		return EXIT_ERROR;
	}
	ret = info_read(&root, &info);
	sysroot_close(&root);
	if (ret) {
		ret = module_failure(dir, ret);
	} else {
		output->info(&info);
		ret = info.granule_bytes ? EXIT_GOOD : EXIT_CHECK;
	}
	info_free(&info);
	return ret;
}
