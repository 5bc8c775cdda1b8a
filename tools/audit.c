// SPDX-License-Identifier: GPL-2.0-only
/* The sub-command rhictl audit. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "audit.h"
#include "module.h"
#include "output.h"
#include "replace.h"
#include "rhictl.h"
#include "sysroot.h"
#include "view.h"

static void usage(FILE *to)
{
	fputs("Usage: rhictl audit [--watch] [--json | --prometheus FILE] [--sysroot DIR]\n"
	      "\n"
	      "Audits the Realm's memory: lists misaligned shared memory and its owners.\n"
	      "\n"
	      "      --watch            repeat every second until the result changes\n"
	      "      --json             machine-readable output; rhictl(8) lists the keys\n"
	      "      --prometheus FILE  metrics for node_exporter's textfile collector; - is\n"
	      "                         standard output\n"
	      "      --sysroot DIR      read a tree captured on another machine\n"
	      "      --help             this text\n"
	      "\n"
	      "Exit status: 0 all granules aligned, 2 misaligned or destroyed memory, 4 not a Realm,\n"
	      "unknown granule or module not loaded, 1 any other error.\n", to);
}

static int failure(const char *dir, int error)
{
	/* audit_read() has already said what to do. */
	if (error == -ENOENT)
		return EXIT_ERROR;
	return module_failure(dir, error);
}

static bool write_metrics(const struct audit *audit, const char *path)
{
	struct replacement file;

	if (!replace_begin(&file, path))
		return false;
	prometheus_audit(audit, file.to);
	return replace_finish(&file);
}

static int report(const struct audit *audit, const struct view *view)
{
	const struct audit_verdict *verdict = audit->verdict;

	if (verdict->is_report && !view->prometheus)
		view->output->audit(audit);
	else if (verdict->is_report && !write_metrics(audit, view->prometheus))
		return EXIT_ERROR;
	else if (!verdict->is_report)
		warnx("%s: %s%s%s", verdict->word, audit->meaning, verdict->next ? "; " : "",
		      verdict->next ? verdict->next : "");
	return verdict->exit_code;
}

static int look(const struct sysroot *root, const struct view *view)
{
	struct audit audit = { 0 };
	int ret = audit_read(root, &audit);

	ret = ret ? failure(view->dir, ret) : report(&audit, view);
	audit_free(&audit);
	return ret;
}

static int watch(const struct sysroot *root, const struct view *view)
{
	struct audit first = { 0 };
	bool same = true;
	int ret;

	ret = audit_read(root, &first);
	ret = ret ? failure(NULL, ret) : report(&first, view);
	if (ret != EXIT_GOOD && ret != EXIT_CHECK)
		same = false;
	while (same) {
		struct audit now = { 0 };

		fflush(stdout);
		sleep(1);
		ret = audit_read(root, &now);
		same = !ret && audit_same(&first, &now);
		if (!same)
			ret = ret ? failure(NULL, ret) : report(&now, view);
		audit_free(&now);
	}
	audit_free(&first);
	return ret;
}

/**
 * cmd_audit - list misaligned memory and its owners
 * @argc: number of entries in @argv
 * @argv: "rhictl audit", then options
 *
 * Return: enum exit_code; EXIT_CHECK if memory is misaligned or destroyed.
 */
int cmd_audit(int argc, char **argv)
{
	struct sysroot root;
	struct view view;
	int ret;

	ret = view_options(&view, argc, argv, VIEW_PROMETHEUS | VIEW_WATCH, usage);
	if (ret != VIEW_GO_ON)
		return ret;
	if (optind != argc) {
		warnx("unexpected argument \"%s\"; see rhictl audit --help", argv[optind]);
		return EXIT_ERROR;
	}
	if (!view_open(&view, &root))
		return EXIT_ERROR;

	ret = view.watch ? watch(&root, &view) : look(&root, &view);
	sysroot_close(&root);
	return ret;
}
