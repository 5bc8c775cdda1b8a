// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detects features by the names in the kernel's BTF, which is fast to read. Falls back to
 * kallsyms, which is slow, and then to the kernel's configuration in /boot or /lib/modules.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "kernel-has.h"
#include "sysroot.h"

#define MAX_LINES	(4 << 20)
#define MAX_BTF		(64 << 20)	/* bytes */

/* The kernel has the function if and only if it has the feature. */
static const struct {
	enum kernel_feature feature;
	const char *function;
	const char *option;
} signs[] = {
	{ HAS_FTRACE_ARGS, "ftrace_init_nop", "CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y" },
	{ HAS_KPROBES, "register_kprobe", "CONFIG_KPROBES=y" },
	{ HAS_SWIOTLB_DYNAMIC, "swiotlb_dyn_alloc", "CONFIG_SWIOTLB_DYNAMIC=y" },
	{ HAS_OPTIONAL_PEAK, "inc_used_and_hiwater_nop", NULL },
	/* The patch series that aligns shared memory, versions 3 and 4, 5 and 6, 7 and 8. */
	{ HAS_ALIGNMENT, "mem_decrypt_granule_size", NULL },
	{ HAS_ALIGNMENT, "rhi_get_ipa_change_alignment", NULL },
	{ HAS_ALIGNMENT, "mem_cc_shared_granule_size", NULL },
	{ HAS_ALIGNMENT, "cc_shared_granule_size", NULL },
};

#define NR_SIGNS	(sizeof(signs) / sizeof(*signs))

static void add_function(struct kernel_has *has, const char *name)
{
	for (size_t i = 0; i < NR_SIGNS; i++) {
		/* For speed: most of the 100,000 names differ in the first character. */
		if (*name != *signs[i].function || strcmp(name, signs[i].function))
			continue;
		has->features[signs[i].feature] = YES;
		if (signs[i].feature == HAS_ALIGNMENT)
			has->alignment = signs[i].function;
	}
}

/* Documentation/bpf/btf.rst */
struct btf_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_len, type_off, type_len, name_off, name_len;
};

#define BTF_MAGIC	0xeb9f

/* Finds the offset of the NUL-terminated names of types, members and functions. */
static bool find_names(const struct btf_header *header, uint64_t size, uint64_t *at)
{
	*at = (uint64_t)header->header_len + header->name_off;
	return header->magic == BTF_MAGIC && header->version == 1 && header->name_len &&
	       *at <= size && header->name_len <= size - *at;
}

static void add_names(struct kernel_has *has, const char *names, size_t len)
{
	for (const char *name = names; name < names + len; name += strlen(name) + 1)
		add_function(has, name);
}

static int look_into_btf(struct kernel_has *has, const char *btf, uint64_t size)
{
	struct btf_header header;
	uint64_t at;

	if (size < sizeof(header))
		return -EPROTO;
	memcpy(&header, btf, sizeof(header));
	if (!find_names(&header, size, &at) || btf[at + header.name_len - 1])
		return -EPROTO;
	add_names(has, btf + at, header.name_len);
	return 0;
}

/* Maps the running kernel's BTF, which cannot change. Reads a captured file, which can. */
static int read_btf(const struct sysroot *root, struct kernel_has *has)
{
	int error = 0;
	FILE *stream = sysroot_stream(root, BTF, &error);
	struct stat st;
	char *btf;

	if (!stream)
		return error;
	if (fstat(fileno(stream), &st) || st.st_size <= 0 || st.st_size > MAX_BTF) {
		fclose(stream);
		return -EPROTO;
	}
	/* BTF supports mmap(2) since Linux 6.16. It is faster: each read(2) returns one page. */
	btf = *root->dir ? MAP_FAILED : mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE,
					     fileno(stream), 0);
	if (btf != MAP_FAILED) {
		error = look_into_btf(has, btf, st.st_size);
		munmap(btf, st.st_size);
		fclose(stream);
		return error;
	}
	btf = malloc(st.st_size);
	if (btf && fread(btf, st.st_size, 1, stream) == 1)
		error = look_into_btf(has, btf, st.st_size);
	else
		error = -EIO;
	free(btf);
	fclose(stream);
	return error;
}

