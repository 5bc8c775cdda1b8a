// SPDX-License-Identifier: GPL-2.0-only
/* The sub-command rhictl hook. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <rhi_files.h>

#include "hook.h"
#include "module.h"
#include "output.h"
#include "rhictl.h"
#include "sysroot.h"
#include "view.h"

#define PARAMETER	PARAMETERS "/hook"

static int switch_failure(const char *word, int error)
{
	switch (error) {
	case -EALREADY:
		warnx("hook %s: it stays off: this kernel aligns shared memory itself", word);
		return EXIT_UNSUPPORTED;
	case -EOPNOTSUPP:
		warnx("hook %s: not supported by this kernel, or the granule is not known; see "
		      "dmesg",
		      word);
		return EXIT_UNSUPPORTED;
	case -ENOENT:
		warnx("%s is missing; load a newer rhi_probe", PARAMETER);
		return EXIT_UNSUPPORTED;
	case -EBUSY:
	case -ENOMEM:
		warnx("hook %s: %s; see dmesg and try again", word, strerror(-error));
		return EXIT_RESOURCES;
	case -EACCES:
	case -EPERM:
		warnx("%s: %s: run it as root", PARAMETER, strerror(-error));
		return EXIT_ERROR;
	default:
		warnx("hook %s: %s: see dmesg", word, strerror(-error));
		return EXIT_ERROR;
	}
}

static int switch_to(const struct sysroot *root, const char *word)
{
	int ret = module_check(root);

	if (ret)
		return module_failure(NULL, ret);
	ret = module_write(PARAMETER, word);
	return ret ? switch_failure(word, ret) : EXIT_GOOD;
}

static int show(const struct sysroot *root, const struct view *view)
{
	struct hook hook = { 0 };
	int ret = hook_read(root, &hook);

	if (ret)
		ret = module_failure(view->dir, ret);
	else
		view->output->hook(&hook);
	hook_free(&hook);
	return ret;
}

static void usage(FILE *to)
{
	fputs("Usage: rhictl hook [on|off|status] [--json] [--sysroot DIR]\n"
	      "\n"
	      "Switches the hook; shows its state, redirected calls and the devices that hold its memory.\n"
	      "\n"
	      "  on      dma_pool and coherent DMA allocations return whole granules\n"
	      "  off     the kernel serves new requests again\n"
	      "  status  show the state (default)\n"
	      "\n"
	      "      --json         machine-readable output; rhictl(8) lists the keys\n"
	      "      --sysroot DIR  read a tree captured on another machine\n"
	      "      --help         this text\n"
	      "\n"
	      "Exit status: 0 success, 3 already hooked by someone else, 4 not supported by this\n"
	      "kernel or module not loaded, 1 any other error.\n", to);
}

static bool is_switch(const char *word)
{
	return !strcmp(word, RHI_HOOK_ON) || !strcmp(word, RHI_HOOK_OFF);
}

/**
 * cmd_hook - switch the hook, and show its state
 * @argc: number of entries in @argv
 * @argv: "rhictl hook", then options and one of on, off and status
 *
 * Return: enum exit_code.
 */
int cmd_hook(int argc, char **argv)
{
	const char *word = "status";
	struct sysroot root;
	struct view view;
	int ret;

	ret = view_options(&view, argc, argv, VIEW_PLAIN, usage);
	if (ret != VIEW_GO_ON)
		return ret;
	if (optind < argc)
		word = argv[optind++];
	if (optind < argc || (!is_switch(word) && strcmp(word, "status"))) {
		warnx("\"%s\": give on, off or status, once; see rhictl hook --help",
		      optind < argc ? argv[optind] : word);
		return EXIT_ERROR;
	}
	if (view.dir && is_switch(word)) {
		warnx("--sysroot %s: a captured tree is read-only", view.dir);
		return EXIT_ERROR;
	}

	if (!view_open(&view, &root))
		return EXIT_ERROR;
	ret = is_switch(word) ? switch_to(&root, word) : EXIT_GOOD;
	if (ret == EXIT_GOOD)
		ret = show(&root, &view);
	sysroot_close(&root);
	return ret;
}
