/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SYSROOT_H
#define SYSROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Files below a root directory: "/" of the running machine, or a tree captured on another
 * machine. Paths start with '/'. Neither ".." nor a symbolic link leads out of a captured tree.
 */
struct sysroot {
	int fd;
	const char *dir;	/* prefix of paths in messages; "" for "/" */
};

int sysroot_open(struct sysroot *root, const char *dir);
void sysroot_close(struct sysroot *root);
bool sysroot_has(const struct sysroot *root, const char *path);
int sysroot_read(const struct sysroot *root, const char *path, char *buf, size_t size);
int sysroot_read_value(const struct sysroot *root, const char *path, char *buf, size_t size);
FILE *sysroot_stream(const struct sysroot *root, const char *path, int *error);
int sysroot_list(const struct sysroot *root, const char *path,
		 bool (*take)(void *to, const char *name), void *to);
int sysroot_link(const struct sysroot *root, const char *path, char *buf, size_t size);
const char *sysroot_explain(int error);
int sysroot_warn(const struct sysroot *root, const char *path, int error);

#endif
