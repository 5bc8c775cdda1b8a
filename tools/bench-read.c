// SPDX-License-Identifier: GPL-2.0-only
/* Reads the results of one benchmark run. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "decode.h"
#include "module.h"
#include "sysroot.h"
#include "table.h"

const char *const bench_pools[NR_POOLS] = {
	[DMA_POOL] = "dma_pool",
	[RHI_POOL] = "rhi_pool",
};

/* Context of add_line(), which compares the request in the module's answer with @request. */
struct answer_to {
	const struct bench_request *request;
	struct bench *bench;
	struct bench_run *run;
	unsigned int seen;	/* bitmask of the pools with results */
};

static int add_figures(struct answer_to *to, enum bench_pool pool, const char *text)
{
	struct bench_figures *figures = &to->run->pools[pool];
	uint64_t *const values[] = { &figures->pairs, &figures->best_ns, &figures->median_ns,
				     &figures->fill_ns, &figures->conversions,
				     &figures->shared_bytes };
	char *copy = strdup(text), *rest = copy, *word;
	size_t nr = 0;
	bool good = true;

	if (!copy)
		return -ENOMEM;
	while (good && (word = strsep(&rest, " ")))
		good = nr < sizeof(values) / sizeof(*values) && decode_decimal(word, values[nr++]);
	free(copy);
	to->seen |= 1U << pool;
	return good && nr == sizeof(values) / sizeof(*values) && figures->pairs ? 0 : -EPROTO;
}

static int add_line(void *pointer, char **fields)
{
	struct answer_to *to = pointer;
	const char *key = fields[0], *value = fields[1];
	uint64_t number;

	for (int pool = 0; pool < NR_POOLS; pool++)
		if (!strcmp(key, bench_pools[pool]))
			return add_figures(to, pool, value);
	if (!strcmp(key, "hook"))
		return decode_word(value, to->bench->hook, sizeof(to->bench->hook)) ? 0 : -EPROTO;
	if (!strcmp(key, "zeroed")) {
		to->bench->always_zeroed = !strcmp(value, "always");
		return 0;
	}
	if (!strcmp(key, "granule"))
		return decode_decimal(value, &to->bench->granule_bytes) ? 0 : -EPROTO;
	if (!strcmp(key, "pattern"))
		return strcmp(value, to->request->pattern) ? -EBUSY : 0;
	if (!strcmp(key, "size"))
		return decode_decimal(value, &number) && number == to->request->size ? 0 : -EBUSY;
	if (!strcmp(key, "count"))
		return decode_decimal(value, &number) && number == to->request->count ? 0 : -EBUSY;
	if (!strcmp(key, "threads"))
		return decode_decimal(value, &number) && number == to->request->threads ?
		       0 : -EBUSY;
	return 0;	/* key of a newer module */
}

static const struct table table = { BENCH_FILE, "key value", 2, add_line };

/**
 * bench_read - read the module's results
 * @root: the tree to read
 * @request: the request that the results must match
 * @bench: gets the values that all runs have in common
 * @run: gets the results of both pools
 *
 * Return:
 * * 0		- @run has the results of both pools
 * * -EBUSY	- the results belong to another request
 * * -EPROTO	- the file has unexpected content; reported on stderr
 * * -ENOMEM	- out of memory; not reported
 * * -errno	- error from table_read()
 */
int bench_read(const struct sysroot *root, const struct bench_request *request,
	       struct bench *bench, struct bench_run *run)
{
	struct answer_to to = { request, bench, run, 0 };
	int ret = table_read(root, &table, &to);

	if (!ret && to.seen != (1U << NR_POOLS) - 1) {
		warnx("%s: the results of the two pools are missing", BENCH_FILE);
		ret = -EPROTO;
	}
	return ret;
}
