// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: ksymtab IMAGE
 *
 * Print the symbols that an arm64 kernel exports, in Module.symvers format, from its uncompressed
 * Image: for kernels without headers.
 *
 * An Image has no ELF symbol table, but it has __ksymtab, which modules are linked against: an
 * array of self-relative offsets to value, name and namespace (struct kernel_symbol in
 * kernel/module/internal.h). This finds it as the longest array whose names are identifiers. With
 * CONFIG_MODVERSIONS an array of CRCs follows, in the same order, and then the strings (RO_DATA in
 * asm-generic/vmlinux.lds.h); without it the CRCs are printed as 0. __ksymtab does not show which
 * exports are GPL-only: mark all of them so, since our modules are GPL.
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

static int32_t word_at(size_t at)
{
	int32_t word;

	memcpy(&word, image + at, sizeof(word));
	return word;
}

/* The string that the offset at @at points to, possibly the tail of a longer one, or NULL. */
static const char *string_at(size_t at)
{
	const int64_t to = (int64_t)at + word_at(at);
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

/* Returns the offset of __ksymtab, or 0, and sets @nr to its length. */
static size_t find_symbols(size_t *nr)
{
	size_t best = 0;

	*nr = 0;
	for (size_t at = 0; at + ENTRY <= size; at += sizeof(int32_t)) {
		size_t n = 0;

		while (at + (n + 1) * ENTRY <= size && is_entry(at + n * ENTRY))
			n++;
		if (n > *nr) {
			best = at;
			*nr = n;
		}
		if (n > MIN_SYMBOLS)
			at += (n - 1) * ENTRY;
	}
	return *nr < MIN_SYMBOLS ? 0 : best;
}

/* The CRCs fill the space between the symbols and their first string. */
static bool has_crcs(size_t symbols, size_t nr)
{
	const size_t end = symbols + nr * ENTRY;
	size_t strings = size;

	for (size_t i = 0; i < nr; i++) {
		for (int field = 1; field < 3; field++) {
			const char *string =
				string_at(symbols + i * ENTRY + field * sizeof(int32_t));
			const size_t at = string - (const char *)image;

			if (at >= end && at < strings)
				strings = at;
		}
	}
	return strings - end == nr * sizeof(uint32_t);
}

int main(int argc, char **argv)
{
	size_t symbols, nr;
	struct stat st;
	bool crcs;
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

	symbols = find_symbols(&nr);
	if (!symbols)
		errx(1, "%s has no recognizable __ksymtab", argv[1]);
	crcs = has_crcs(symbols, nr);
	for (size_t i = 0; i < nr; i++) {
		const size_t at = symbols + i * ENTRY;
		uint32_t crc = 0;

		if (crcs)
			crc = word_at(symbols + nr * ENTRY + i * sizeof(crc));
		printf("0x%08x\t%s\tvmlinux\tEXPORT_SYMBOL_GPL\t%s\n", crc,
		       string_at(at + sizeof(int32_t)), string_at(at + 2 * sizeof(int32_t)));
	}
	return 0;
}
