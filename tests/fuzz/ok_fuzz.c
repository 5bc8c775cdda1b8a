// SPDX-License-Identifier: GPL-2.0-only
/* Input of rhictl ok: files of the kernel and of the module */
#include "kernel-has.h"
#include "kernel-log.h"
#include "metrics.h"
#include "module.h"
#include "must.h"
#include "ok.h"
#include "ok-facts.h"
#include "output.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		LOG_CAPTURED, KALLSYMS, "/proc/sys/kernel/osrelease", LOCKDOWN,
		DEBUGFS_ROOT "/swiotlb/io_tlb_nslabs", DEBUGFS_ROOT "/swiotlb/io_tlb_used",
		DEBUGFS_ROOT "/swiotlb/io_tlb_used_hiwater", DMA_POOLS "/pool_size_dma",
		DMA_POOLS "/pool_size_dma32", DMA_POOLS "/pool_size_kernel", SYSFS "/status",
		SYSFS "/granule", SYSFS "/hostconf_version", SYSFS "/hostconf_features",
		SYSFS "/ipa_change_alignment", PARAMETERS "/hook", DEBUGFS "/hostconf",
		DEBUGFS "/hook", DEBUGFS "/pools", "/sys/module/rhi_probe/refcnt",
		"/sys/module/rhi_probe/version", "/sys/bus/pci/drivers/nvme/0000:00:01.0", BTF,
		DEBUGFS "/about", DEBUGFS "/swiotlb", SYSFS "/kernel_granule", NULL
	};
	const struct sysroot *root = report_tree(data, size, paths);
	struct ok ok;

	/* It may report invalid lines. */
	report_begin(&stderr);
	ok_read(root, &ok);
	free(report_end(&stderr));
	MUST(ok.exit_code == 0 || ok.exit_code == 2 || ok.exit_code == 4);
	for (size_t i = 0; i < ok.nr; i++)
		MUST(*ok.checks[i].reason);
	REPORT_PRINTED(output_text.ok(&ok), false);
	REPORT_PRINTED(output_json.ok(&ok), true);
	REPORT_PRINTED(output_ktap.ok(&ok), false);
	return 0;
}
