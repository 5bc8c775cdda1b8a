// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: ksymtab IMAGE
 *
 * Print the symbols that an arm64 kernel exports, in Module.symvers format, from its uncompressed
 * Image: for kernels without headers.
 *
 * An Image has no ELF symbol table, but it has __ksymtab, which modules are linked against: an
 * array of self-relative offsets to value, name and namespace (struct kernel_symbol in
 * kernel/module/internal.h). This finds it as the longest array whose names are identifiers.
 * Debian's kernels have no CRCs (CONFIG_MODVERSIONS is off). __ksymtab does not show which exports
 * are GPL-only: mark all of them so, since our modules are GPL.
 */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far more than can match by chance, far fewer than a kernel exports. */
#define MIN_SYMBOLS	1000
#define ENTRY		(3 * sizeof(int32_t))

static const unsigned char *image;
static size_t size;

static int32_t offset_at(size_t at)
{
	int32_t offset;

	memcpy(&offset, image + at, sizeof(offset));
	return offset;
}

/* The string that the offset at @at points to, possibly the tail of a longer one, or NULL. */
static const char *string_at(size_t at)
{
	const int64_t to = (int64_t)at + offset_at(at);
	const unsigned char *c;

	if (to < 0 || to >= (int64_t)size)
		return NULL;
	for (c = image + to; c < image + size && *c; c++) {
		if (!isgraph(*c))
			return NULL;
	}
	return c < image + size ? (const char *)image + to : NULL;
}

static bool is_identifier(const char *s)
{
	if (!*s || isdigit((unsigned char)*s))
		return false;
	for (; *s; s++) {
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '.')
			return false;
	}
	return true;
}

static bool is_entry(size_t at)
{
	const char *name = string_at(at + sizeof(int32_t));

	return name && is_identifier(name) && string_at(at + 2 * sizeof(int32_t));
}

int main(int argc, char **argv)
{
	size_t best = 0, symbols = 0;
	struct stat st;
	int fd;

	if (argc != 2)
		errx(1, "usage: ksymtab IMAGE");
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", argv[1]);
	size = st.st_size;
	image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED)
		err(1, "%s", argv[1]);
	if (size < 64 || memcmp(image + 56, "ARMd", 4))
		errx(1, "%s is not an uncompressed arm64 Image", argv[1]);

	for (size_t at = 0; at + ENTRY <= size; at += sizeof(int32_t)) {
		size_t n = 0;

		while (at + (n + 1) * ENTRY <= size && is_entry(at + n * ENTRY))
			n++;
		if (n > symbols) {
			best = at;
			symbols = n;
		}
		if (n > MIN_SYMBOLS)
			at += (n - 1) * ENTRY;
	}
	if (symbols < MIN_SYMBOLS)
		errx(1, "%s has no recognizable __ksymtab", argv[1]);
	for (size_t at = best; symbols--; at += ENTRY)
		printf("0x00000000\t%s\tvmlinux\tEXPORT_SYMBOL_GPL\t%s\n",
		       string_at(at + sizeof(int32_t)), string_at(at + 2 * sizeof(int32_t)));
	return 0;
}
