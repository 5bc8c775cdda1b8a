/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RHICTL_H
#define RHICTL_H

/*
 * The same for every sub-command, and a table in rhictl(8). 4 is the skip of
 * kselftest, so that a test can be a bare call of rhictl.
 */
enum exit_code {
	EXIT_GOOD	 = 0,
	EXIT_ERROR	 = 1,	/* usage, or the system failed us */
	EXIT_CHECK	 = 2,	/* what was asked about is not as it must be */
	EXIT_RESOURCES	 = 3,
	EXIT_UNSUPPORTED = 4,	/* no module, no Realm */
};

/*
 * Sub-commands. argv[0] is "rhictl NAME", which getopt_long() puts before its
 * messages. Each returns an enum exit_code.
 */
int cmd_info(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_hook(int argc, char **argv);
int cmd_ok(int argc, char **argv);
int cmd_stress(int argc, char **argv);

#endif
