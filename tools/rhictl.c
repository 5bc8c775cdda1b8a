// SPDX-License-Identifier: GPL-2.0-only
/* rhictl: the command-line interface to rhi_probe. */
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
	  "check this Realm and say what to do" },
	{ "info", (char []){ "rhictl info" }, cmd_info,
	  "the host's sharing granule and answers" },
	{ "audit", (char []){ "rhictl audit" }, cmd_audit,
	  "misaligned shared memory and its owners" },
	{ "bench", (char []){ "rhictl bench" }, cmd_bench,
	  "compare dma_pool with rhi_pool" },
	{ "hook", (char []){ "rhictl hook" }, cmd_hook,
	  "make the kernel's DMA allocators return whole granules" },
	{ "stress", (char []){ "rhictl stress" }, cmd_stress,
	  "stress shared memory, verify it, and measure latencies" },
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
	warnx("unknown command \"%s\"; see rhictl --help", argv[1]);
	return EXIT_ERROR;
}

int main(int argc, char **argv)
{
	int ret = run(argc, argv);

	/* Lost output is an error, whatever the result of the command. */
	if (output_finish())
		return EXIT_ERROR;
	return ret;
}
