// SPDX-License-Identifier: GPL-2.0-only
/* The module ends a run when its file is closed: a run cannot outlive this program. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "module.h"
#include "stress.h"
#include "sysroot.h"

#define FILE_NAME	DEBUGFS "/stress"

/* More than the longest report, which has one line for each bucket of each histogram. */
#define TEXT_SIZE	(1 << 20)
#define LOOK_MS		100

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted = signal;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = interrupt };

	/* No SA_RESTART: a signal must end the wait between two reads at once. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static int read_text(int fd, char *text)
{
	size_t used = 0;

	while (used < TEXT_SIZE - 1) {
		ssize_t got = pread(fd, text + used, TEXT_SIZE - 1 - used, used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		used += got;
	}
	text[used] = '\0';
	if (used == TEXT_SIZE - 1 || strlen(text) != used)
		return -EPROTO;
	return 0;
}

static int look(int fd, char *text, struct stress *stress)
{
	int ret = read_text(fd, text);

	memset(stress, 0, sizeof(*stress));
	return ret ? ret : stress_read(text, stress);
}

static double seconds_left(const struct stress_options *options, const struct stress *stress)
{
	const double seconds = stress->ns / 1e9;
	double left = -1;

	if (options->seconds)
		left = options->seconds - seconds;
	if (options->operations && stress->done) {
		const uint64_t more = options->operations - stress->done;
		double by_operations = seconds / stress->done * more;

		if (left < 0 || by_operations < left)
			left = by_operations;
	}
	return left;
}

static void show_progress(const struct stress_options *options, const struct stress *stress,
			  const struct stress *before)
{
	const double seconds = (stress->ns - before->ns) / 1e9;
	const double left = seconds_left(options, stress);

	fprintf(stderr, "\r%" PRIu64 " s: %" PRIu64 " operations", stress->ns / 1000000000,
		stress->done);
	if (seconds > 0)
		fprintf(stderr, ", %.0f/s", (stress->done - before->done) / seconds);
	if (interrupted)
		fputs(", ending", stderr);
	else if (left >= 0)
		fprintf(stderr, ", %.0f s left", left);
	fputs("\033[K", stderr);
}

static int follow(int fd, const struct stress_options *options, char *text, struct stress *stress)
{
	static const struct timespec wait = { .tv_nsec = LOOK_MS * 1000000L };
	/* The printed rate is that of the last one to two seconds. */
	struct stress old = { 0 }, older = { 0 };
	bool asked = false;
	int ret;

	for (;;) {
		ret = look(fd, text, stress);
		if (ret || stress->finished)
			break;
		if (stress->ns >= old.ns + 1000000000) {
			older = old;
			old = *stress;
		}
		if (!options->is_quiet)
			show_progress(options, stress, &older);
		stress_free(stress);
		if (interrupted && !asked) {
			asked = true;
			if (write(fd, "stop", 4) < 0)
				return -errno;
		}
		nanosleep(&wait, NULL);
	}
	if (!options->is_quiet)
		fputs("\r\033[K", stderr);
	return ret;
}

/**
 * stress_run - start a run, show its progress, and wait for its end
 * @options: the options
 * @stress: filled in; call stress_free() if this returns 0
 *
 * SIGINT, SIGTERM and SIGHUP stop the run cleanly, and it still gives a report.
 *
 * Return: 0; -ENOMEM; -errno from open(2), read(2) or write(2), which includes the module's own
 *	errors; or -EPROTO if the module's report is invalid.
 */
int stress_run(const struct stress_options *options, struct stress *stress)
{
	char *text = malloc(TEXT_SIZE);
	int fd, ret = 0;

	memset(stress, 0, sizeof(*stress));
	if (!text)
		return -ENOMEM;
	fd = open(FILE_NAME, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		free(text);
		return ret;
	}
	catch_signals();
	if (write(fd, options->request, strlen(options->request)) < 0)
		ret = -errno;
	else
		ret = follow(fd, options, text, stress);
	if (ret)
		stress_free(stress);
	close(fd);
	free(text);
	return ret;
}
