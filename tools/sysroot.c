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

#define MAX_ENTRIES	65536	/* of a directory */

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

/* O_NONBLOCK: a FIFO in a captured tree must not hang us. */
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
	int fd = open_regular(root, path);
	int ret;

	if (fd < 0)
		return fd;
	ret = read_to_end(fd, buf, size);
	close(fd);
	return ret < 0 ? ret : check_text(buf, ret);
}

/**
 * sysroot_stream - open a file that is too long for a buffer, or has more than plain text
 * @root: the tree
 * @path: from the root of the tree
 * @error: why not, if it cannot be opened
 *
 * Return: the stream, for fclose(3); or NULL, with @error as of sysroot_read().
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
 * sysroot_list - go through a directory
 * @root: the tree
 * @path: from the root of the tree
 * @take: gets each name that is printable ASCII, in alphabetical order; false ends it
 * @to: for @take
 *
 * Return: 0; -EFBIG if there are too many names, -ENOMEM, or -errno of openat2(2) or
 *	readdir(3): then @take got none.
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
 * sysroot_link - read a symbolic link, which is not followed
 * @root: the tree
 * @path: from the root of the tree
 * @buf: gets printable ASCII, then a NUL
 * @size: of @buf, in bytes
 *
 * Return: 0; -EFBIG if it does not fit; -EILSEQ if it has other bytes; or -errno of openat2(2)
 *	or readlinkat(2).
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
 * sysroot_explain - why could a file not be read?
 * @error: what the function that read it returned
 *
 * Return: the reason, in words.
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
 * sysroot_warn - say on stderr why a file could not be read
 * @root: the tree
 * @path: from the root of the tree
 * @error: what the function that read it returned
 *
 * Return: @error.
 */
int sysroot_warn(const struct sysroot *root, const char *path, int error)
{
	warnx("%s%s: %s", root->dir, path, sysroot_explain(error));
	return error;
}
