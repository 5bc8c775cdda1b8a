/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RHICTL_H
#define RHICTL_H

/*
 * All sub-commands use these codes, which rhictl(8) lists. 4 means skip in kselftest, so that
 * rhictl can run as a test without a wrapper.
 */
enum exit_code {
	EXIT_GOOD	 = 0,
	EXIT_ERROR	 = 1,	/* usage or system error */
	EXIT_CHECK	 = 2,	/* a check failed */
	EXIT_RESOURCES	 = 3,
	EXIT_UNSUPPORTED = 4,	/* not a Realm, or the module is missing */
};

/*
 * Sub-commands. argv[0] is "rhictl NAME", the prefix of getopt_long()'s messages. Each returns
 * an enum exit_code.
 */
int cmd_info(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_hook(int argc, char **argv);
int cmd_ok(int argc, char **argv);
int cmd_stress(int argc, char **argv);

#endif
