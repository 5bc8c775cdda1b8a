// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <getopt.h>
#include <string.h>

#include "output.h"
#include "rhictl.h"
#include "sysroot.h"
#include "view.h"

/**
 * view_options - read --json, --sysroot DIR, --help, and those of @extra
 * @view: filled in
 * @argc: number of @argv
 * @argv: "rhictl WORD", options
 * @extra: those of enum view_extra that there are beside these
 * @usage: prints the text for --help
 *
 * Return: VIEW_GO_ON, with optind at the first word that is no option; or enum exit_code,
 *	when all is said.
 */
int view_options(struct view *view, int argc, char **argv, int extra,
		 void (*usage)(FILE *to))
{
	struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "sysroot", required_argument, NULL, 's' },
		/* What there is not ends the list. */
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
			view->output = &output_json;
			break;
		case 'k':
			view->output = &output_ktap;
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
	return VIEW_GO_ON;
}

/**
 * view_open - open the tree that is to be shown
 * @view: from view_options()
 * @root: for sysroot_close()
 *
 * Return: false if it cannot be opened; then it was said.
 */
bool view_open(const struct view *view, struct sysroot *root)
{
	int ret = sysroot_open(root, view->dir);

	if (ret)
		warnx("--sysroot %s: %s; give the top directory of a captured tree",
		      view->dir ? view->dir : "/", strerror(-ret));
	return !ret;
}
