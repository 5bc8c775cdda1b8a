// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>

#include "output.h"

/**
 * output_finish - close stdout, and report lost output on stderr
 *
 * Must be the last call before the program ends. Output is buffered, so that errors such as a
 * full disk may appear only here.
 *
 * Return: 0, or -EIO if output was lost. A stdout that was already closed when the program
 *	started is an error only if the program printed something.
 */
int output_finish(void)
{
	bool lost = ferror(stdout);
	bool pending = __fpending(stdout);

	if (fclose(stdout) && (pending || errno != EBADF)) {
		warn("output is incomplete");
		return -EIO;
	}
	if (lost) {
		warnx("output is incomplete: a write failed");
		return -EIO;
	}
	return 0;
}
