// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <ftw.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "must.h"
#include "report.h"
#include "sysroot.h"

static struct sysroot root;
static char dir[64];
static FILE *usual;
static char *text;
static size_t length;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void remove_tree(void)
{
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Create all parent directories of @path, which starts with '/'. */
static void make_directories(const char *path)
{
	for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		char *parent = strndup(path + 1, end - path - 1);

		mkdirat(root.fd, parent, 0755);
		free(parent);
	}
}

static void make_tree(const char *const *paths)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/fuzz.XXXXXX", tmp && strlen(tmp) < 48 ? tmp : "/tmp");
	MUST(mkdtemp(dir));
	atexit(remove_tree);
	MUST(!sysroot_open(&root, dir));
	for (; *paths; paths++)
		make_directories(*paths);
}

static void make_file(const char *path, const uint8_t *data, size_t size)
{
	int fd;

	if (size == 2 && !memcmp(data, "-\n", 2)) {
		unlinkat(root.fd, path + 1, 0);
		return;
	}
	fd = openat(root.fd, path + 1, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

/* Returns the size of the text up to the next line "@", or to the end. */
static size_t section(const uint8_t *data, size_t size)
{
	for (size_t at = 0; at + 1 < size; at++)
		if (data[at] == '@' && data[at + 1] == '\n' && (!at || data[at - 1] == '\n'))
			return at;
	return size;
}

const struct sysroot *report_tree(const uint8_t *data, size_t size, const char *const *paths)
{
	if (!*dir)
		make_tree(paths);
	for (; *paths; paths++) {
		const size_t here = section(data, size);

		if (size)
			make_file(*paths, data, here);
		else
			unlinkat(root.fd, *paths + 1, 0);
		data += here;
		size -= here;
		if (size) {
			data += 2;
			size -= 2;
		}
	}
	return &root;
}

void report_begin(FILE **stream)
{
	usual = *stream;
	*stream = open_memstream(&text, &length);
	MUST(*stream);
}

char *report_end(FILE **stream)
{
	fclose(*stream);
	*stream = usual;
	return text;
}

void report_said(bool is_error)
{
	char *said = report_end(&stderr);

	MUST(is_error == !!*said);
	free(said);
}

/* json-c accepts these numbers, JSON does not. */
static bool has_no_number(const char *json)
{
	bool in_string = false;

	for (; *json; json++) {
		if (*json == '"')
			in_string = !in_string;
		else if (in_string)
			json += *json == '\\';
		else if (!strncasecmp(json, "nan", 3) || !strncasecmp(json, "inf", 3))
			return true;
	}
	return false;
}

void report_printed(bool is_json)
{
	char *printed = report_end(&stdout);

	MUST(*printed);
	if (is_json) {
		struct json_object *object = json_tokener_parse(printed);

		MUST(json_object_is_type(object, json_type_object));
		json_object_put(object);
		MUST(!has_no_number(printed));
	}
	free(printed);
}
