// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>

#include "output.h"

/**
 * output_finish - close stdout, and say so if anything was lost
 *
 * The last call before the program ends. A full disk shows only here, since
 * output is buffered.
 *
 * Return: 0, or -EIO. A stdout that was closed from the start is no loss if
 * nothing was printed.
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
