// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: unframe [INPUT]
 *
 * Decode the Realm's frames from stdin: write the output to stdout and stderr, and exit with the
 * command's status, 123 if the frames end without one, or 125 after a system error. When the Realm
 * requests input, read file descriptor 3 and write a frame to the pipe INPUT.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "frames.h"

#define NO_STATUS	123
#define FAILURE		125
#define COMMANDS_STDIN	3

static bool copy(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

static void put(int fd, const char *p, size_t len)
{
	if (!copy(fd, p, len)) {
		perror("unframe: cannot write the command's output");
		exit(FAILURE);
	}
}

/* Read exactly @len bytes; returns false at the end of the frames. */
static bool get(char *p, size_t len)
{
	while (len) {
		ssize_t n = read(STDIN_FILENO, p, len);

		if (n <= 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

/* Ignore errors: the Realm may be gone. */
static void feed(int to)
{
	char frame[FRAME_HEADER + FRAME_MAX];
	ssize_t n = read(COMMANDS_STDIN, frame + FRAME_HEADER, FRAME_MAX);
	const size_t len = n > 0 ? n : 0;

	frame[0] = FRAME_STDIN;
	frame[1] = len & 0xff;
	frame[2] = len >> 8;
	copy(to, frame, FRAME_HEADER + len);
}

int main(int argc, char **argv)
{
	const int to = argc > 1 ? open(argv[1], O_WRONLY) : -1;
	bool is_wanted = false;

	if (argc > 1 && to < 0) {
		perror(argv[1]);
		return FAILURE;
	}
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = is_wanted ? COMMANDS_STDIN : -1, .events = POLLIN },
		};
		char header[FRAME_HEADER], payload[FRAME_MAX];
		size_t len;

		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return NO_STATUS;
		}
		if (fds[1].revents) {
			feed(to);
			is_wanted = false;
		}
		if (!fds[0].revents)
			continue;
		if (!get(header, sizeof(header)))
			return NO_STATUS;
		len = (unsigned char)header[1] | (unsigned char)header[2] << 8;
		if (len > sizeof(payload) || !get(payload, len))
			return NO_STATUS;
		switch (header[0]) {
		case FRAME_STDOUT:
			put(STDOUT_FILENO, payload, len);
			break;
		case FRAME_STDERR:
			put(STDERR_FILENO, payload, len);
			break;
		case FRAME_WANT:
			is_wanted = to >= 0;
			break;
		case FRAME_EXIT:
			if (len != 1)
				return NO_STATUS;
			/* Drain stdin: QEMU must not block on a full pipe. */
			while (read(STDIN_FILENO, header, sizeof(header)) > 0)
				;
			return (unsigned char)payload[0];
		default:
			return NO_STATUS;
		}
	}
}
