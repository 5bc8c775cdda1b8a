// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sysroot.h"
#include "table.h"

#define TABLE_SIZE	(64 << 10)	/* several hundred host calls, or pools */

/* Splits at blanks; the last field is the rest of the line. */
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
 * table_parse - take a file's text, line by line
 * @table: its form, and what takes a line of it
 * @dir: put before the path in messages
 * @text: it is changed
 * @to: for @table->add
 *
 * Return: 0, -EPROTO (then it was said), or what @table->add returned.
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
 * table_is_unread - is this a file that one can do without?
 * @error: of table_read()
 *
 * Return: true if the file is not there, or is not for this user.
 */
bool table_is_unread(int error)
{
	return error == -ENOENT || error == -EACCES || error == -EPERM;
}

/**
 * table_read - read a file, line by line
 * @root: the tree to read
 * @table: the file, and what takes a line of it
 * @to: for @table->add
 *
 * Return:
 * * 0		- all lines were taken
 * * -EPROTO	- a line has other content than rhictl knows; it was said
 * * -ENOMEM	- nothing was said
 * * -errno	- of @table->add; nothing was said
 * * -errno	- of sysroot_read(); it was said, unless table_is_unread()
 */
int table_read(const struct sysroot *root, const struct table *table, void *to)
{
	return table_read_large(root, table, TABLE_SIZE, to);
}

/**
 * table_read_large - read a file that can be longer than others
 * @root: the tree to read
 * @table: the file, and what takes a line of it
 * @size: of the file and a NUL, at most; bytes
 * @to: for @table->add
 *
 * Return: that of table_read().
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
