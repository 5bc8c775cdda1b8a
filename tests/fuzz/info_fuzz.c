// SPDX-License-Identifier: GPL-2.0-only
/* Input of rhictl info */
#include "info.h"
#include "module.h"
#include "must.h"
#include "output.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		SYSFS "/status", SYSFS "/granule", SYSFS "/hostconf_version",
		SYSFS "/hostconf_features", SYSFS "/ipa_change_alignment",
		PARAMETERS "/granule", PARAMETERS "/force",
		DEBUGFS "/hostconf", DEBUGFS "/calls", DEBUGFS "/families",
		DEBUGFS "/swiotlb", SYSFS "/kernel_granule", NULL
	};
	const struct sysroot *root = report_tree(data, size, paths);
	struct info info = { 0 };
	int ret;

	report_begin(&stderr);
	ret = info_read(root, &info);
	report_said(ret);
	if (!ret) {
		REPORT_PRINTED(output_text.info(&info), false);
		REPORT_PRINTED(output_json.info(&info), true);
	}
	info_free(&info);
	return 0;
}
