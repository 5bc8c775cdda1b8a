// SPDX-License-Identifier: GPL-2.0-only
/* Input of rhictl audit */
#include "audit.h"
#include "module.h"
#include "must.h"
#include "output.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		DEBUGFS "/audit", SYSFS "/status", NULL
	};
	const struct sysroot *root = report_tree(data, size, paths);
	struct audit audit = { 0 };
	int ret;

	report_begin(&stderr);
	ret = audit_read(root, &audit);
	report_said(ret);
	if (!ret && audit.verdict->is_report) {
		REPORT_PRINTED(output_text.audit(&audit), false);
		REPORT_PRINTED(output_json.audit(&audit), true);
	}
	MUST(ret || audit_same(&audit, &audit));
	audit_free(&audit);
	return 0;
}
