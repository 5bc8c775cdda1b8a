// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"

static char *temporary_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char *text;

	return asprintf(&text, "%.*s.%s.new", (int)(name - path), path, name) < 0 ? NULL : text;
}

/* Returns false if the path now names another file: the process that had locked it renamed it. */
static bool is_still_at(int fd, const char *path)
{
	struct stat opened, now;

	return !fstat(fd, &opened) && !lstat(path, &now) && opened.st_dev == now.st_dev &&
	       opened.st_ino == now.st_ino;
}

static bool is_own_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

/*
 * The temporary file is in the same directory, because rename(2) cannot cross file systems. Its
 * name begins with a dot and does not end in .prom, so that node_exporter ignores it. The name is
 * always the same, so that the next run reuses the file if this one is killed. The lock keeps two
 * runs from writing to it at the same time.
 */
static int open_temporary(const char *path)
{
	for (;;) {
		int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

		if (fd < 0)
			return -1;
		if (!flock(fd, LOCK_EX)) {
			if (!is_still_at(fd, path)) {
				close(fd);
				continue;
			}
			if (!is_own_file(fd))
				errno = EEXIST;
			else if (!ftruncate(fd, 0))
				return fd;
		}
		close(fd);
		return -1;
	}
}

/* rename(2) would replace a device, or a link to one, with a regular file. */
static bool can_be_replaced(const char *path)
{
	struct stat st;

	return lstat(path, &st) || S_ISREG(st.st_mode);
}

/**
 * replace_begin - start to replace a file
 * @file: filled in
 * @path: path of the file, valid until replace_finish(); "-" is standard output
 *
 * Return: false on an error, which is reported on stderr; no temporary file remains.
 */
bool replace_begin(struct replacement *file, const char *path)
{
	int fd;

	*file = (struct replacement){ .to = stdout, .path = path };
	if (!strcmp(path, "-"))
		return true;
	if (!can_be_replaced(path)) {
		warnx("%s is not a regular file; use - for standard output", path);
		return false;
	}
	file->temporary = temporary_path(path);
	fd = file->temporary ? open_temporary(file->temporary) : -1;
	if (fd < 0) {
		warn("%s: cannot create a temporary file beside it", path);
		free(file->temporary);
		return false;
	}
	file->to = fdopen(fd, "w");
	if (!file->to || fchmod(fd, 0644)) {
		warn("%s", file->temporary);
		unlink(file->temporary);
		if (file->to)
			fclose(file->to);
		else
			close(fd);
		free(file->temporary);
		return false;
	}
	return true;
}

/**
 * replace_finish - replace the file with the new content
 * @file: from replace_begin()
 *
 * Return: false on an error, which is reported on stderr; the file is unchanged, and no temporary
 *	file remains. output_finish() reports errors of standard output.
 */
bool replace_finish(struct replacement *file)
{
	bool good;

	if (!file->temporary)
		return true;
	good = !ferror(file->to) && !fflush(file->to) && !fsync(fileno(file->to)) &&
	       !rename(file->temporary, file->path);
	if (!good) {
		warn("%s: not written", file->path);
		unlink(file->temporary);
	}
	/* Closing the file releases the lock. */
	fclose(file->to);
	free(file->temporary);
	return good;
}
