// SPDX-License-Identifier: GPL-2.0-only
/* Reads the module's figures of the bounce buffer, or without the module those of the kernel. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rhi_files.h>

#include "module.h"
#include "swiotlb-read.h"
#include "sysroot.h"
#include "table.h"

#define MAX_POOLS	1024

static const struct {
	const char *key;	/* in the module's file */
	const char *path;	/* file of the kernel */
} figures[NR_SWIOTLB] = {
	[SWIOTLB_SIZE]	    = { RHI_SWIOTLB_SIZE, "/sys/kernel/debug/swiotlb/io_tlb_nslabs" },
	[SWIOTLB_USED]	    = { RHI_SWIOTLB_USED, "/sys/kernel/debug/swiotlb/io_tlb_used" },
	[SWIOTLB_USED_MAX]  = { RHI_SWIOTLB_PEAK,
				"/sys/kernel/debug/swiotlb/io_tlb_used_hiwater" },
	[SWIOTLB_TRANSIENT] = { RHI_SWIOTLB_TRANSIENT,
				"/sys/kernel/debug/swiotlb/io_tlb_transient_nslabs" },
};

static bool decode_bytes_or_none(const char *text, struct answer *bytes)
{
	bytes->given = decode_decimal(text, &bytes->value);
	return bytes->given || !strcmp(text, RHI_SWIOTLB_NONE);
}

/* "0x82a80000 0x82b80000 1048576 0" */
static int add_pool(struct swiotlb *swiotlb, char *line)
{
	struct swiotlb_pool pool, *grown;
	uint64_t size;
	char *words[4];

	for (int i = 0; i < 4; i++) {
		words[i] = strsep(&line, " ");
		if (!words[i])
			return -EPROTO;
	}
	if (line || swiotlb->nr_pools == MAX_POOLS || !decode_hex(words[0], &pool.start) ||
	    !decode_hex(words[1], &pool.end) || pool.start >= pool.end ||
	    !decode_decimal(words[2], &size) || size != pool.end - pool.start ||
	    !decode_bytes_or_none(words[3], &pool.misaligned) ||
	    (pool.misaligned.given && pool.misaligned.value > size))
		return -EPROTO;
	grown = reallocarray(swiotlb->pools, swiotlb->nr_pools + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	swiotlb->pools = grown;
	swiotlb->pools[swiotlb->nr_pools++] = pool;
	return 0;
}

static int add_line(void *to, char **fields)
{
	struct swiotlb *swiotlb = to;

	if (!strcmp(fields[0], RHI_SWIOTLB_POOL))
		return add_pool(swiotlb, fields[1]);
	if (!strcmp(fields[0], RHI_SWIOTLB_GROWS))
		return decode_decimal(fields[1], &swiotlb->grows) && swiotlb->grows <= 1 ? 0 :
		       -EPROTO;
	for (int i = 0; i < NR_SWIOTLB; i++)
		if (!strcmp(fields[0], figures[i].key))
			return decode_bytes_or_none(fields[1], &swiotlb->bytes[i]) ? 0 : -EPROTO;
	return 0;	/* key of a newer module */
}

static const struct table module_table = {
	DEBUGFS "/swiotlb", "key value, or pool start end size misaligned_bytes", 2, add_line
};

/* The kernel may have no bounce buffer, or lack these files: neither is an error. */
static int read_slabs(const struct sysroot *root, const char *path, struct answer *bytes)
{
	char text[32];
	int ret = sysroot_read_value(root, path, text, sizeof(text));

	if (table_is_unread(ret))
		return 0;
	if (ret)
		return sysroot_warn(root, path, ret);
	if (!decode_decimal(text, &bytes->value) ||
	    __builtin_mul_overflow(bytes->value, SWIOTLB_SLAB_BYTES, &bytes->value)) {
		warnx("%s%s: \"%s\" is not a number of slabs", root->dir, path, text);
		return -EPROTO;
	}
	bytes->given = true;
	return 0;
}

/*
 * Since about Linux 7.3 the kernel tracks the peak only if the command line has
 * swiotlb=...,track_hiwater. Otherwise the file reads 0, as it does for an unused buffer.
 */
static bool is_untracked(const struct sysroot *root, const struct answer *peak)
{
	char line[4096];

	return peak->given && !peak->value &&
	       (sysroot_read_value(root, "/proc/cmdline", line, sizeof(line)) ||
		!strstr(line, "track_hiwater"));
}

static int read_kernel(const struct sysroot *root, struct swiotlb *swiotlb)
{
	struct answer *peak = &swiotlb->bytes[SWIOTLB_USED_MAX];
	int ret = 0;

	for (int i = 0; !ret && i < NR_SWIOTLB; i++)
		ret = read_slabs(root, figures[i].path, &swiotlb->bytes[i]);
	swiotlb->untracked_peak = is_untracked(root, peak);
	if (swiotlb->untracked_peak)
		peak->given = false;
	return ret;
}

/**
 * swiotlb_read - read the size, usage and place of the kernel's bounce buffer
 * @root: the tree to read
 * @swiotlb: filled in; the caller zeroes it first, and calls swiotlb_free() even after an error
 *
 * Return: 0, although figures may be missing; -EPROTO, -ENOMEM, or an error from sysroot_read().
 *	All but -ENOMEM are reported on stderr.
 */
int swiotlb_read(const struct sysroot *root, struct swiotlb *swiotlb)
{
	int ret = table_read(root, &module_table, swiotlb);

	if (table_is_unread(ret))
		return read_kernel(root, swiotlb);
	swiotlb->from_module = true;
	swiotlb->untracked_peak = swiotlb->bytes[SWIOTLB_USED].given &&
				  !swiotlb->bytes[SWIOTLB_USED_MAX].given;
	return ret;
}

/**
 * swiotlb_free - release what swiotlb_read() allocated
 * @swiotlb: the figures
 */
void swiotlb_free(struct swiotlb *swiotlb)
{
	free(swiotlb->pools);
}

/**
 * swiotlb_misaligned - add up the memory of the buffer that is not in whole granules
 * @swiotlb: the figures
 *
 * Return: bytes; not given if the place of the buffer or the granule is unknown.
 */
struct answer swiotlb_misaligned(const struct swiotlb *swiotlb)
{
	struct answer sum = { .given = swiotlb->nr_pools };

	for (size_t i = 0; i < swiotlb->nr_pools; i++) {
		sum.given &= swiotlb->pools[i].misaligned.given;
		sum.value += swiotlb->pools[i].misaligned.value;
	}
	return sum;
}
