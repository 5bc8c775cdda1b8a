// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <getopt.h>
#include <string.h>

#include "output.h"
#include "rhictl.h"
#include "sysroot.h"
#include "view.h"

static bool set_output(struct view *view, const struct output *output)
{
	if (view->output != &output_text && view->output != output) {
		warnx("--json and --ktap: give one of them");
		return false;
	}
	view->output = output;
	return true;
}

/**
 * view_options - parse --json, --sysroot DIR, --help, and the options of @extra
 * @view: filled in
 * @argc: number of entries in @argv
 * @argv: "rhictl WORD", then options
 * @extra: bitmask of enum view_extra: the other options of this sub-command
 * @usage: prints the text for --help
 *
 * Return: VIEW_GO_ON, with optind at the first argument that is not an option; or an enum
 *	exit_code if the sub-command must end.
 */
int view_options(struct view *view, int argc, char **argv, int extra,
		 void (*usage)(FILE *to))
{
	struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "sysroot", required_argument, NULL, 's' },
		/* Room for the options of @extra and the end of the list. */
		{ 0 }, { 0 }, { 0 }, { 0 }
	};
	int option, nr = 3;

	if (extra & VIEW_PROMETHEUS)
		options[nr++] = (struct option){ "prometheus", required_argument, NULL, 'p' };
	if (extra & VIEW_WATCH)
		options[nr++] = (struct option){ "watch", no_argument, NULL, 'w' };
	if (extra & VIEW_KTAP)
		options[nr++] = (struct option){ "ktap", no_argument, NULL, 'k' };

	*view = (struct view){ .output = &output_text };
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			usage(stdout);
			return EXIT_GOOD;
		case 'j':
		case 'k':
			if (!set_output(view, option == 'j' ? &output_json : &output_ktap))
				return EXIT_ERROR;
			break;
		case 's':
			view->dir = optarg;
			break;
		case 'p':
			view->prometheus = optarg;
			break;
		case 'w':
			view->watch = true;
			break;
		default:
			warnx("%s --help lists the options", argv[0]);
			return EXIT_ERROR;
		}
	}
	if (view->prometheus && view->output == &output_json) {
		warnx("--json and --prometheus: give one of them");
		return EXIT_ERROR;
	}
	if (view->dir && view->watch) {
		warnx("--sysroot %s: a captured tree does not change; omit --watch", view->dir);
		return EXIT_ERROR;
	}
	return VIEW_GO_ON;
}

/**
 * view_open - open the tree to show
 * @view: from view_options()
 * @root: filled in; close it with sysroot_close()
 *
 * Return: false on an error, which is reported on stderr.
 */
bool view_open(const struct view *view, struct sysroot *root)
{
	int ret = sysroot_open(root, view->dir);

	if (ret)
		warnx("--sysroot %s: %s; give the top directory of a captured tree",
		      view->dir ? view->dir : "/", strerror(-ret));
	return !ret;
}
