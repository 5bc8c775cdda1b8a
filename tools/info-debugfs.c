// SPDX-License-Identifier: GPL-2.0-only
/* Reads the data of rhictl info that is in debugfs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rhi_files.h>

#include "info.h"
#include "module.h"
#include "sysroot.h"
#include "table.h"

static int add_hostconf(void *to, char **fields)
{
	struct info *info = to;

	if (!strcmp(fields[0], RHI_KERNEL_GRANULE))
		return decode_kernel_answer(fields[1], &info->kernel) ? 0 : -EPROTO;

	if (!strcmp(fields[0], "page_size"))
		return decode_decimal(fields[1], &info->page_size_bytes) &&
		       !decode_alignment(info->page_size_bytes) ? 0 : -EPROTO;

	if (strcmp(fields[0], "granule_source"))
		return 0;	/* also in sysfs, or key of a newer module */
	for (int i = 0; i < NR_SOURCES; i++) {
		if (strcmp(fields[1], granule_sources[i]))
			continue;
		info->source = i;
		return 0;
	}
	return -EPROTO;
}

static int append_family(struct info *info, const struct family *family)
{
	struct family *grown;

	grown = reallocarray(info->families, info->nr_families + 1, sizeof(*family));
	if (!grown)
		return -ENOMEM;
	info->families = grown;
	info->families[info->nr_families++] = *family;
	return 0;
}

static int add_refusal(struct info *info, struct family *family, const char *word)
{
	if (!decode_word(word, family->refusal, sizeof(family->refusal)))
		return -EPROTO;
	return append_family(info, family);
}

static int add_family(void *to, char **fields)
{
	struct info *info = to;
	struct family family = { 0 };
	char *word;

	if (!decode_word(fields[0], family.name, sizeof(family.name)))
		return -EPROTO;
	family.version.given = decode_hex(fields[1], &family.version.value);
	if (!family.version.given)
		return !strcmp(fields[2], "-") ? add_refusal(info, &family, fields[1]) : -EPROTO;
	if (strncmp(fields[2], "0x", 2))
		return add_refusal(info, &family, fields[2]);

	while ((word = strsep(&fields[2], ","))) {
		if (family.nr_features == FEATURE_WORDS ||
		    !decode_hex(word, &family.features[family.nr_features++]))
			return -EPROTO;
	}
	return append_family(info, &family);
}

static int add_call(void *to, char **fields)
{
	struct info *info = to;
	struct call call;
	struct call *grown;

	if (!decode_decimal(fields[0], &call.seq) ||
	    !decode_hex(fields[1], &call.fid) ||
	    !decode_word(fields[2], call.name, sizeof(call.name)) ||
	    !decode_word(fields[3], call.rsi, sizeof(call.rsi)) ||
	    !decode_answer(fields[4], &call.answer) ||
	    !decode_decimal(fields[5], &call.duration_ns))
		return -EPROTO;

	grown = reallocarray(info->calls, info->nr_calls + 1, sizeof(call));
	if (!grown)
		return -ENOMEM;
	info->calls = grown;
	info->calls[info->nr_calls++] = call;
	return 0;
}

static const struct table hostconf_table = {
	DEBUGFS "/hostconf", "key value", 2, add_hostconf
};

static const struct table families_table = {
	DEBUGFS "/families", "family version features", 3, add_family
};

static const struct table calls_table = {
	DEBUGFS "/calls", "seq fid name rsi answer ns", 6, add_call
};

/* Only root can read debugfs, and it may not be mounted or captured: ignore missing files. */
static int read_table(const struct sysroot *root, const struct table *table, struct info *info,
		      bool *have)
{
	int ret = table_read(root, table, info);

	*have = !ret;
	if (!table_is_unread(ret))
		return ret;
	if (!info->unread) {
		info->unread = table->path;
		info->unread_error = ret;
	}
	return 0;
}

/**
 * info_read_hostconf - read the host's answers that the module keeps; makes no host call
 * @root: the tree to read
 * @info: gets the page size, the granule's source, and unread as in info_read_debugfs()
 *
 * Return: as for info_read_debugfs().
 */
int info_read_hostconf(const struct sysroot *root, struct info *info)
{
	bool have;

	return read_table(root, &hostconf_table, info, &have);
}

/**
 * info_read_debugfs - read data that only root can read
 * @root: the tree to read
 * @info: gets the page size, the granule's source, families, calls and the bounce buffer; and
 *	unread and unread_error if a file of the first four cannot be read
 *
 * Return:
 * * 0		- success, even if debugfs is unreadable
 * * -EPROTO	- a file has unexpected content; reported on stderr
 * * -ENOMEM	- out of memory; not reported
 * * -errno	- error from sysroot_read(); reported on stderr
 */
int info_read_debugfs(const struct sysroot *root, struct info *info)
{
	int ret;

	ret = info_read_hostconf(root, info);
	if (ret)
		return ret;
	/* Read calls first: reading families makes host calls, which would appear in the list. */
	ret = read_table(root, &calls_table, info, &info->have_calls);
	if (ret)
		return ret;
	/* An invalid value of the kernel's is reported, and counts as missing. */
	ret = swiotlb_read(root, &info->swiotlb);
	if (ret && info->swiotlb.from_module)
		return ret;
	return read_table(root, &families_table, info, &info->have_families);
}
