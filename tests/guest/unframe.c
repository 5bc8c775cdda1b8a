// SPDX-License-Identifier: GPL-2.0-only
/*
 * unframe: on the host, takes the Realm's frames from stdin apart: output to stdout and
 * stderr, and the command's exit status as its own; 125 if the frames end without one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "frames.h"

#define NO_STATUS	125

static void copy(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			perror("unframe: the command's output could not be written");
			exit(1);
		}
		p += n;
		len -= n;
	}
}

int main(void)
{
	unsigned char header[FRAME_HEADER];
	char payload[FRAME_MAX];
	int status;

	while (fread(header, 1, sizeof(header), stdin) == sizeof(header)) {
		size_t len = header[1] | header[2] << 8;

		if (len > sizeof(payload) || fread(payload, 1, len, stdin) != len)
			break;
		switch (header[0]) {
		case FRAME_STDOUT:
			copy(STDOUT_FILENO, payload, len);
			break;
		case FRAME_STDERR:
			copy(STDERR_FILENO, payload, len);
			break;
		case FRAME_EXIT:
			if (len != 1)
				return NO_STATUS;
			status = (unsigned char)payload[0];
			/* QEMU must not stop on a pipe that nobody reads. */
			while (fread(payload, 1, sizeof(payload), stdin))
				;
			return status;
		default:
			return NO_STATUS;
		}
	}
	return NO_STATUS;
}
