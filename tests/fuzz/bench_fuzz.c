// SPDX-License-Identifier: GPL-2.0-only
/* Input of rhictl bench after a request for one size */
#include <errno.h>

#include "bench.h"
#include "module.h"
#include "must.h"
#include "output.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bench_request request = { "pair", 64, 1000, 1 };
	static const char *const paths[] = { BENCH_FILE, SYSFS "/status", NULL };
	const struct sysroot *root = report_tree(data, size, paths);
	struct bench_run run = { .size_bytes = 64, .used_bytes = 64 };
	struct bench bench = { .pattern = "pair", .threads = 1, .runs = &run, .nr_runs = 1 };
	int ret;

	report_begin(&stderr);
	ret = bench_read(root, &request, &bench, &run);
	/* The caller reports these errors. */
	report_said(ret && ret != -EBUSY && ret != -ENOENT);
	if (ret)
		return 0;
	REPORT_PRINTED(output_text.bench(&bench), false);
	REPORT_PRINTED(output_json.bench(&bench), true);
	return 0;
}