/* A complete list has the first and the last symbol of the kernel's text. */
enum { LIST_BEGINS = 1, LIST_ENDS = 2, LIST_IS_WHOLE = 3 };

/* "ffff800080010000 T name"; a module's symbol also has a tab and "[module]". */
static int add_symbol(struct kernel_has *has, char *line)
{
	char *rest = line, *type, *name;

	strsep(&rest, " ");
	type = strsep(&rest, " ");
	name = strsep(&rest, "\n");
	if (!name)
		return 0;
	if (!strcmp(name, "_stext"))
		return LIST_BEGINS;
	if (!strcmp(name, "_etext"))
		return LIST_ENDS;
	if (!strcmp(type, "T") || !strcmp(type, "t"))
		add_function(has, name);
	return 0;
}

static int read_symbols(const struct sysroot *root, struct kernel_has *has)
{
	int error = 0, seen = 0;
	FILE *stream = sysroot_stream(root, KALLSYMS, &error);
	char line[1024];

	if (!stream)
		return error;
	for (int i = 0; i < MAX_LINES && fgets(line, sizeof(line), stream); i++)
		seen |= add_symbol(has, line);
	if (ferror(stream))
		error = -EIO;
	else if ((seen & LIST_IS_WHOLE) != LIST_IS_WHOLE)
		error = -ENODATA;
	fclose(stream);
	return error;
}

static void add_option(struct kernel_has *has, const char *line)
{
	for (size_t i = 0; i < NR_SIGNS; i++)
		if (signs[i].option && !strcmp(line, signs[i].option))
			has->features[signs[i].feature] = YES;
}

/* Returns false if the file cannot be opened. */
static bool read_config(const struct sysroot *root, struct kernel_has *has, const char *before,
			const char *behind)
{
	char path[256], line[1024];
	int error;
	FILE *stream;

	snprintf(path, sizeof(path), "%s%s%s", before, has->release, behind);
	stream = sysroot_stream(root, path, &error);
	if (!stream)
		return false;
	for (int i = 0; i < MAX_LINES && fgets(line, sizeof(line), stream); i++) {
		line[strcspn(line, "\n")] = '\0';
		add_option(has, line);
	}
	fclose(stream);
	return true;
}

/*
 * Sets features to NO if their signs are missing in a complete source. @has_option: the source is
 * a configuration, which has no signs without an option.
 */
static void rule_out(struct kernel_has *has, bool has_option)
{
	for (size_t i = 0; i < NR_SIGNS; i++)
		if (has->features[signs[i].feature] == UNKNOWN &&
		    (!has_option || signs[i].option))
			has->features[signs[i].feature] = NO;
}

static void read_release(const struct sysroot *root, struct kernel_has *has)
{
	char *text = has->release, *end;

	if (sysroot_read_value(root, "/proc/sys/kernel/osrelease", text, RELEASE_SIZE) ||
	    strchr(text, '/')) {
		*text = '\0';
		return;
	}
	has->major = strtoul(text, &end, 10);
	if (*end == '.')
		has->minor = strtoul(end + 1, NULL, 10);
}

/**
 * kernel_has_read - detect the kernel's features
 * @root: the tree to read
 * @has: filled in
 *
 * Prints no errors.
 */
void kernel_has_read(const struct sysroot *root, struct kernel_has *has)
{
	*has = (struct kernel_has){ 0 };
	read_release(root, has);
	has->error = read_btf(root, has);
	if (has->error)
		has->error = read_symbols(root, has);
	if (!has->error)
		rule_out(has, false);
	else if (*has->release && (read_config(root, has, "/boot/config-", "") ||
				   read_config(root, has, "/lib/modules/", "/config")))
		rule_out(has, true);
}

/**
 * kernel_is_since - check for a minimum kernel version
 * @has: the kernel, with a known release
 * @major: major version
 * @minor: minor version
 *
 * Return: true if the kernel has this version or a later one.
 */
bool kernel_is_since(const struct kernel_has *has, unsigned int major, unsigned int minor)
{
	return has->major > major || (has->major == major && has->minor >= minor);
}
