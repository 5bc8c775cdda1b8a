// SPDX-License-Identifier: GPL-2.0-only
/* rhictl: what rhi_probe knows and does, for people and for scripts. */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "rhictl.h"
#include "version.h"

static const struct command {
	const char *name;
	char *title;		/* becomes argv[0] */
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "ok", (char []){ "rhictl ok" }, cmd_ok,
	  "what is good here, what is not, and what to do about it" },
	{ "info", (char []){ "rhictl info" }, cmd_info,
	  "the host's sharing granule, and what the host answered" },
	{ "audit", (char []){ "rhictl audit" }, cmd_audit,
	  "what breaks the granule in this Realm's memory, and whose it is" },
	{ "bench", (char []){ "rhictl bench" }, cmd_bench,
	  "the kernel's dma_pool and rhi_pool, side by side" },
	{ "hook", (char []){ "rhictl hook" }, cmd_hook,
	  "whole granules for the kernel's own allocators, and who holds them" },
	{ "stress", (char []){ "rhictl stress" }, cmd_stress,
	  "load for shared memory: what is written is there, and how long it takes" },
	{ 0 }
};

static void usage(FILE *to)
{
	fputs("Usage: rhictl COMMAND [--help] [OPTION]...\n\nCommands:\n", to);
	for (const struct command *command = commands; command->name; command++)
		fprintf(to, "  %-8s %s\n", command->name, command->help);
	fputs("\nSee rhictl(8).\n", to);
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return EXIT_ERROR;
	}
	if (!strcmp(argv[1], "--help")) {
		usage(stdout);
		return EXIT_GOOD;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("rhictl " RHICTL_VERSION);
		return EXIT_GOOD;
	}
	for (const struct command *command = commands; command->name; command++) {
		if (strcmp(argv[1], command->name))
			continue;
		argv[1] = command->title;
		return command->run(argc - 1, argv + 1);
	}
	warnx("no command \"%s\"; rhictl --help lists them", argv[1]);
	return EXIT_ERROR;
}

int main(int argc, char **argv)
{
	int ret = run(argc, argv);

	/* A report that did not arrive is worth nothing, whatever it said. */
	if (output_finish())
		return EXIT_ERROR;
	return ret;
}
