// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysroot.h"

#define MAX_ENTRIES	65536	/* in a directory */

/**
 * sysroot_open - open the tree for the other calls
 * @root: filled in
 * @dir: path of a captured tree, valid until sysroot_close(); NULL for the running machine
 *
 * Return: 0, or -errno from open(2).
 */
int sysroot_open(struct sysroot *root, const char *dir)
{
	root->dir = dir ? dir : "";
	root->fd = open(dir ? dir : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root->fd < 0 ? -errno : 0;
}

/**
 * sysroot_close - release what sysroot_open() opened
 * @root: the tree
 */
void sysroot_close(struct sysroot *root)
{
	close(root->fd);
}

/* RESOLVE_IN_ROOT (Linux 5.6) keeps absolute links and ".." inside the tree. */
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
 * sysroot_has - check whether a path exists
 * @root: the tree
 * @path: from the root of the tree
 *
 * Return: false only if the path does not exist; true also if the lookup fails with another
 *	error.
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

	/* Ignore st_size: sysfs reports 4096 and debugfs reports 0 for any content. */
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

/* O_NONBLOCK: opening a FIFO in a captured tree must not block. */
static int open_regular(const struct sysroot *root, const char *path)
{
	int fd = open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int ret = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EINVAL;
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/**
 * sysroot_read - read an entire small text file
 * @root: the tree
 * @path: from the root of the tree
 * @buf: gets printable ASCII and newlines, then a NUL
 * @size: size of @buf, in bytes
 *
 * Return:
 * * 0		- the content is in @buf
 * * -ENODATA	- the file is empty
 * * -EFBIG	- the content does not fit
 * * -EILSEQ	- the file contains bytes other than printable ASCII and newlines
 * * -EINVAL	- the path is not a regular file
 * * -errno	- error from openat2(2), fstat(2) or read(2)
 */
int sysroot_read(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	int fd = open_regular(root, path);
	int ret;

	if (fd < 0)
		return fd;
	ret = read_to_end(fd, buf, size);
	close(fd);
	return ret < 0 ? ret : check_text(buf, ret);
}

/**
 * sysroot_stream - open a file that is too long for a buffer, or is not plain text
 * @root: the tree
 * @path: from the root of the tree
 * @error: gets -errno if the file cannot be opened
 *
 * Return: the stream, to be closed with fclose(3); or NULL, with @error as for sysroot_read().
 */
FILE *sysroot_stream(const struct sysroot *root, const char *path, int *error)
{
	int fd = open_regular(root, path);
	FILE *stream;

	if (fd < 0) {
		*error = fd;
		return NULL;
	}
	stream = fdopen(fd, "r");
	if (!stream) {
		*error = -errno;
		close(fd);
	}
	return stream;
}

/**
 * sysroot_read_value - read a file that has one value on one line
 * @root: the tree
 * @path: from the root of the tree
 * @buf: gets the line without its newline
 * @size: size of @buf, in bytes
 *
 * Return: as for sysroot_read(), or -E2BIG if the file has more than one line.
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

static bool is_to_take(const char *name)
{
	return strcmp(name, ".") && strcmp(name, "..") && !strchr(name, '\n') &&
	       !check_text(name, strlen(name));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **list;
	size_t nr;
};

static int add_name(struct names *names, const char *name)
{
	char **grown;

	if (names->nr == MAX_ENTRIES)
		return -EFBIG;
	grown = reallocarray(names->list, names->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	names->list = grown;
	grown[names->nr] = strdup(name);
	if (!grown[names->nr])
		return -ENOMEM;
	names->nr++;
	return 0;
}

static int read_names(DIR *dir, struct names *names)
{
	struct dirent *entry;
	int ret = 0;

	do {
		errno = 0;
		entry = readdir(dir);
		if (entry && is_to_take(entry->d_name))
			ret = add_name(names, entry->d_name);
	} while (entry && !ret);
	return entry ? ret : -errno;
}

/**
 * sysroot_list - call a function for each entry of a directory
 * @root: the tree
 * @path: from the root of the tree
 * @take: called in alphabetical order for each name that is printable ASCII; returns false to
 *	stop
 * @to: passed to @take
 *
 * Return: 0; -EFBIG if the directory has more than MAX_ENTRIES names; -ENOMEM; or -errno from
 *	openat2(2) or readdir(3). @take is not called after an error.
 */
int sysroot_list(const struct sysroot *root, const char *path,
		 bool (*take)(void *to, const char *name), void *to)
{
	int fd = open_in_root(root, path, O_RDONLY | O_DIRECTORY);
	struct names names = { 0 };
	bool more = true;
	DIR *dir;
	int ret;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		ret = -errno;
		close(fd);
		return ret;
	}
	ret = read_names(dir, &names);
	closedir(dir);
	if (names.nr)
		qsort(names.list, names.nr, sizeof(*names.list), compare_names);
	for (size_t i = 0; i < names.nr; i++) {
		if (!ret && more)
			more = take(to, names.list[i]);
		free(names.list[i]);
	}
	free(names.list);
	return ret;
}

/**
 * sysroot_link - read a symbolic link without following it
 * @root: the tree
 * @path: from the root of the tree
 * @buf: gets printable ASCII, then a NUL
 * @size: size of @buf, in bytes
 *
 * Return: 0; -EFBIG if the target does not fit; -EILSEQ if it contains other bytes; or -errno from
 *	openat2(2) or readlinkat(2).
 */
int sysroot_link(const struct sysroot *root, const char *path, char *buf, size_t size)
{
	int fd = open_in_root(root, path, O_PATH | O_NOFOLLOW);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = readlinkat(fd, "", buf, size);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	if ((size_t)len == size)
		return -EFBIG;
	buf[len] = '\0';
	return strchr(buf, '\n') ? -EILSEQ : check_text(buf, len);
}

/**
 * sysroot_explain - describe an error from reading a file
 * @error: the return value of a function that reads files
 *
 * Return: the description.
 */
const char *sysroot_explain(int error)
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
	case -EPROTO:
		return "unknown content";
	default:
		return strerror(-error);
	}
}

/**
 * sysroot_warn - report on stderr why a file cannot be read
 * @root: the tree
 * @path: from the root of the tree
 * @error: the return value of a function that reads files
 *
 * Return: @error.
 */
int sysroot_warn(const struct sysroot *root, const char *path, int error)
{
	warnx("%s%s: %s", root->dir, path, sysroot_explain(error));
	return error;
}
