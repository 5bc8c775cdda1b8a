// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sysroot.h"
#include "table.h"

#define TABLE_SIZE	(64 << 10)	/* enough for several hundred host calls or pools */

/* Splits a line at blanks; the last field is the rest of the line. */
static bool split(char *line, char **fields, int nr)
{
	for (int i = 0; i < nr; i++) {
		line += strspn(line, " ");
		if (!*line)
			return false;
		fields[i] = line;
		if (i == nr - 1)
			break;
		line += strcspn(line, " ");
		if (*line)
			*line++ = '\0';
	}
	return true;
}

/**
 * table_parse - parse the text of a file
 * @table: the file's format, and the function for its lines
 * @dir: prefix of the path in messages
 * @text: the text; gets modified
 * @to: passed to @table->add
 *
 * Return: 0; -EPROTO, which is reported on stderr; or another error from @table->add.
 */
int table_parse(const struct table *table, const char *dir, char *text, void *to)
{
	char *fields[MAX_FIELDS];
	char *line;
	int ret;

	for (int nr = 1; (line = strsep(&text, "\n")); nr++) {
		if (!*line || *line == '#')
			continue;
		ret = split(line, fields, table->nr_fields) ? table->add(to, fields) : -EPROTO;
		if (ret == -EPROTO)
			warnx("%s%s: line %d is not \"%s\"", dir,
			      table->path, nr, table->form);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * table_is_unread - check whether the file is unavailable, which callers can tolerate
 * @error: error from table_read()
 *
 * Return: true if the file is missing, or this user may not read it.
 */
bool table_is_unread(int error)
{
	return error == -ENOENT || error == -EACCES || error == -EPERM;
}

/**
 * table_read - read and parse a file
 * @root: the tree to read
 * @table: the file, and the function for its lines
 * @to: passed to @table->add
 *
 * Return:
 * * 0		- all lines are valid
 * * -EPROTO	- a line has unexpected content; reported on stderr
 * * -ENOMEM	- out of memory; not reported
 * * -errno	- error from @table->add; not reported
 * * -errno	- error from sysroot_read(); reported on stderr, unless table_is_unread()
 */
int table_read(const struct sysroot *root, const struct table *table, void *to)
{
	return table_read_large(root, table, TABLE_SIZE, to);
}

/**
 * table_read_large - read and parse a file that may be larger than 64 KiB
 * @root: the tree to read
 * @table: the file, and the function for its lines
 * @size: maximum size of the file and a NUL, in bytes
 * @to: passed to @table->add
 *
 * Return: as for table_read().
 */
int table_read_large(const struct sysroot *root, const struct table *table, size_t size, void *to)
{
	char *text = malloc(size);
	int ret;

	if (!text)
		return -ENOMEM;
	ret = sysroot_read(root, table->path, text, size);
	if (!ret)
		ret = table_parse(table, root->dir, text, to);
	else if (!table_is_unread(ret))
		sysroot_warn(root, table->path, ret);
	free(text);
	return ret;
}
