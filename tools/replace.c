// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"

/*
 * Beside the file, as rename(2) does not leave a file system. It begins with a dot and does
 * not end in .prom: node_exporter passes it over.
 */
static int open_temporary(struct replacement *file)
{
	const char *slash = strrchr(file->path, '/');
	const char *name = slash ? slash + 1 : file->path;

	if (asprintf(&file->temporary, "%.*s.%s.XXXXXX", (int)(name - file->path), file->path,
		     name) < 0) {
		file->temporary = NULL;
		errno = ENOMEM;
		return -1;
	}
	return mkostemp(file->temporary, O_CLOEXEC);
}

/* rename(2) would put a file in the place of a device, or of the link to one. */
static bool can_be_replaced(const char *path)
{
	struct stat st;

	return lstat(path, &st) || S_ISREG(st.st_mode);
}

static void discard(struct replacement *file)
{
	unlink(file->temporary);
	free(file->temporary);
}

/**
 * replace_begin - begin to write a file
 * @file: filled in
 * @path: of the file; it must stay valid until replace_finish(). "-" is standard output
 *
 * Return: false if it cannot be written; then it was said, and nothing is left.
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
	fd = open_temporary(file);
	if (fd < 0) {
		warn("%s: cannot create a temporary file beside it", path);
		free(file->temporary);
		return false;
	}
	file->to = fdopen(fd, "w");
	if (!file->to || fchmod(fd, 0644)) {
		warn("%s", file->temporary);
		if (file->to)
			fclose(file->to);
		else
			close(fd);
		discard(file);
		return false;
	}
	return true;
}

/**
 * replace_finish - put what was written in the place of the file
 * @file: from replace_begin()
 *
 * Return: false if this failed; then it was said, the file is as it was, and nothing is left.
 *	Of standard output output_finish() tells.
 */
bool replace_finish(struct replacement *file)
{
	bool good;

	if (!file->temporary)
		return true;
	good = !fflush(file->to) && !fsync(fileno(file->to));
	if (fclose(file->to))
		good = false;
	if (good)
		good = !rename(file->temporary, file->path);
	if (!good)
		warn("%s: not written", file->path);
	if (good)
		free(file->temporary);
	else
		discard(file);
	return good;
}
