// SPDX-License-Identifier: GPL-2.0-only
/* The sub-command rhictl info. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "info.h"
#include "metrics.h"
#include "module.h"
#include "output.h"
#include "replace.h"
#include "rhictl.h"
#include "sysroot.h"
#include "view.h"

static void usage(FILE *to)
{
	fputs("Usage: rhictl info [--json | --prometheus FILE] [--sysroot DIR]\n"
	      "\n"
	      "Shows the host's sharing granule and its answers.\n"
	      "\n"
	      "      --json             machine-readable output; rhictl(8) lists the keys\n"
	      "      --prometheus FILE  metrics for node_exporter's textfile collector; - is\n"
	      "                         standard output\n"
	      "      --sysroot DIR      read a tree captured on another machine\n"
	      "      --help             this text\n"
	      "\n"
	      "Exit status: 0 granule known, 2 granule unknown, 4 module not loaded, 1 any "
	      "other error.\n", to);
}

static int show(const struct sysroot *root, const struct view *view)
{
	struct info info = { 0 };
	int ret = info_read(root, &info);

	if (ret) {
		ret = module_failure(view->dir, ret);
	} else {
		view->output->info(&info);
		ret = info.granule_bytes ? EXIT_GOOD : EXIT_CHECK;
	}
	info_free(&info);
	return ret;
}

static int write_metrics(const struct sysroot *root, const struct view *view)
{
	struct metrics metrics = { 0 };
	struct replacement file;
	int ret = metrics_read(root, &metrics);

	if (ret) {
		ret = module_failure(view->dir, ret);
	} else if (!replace_begin(&file, view->prometheus)) {
		ret = EXIT_ERROR;
	} else {
		prometheus_metrics(&metrics, file.to);
		if (metrics.hook.unread)
			warnx("incomplete: %s: %s; needs root and debugfs",
			      metrics.hook.unread, strerror(-metrics.hook.unread_error));
		ret = metrics.info.granule_bytes ? EXIT_GOOD : EXIT_CHECK;
		if (!replace_finish(&file))
			ret = EXIT_ERROR;
	}
	metrics_free(&metrics);
	return ret;
}

/**
 * cmd_info - show the sharing granule and the host's answers
 * @argc: number of entries in @argv
 * @argv: "rhictl info", then options
 *
 * Return: enum exit_code; EXIT_CHECK if the granule is unknown.
 */
int cmd_info(int argc, char **argv)
{
	struct sysroot root;
	struct view view;
	int ret;

	ret = view_options(&view, argc, argv, VIEW_PROMETHEUS, usage);
	if (ret != VIEW_GO_ON)
		return ret;
	if (optind != argc) {
		warnx("unexpected argument \"%s\"; see rhictl info --help", argv[optind]);
		return EXIT_ERROR;
	}
	if (!view_open(&view, &root))
		return EXIT_ERROR;

	ret = view.prometheus ? write_metrics(&root, &view) : show(&root, &view);
	sysroot_close(&root);
	return ret;
}
