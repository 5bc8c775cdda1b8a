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
 * The temporary file is in the same directory, because rename(2) cannot cross file systems. Its
 * name begins with a dot and does not end in .prom, so that node_exporter ignores it.
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

/* rename(2) would replace a device, or a link to one, with a regular file. */
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
