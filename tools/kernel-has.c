// SPDX-License-Identifier: GPL-2.0-only
/*
 * By the names that the kernel's BTF has, which is fast to read; without BTF by kallsyms, which
 * is not; without that by the configuration that lies beside the kernel.
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

/* What is there with the option, and not without it. */
static const struct {
	enum kernel_feature feature;
	const char *function;
	const char *option;
} signs[] = {
	{ HAS_FTRACE_ARGS, "ftrace_init_nop", "CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y" },
	{ HAS_KPROBES, "register_kprobe", "CONFIG_KPROBES=y" },
	{ HAS_SWIOTLB_DYNAMIC, "swiotlb_dyn_alloc", "CONFIG_SWIOTLB_DYNAMIC=y" },
	{ HAS_OPTIONAL_PEAK, "inc_used_and_hiwater_nop", NULL },
	/* The mail series that aligns shared memory: versions 3 and 4, 5 and 6, 7 and 8. */
	{ HAS_ALIGNMENT, "mem_decrypt_granule_size", NULL },
	{ HAS_ALIGNMENT, "rhi_get_ipa_change_alignment", NULL },
	{ HAS_ALIGNMENT, "mem_cc_shared_granule_size", NULL },
	{ HAS_ALIGNMENT, "cc_shared_granule_size", NULL },
};

#define NR_SIGNS	(sizeof(signs) / sizeof(*signs))

static void add_function(struct kernel_has *has, const char *name)
{
	for (size_t i = 0; i < NR_SIGNS; i++) {
		/* There are a hundred thousand names, and most differ in the first letter. */
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

/* Where in the file the names of types, members and functions are: each ends with a NUL. */
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

/* The kernel's own does not change. A file in a captured tree could, and is read. */
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
	/* Since 6.16. A read gets a page alone each time. */
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

/* Bits of what stands at both ends of a list that is whole. */
enum { LIST_BEGINS = 1, LIST_ENDS = 2, LIST_IS_WHOLE = 3 };

/* "ffff800080010000 T name"; a module's has a tab and the module's name behind it. */
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

/* False if there is no such file. */
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

/* What was looked for in a whole list, and was not found, is not there. */
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
 * kernel_has_read - find out what the kernel has
 * @root: the tree to read
 * @has: filled in. Nothing is said
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
 * kernel_is_since - is the kernel of this version, or newer?
 * @has: the kernel, with a release that is known
 * @major: of the version
 * @minor: of the version
 *
 * Return: true if so.
 */
bool kernel_is_since(const struct kernel_has *has, unsigned int major, unsigned int minor)
{
	return has->major > major || (has->major == major && has->minor >= minor);
}
