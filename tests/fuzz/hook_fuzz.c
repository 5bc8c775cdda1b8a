// SPDX-License-Identifier: GPL-2.0-only
/* Input of rhictl hook */
#include "hook.h"
#include "module.h"
#include "must.h"
#include "output.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		PARAMETERS "/hook", DEBUGFS "/pools", DEBUGFS "/hook", SYSFS "/status", NULL
	};
	const struct sysroot *root = report_tree(data, size, paths);
	struct hook hook = { 0 };
	int ret;

	report_begin(&stderr);
	ret = hook_read(root, &hook);
	report_said(ret);
	if (!ret) {
		REPORT_PRINTED(output_text.hook(&hook), false);
		REPORT_PRINTED(output_json.hook(&hook), true);
	}
	hook_free(&hook);
	return 0;
}
