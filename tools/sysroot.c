// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysroot.h"

/**
 * sysroot_open - choose the tree that the other calls read
 * @root: filled in
 * @dir: a captured tree, which must stay valid as long as @root is used, or
 *	NULL for the running machine
 *
 * Return: 0, or -errno of open(2).
 */
int sysroot_open(struct sysroot *root, const char *dir)
{
	root->dir = dir ? dir : "";
	root->fd = open(dir ? dir : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root->fd < 0 ? -errno : 0;
}

/**
 * sysroot_close - release what sysroot_open() took
 * @root: the tree
 */
void sysroot_close(struct sysroot *root)
{
	close(root->fd);
}

/* RESOLVE_IN_ROOT (Linux 5.6) holds absolute links and ".." inside the tree. */
static int open_in_root(const struct sysroot *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	int fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/**
 * sysroot_has - is there anything at this path?
 * @root: the tree
 * @path: from the root of the tree
 *
 * Return: false only when the path does not exist. A path that cannot be
 * looked up may well exist.
 */
bool sysroot_has(const struct sysroot *root, const char *path)
{
	int fd = open_in_root(root, path, O_PATH);

	if (fd < 0)
		return fd != -ENOENT && fd != -ENOTDIR;
	close(fd);
	return true;
}

static int read_to_end(int fd, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t got;

	/* Not by st_size: sysfs says 4096 and debugfs 0, whatever comes. */
	while (used < size) {
		got = read(fd, buf + used, size - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got) {
			buf[used] = '\0';
			return used;
		}
		used += got;
	}
	return -EFBIG;
}

static int check_text(const char *buf, size_t len)
{
	if (!len)
		return -ENODATA;
	for (size_t i = 0; i < len; i++)
		if (buf[i] != '\n' && (buf[i] < ' ' || buf[i] > '~'))
			return -EILSEQ;
	return 0;
}

/**
 * sysroot_read - read a whole small text file
 * @root: the tree
 * @path: from the root of the tree
 * @buf: gets printable ASCII and newlines, then a NUL
 * @size: of @buf, in bytes
 *
 * Return:
 * * 0		- the file is in @buf
 * * -ENODATA	- it is empty
 * * -EFBIG	- it does not fit
 * * -EILSEQ	- it has other bytes than text
 * * -EINVAL	- it is not a regular file
 * * -errno	- of openat2(2), fstat(2) or read(2)
 */
int sysroot_read(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	/* O_NONBLOCK: a FIFO in a captured tree must not hang us. */
	int fd = open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int ret;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EINVAL;
	else
		ret = read_to_end(fd, buf, size);
	close(fd);
	return ret < 0 ? ret : check_text(buf, ret);
}

/**
 * sysroot_read_value - read a file that has one value on one line
 * @root: the tree
 * @path: from the root of the tree
 * @buf: gets the line without its newline
 * @size: of @buf, in bytes
 *
 * Return: what sysroot_read() returns, or -E2BIG if there is a second line.
 */
int sysroot_read_value(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	int ret = sysroot_read(root, path, buf, size);
	char *newline;

	if (ret)
		return ret;
	newline = strchr(buf, '\n');
	if (!newline)
		return 0;
	if (newline[1])
		return -E2BIG;
	*newline = '\0';
	return *buf ? 0 : -ENODATA;
}

static const char *explain(int error)
{
	switch (error) {
	case -ENODATA:
		return "the file is empty";
	case -EFBIG:
		return "the file is too long";
	case -EILSEQ:
		return "the file is not plain text";
	case -EINVAL:
		return "not a regular file";
	case -E2BIG:
		return "more than one line";
	default:
		return strerror(-error);
	}
}

/**
 * sysroot_warn - say on stderr why a file could not be read
 * @root: the tree
 * @path: from the root of the tree
 * @error: what the function that read it returned
 *
 * Return: @error.
 */
int sysroot_warn(const struct sysroot *root, const char *path, int error)
{
	warnx("%s%s: %s", root->dir, path, explain(error));
	return error;
}
