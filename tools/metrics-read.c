// SPDX-License-Identifier: GPL-2.0-only
/* Reads the metrics of rhictl info --prometheus. Calls neither the host nor the RMM. */
#include <errno.h>
#include <string.h>

#include <rhi_files.h>

#include "metrics.h"
#include "module.h"
#include "sysroot.h"
#include "table.h"

static const char *const totals[NR_TOTALS] = {
	[TOTAL_SHARED_CHUNKS] = RHI_TOTAL_SHARED_CHUNKS,
	[TOTAL_SHARED_BYTES] = RHI_TOTAL_SHARED_BYTES,
	[TOTAL_SHARES] = RHI_TOTAL_SHARES,
	[TOTAL_UNSHARES] = RHI_TOTAL_UNSHARES,
	[TOTAL_REFUSED] = RHI_TOTAL_REFUSED,
	[TOTAL_LEAKED_BYTES] = RHI_TOTAL_LEAKED_BYTES,
	[TOTAL_TRANSFERRED_BYTES] = RHI_TOTAL_TRANSFERRED_BYTES,
	[TOTAL_BAD_FREES] = RHI_TOTAL_BAD_FREES,
};

/* Lines of more than two words are pools. */
static int add_total(void *to, char **fields)
{
	for (int i = 0; i < NR_TOTALS; i++) {
		struct answer *total = (struct answer *)to + i;

		if (strcmp(fields[0], totals[i]) || strchr(fields[1], ' '))
			continue;
		total->given = decode_decimal(fields[1], &total->value);
		return total->given ? 0 : -EPROTO;
	}
	return 0;
}

static const struct table totals_table = {
	DEBUGFS "/pools", "key value", 2, add_total
};

/**
 * metrics_read_totals - read the module's totals over all devices
 * @root: the tree to read
 * @answers: gets the totals that the module counts; the caller zeroes it first
 *
 * Return: as for table_read(), which reports errors on stderr unless table_is_unread().
 */
int metrics_read_totals(const struct sysroot *root, struct answer answers[NR_TOTALS])
{
	return table_read(root, &totals_table, answers);
}

/**
 * metrics_read - read all metrics
 * @root: the tree to read
 * @metrics: filled in; the caller zeroes it first, and calls metrics_free() even after an error
 *
 * Reports errors on stderr with the path of the file.
 *
 * Return: 0, although data from debugfs may be missing; or as for hook_read().
 */
int metrics_read(const struct sysroot *root, struct metrics *metrics)
{
	int ret;

	ret = info_read_sysfs(root, &metrics->info);
	if (!ret)
		ret = hook_read(root, &metrics->hook);
	if (ret)
		return ret;
	ret = metrics_read_totals(root, metrics->totals);
	if (ret && !table_is_unread(ret))
		return ret;
	return swiotlb_read(root, &metrics->swiotlb);
}

/**
 * metrics_free - release what metrics_read() allocated
 * @metrics: the metrics
 */
void metrics_free(struct metrics *metrics)
{
	info_free(&metrics->info);
	hook_free(&metrics->hook);
	swiotlb_free(&metrics->swiotlb);
}
