// SPDX-License-Identifier: GPL-2.0-only
#include <linux/array_size.h>
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <uapi/rhi_files.h>

#include "audit.h"
#include "audit_load.h"
#include "audit_show.h"
#include "bounce.h"
#include "bound.h"
#include "debugfs.h"
#include "granule.h"
#include "hook.h"
#include "hostcall.h"
#include "hostconf.h"
#include "kernel_granule.h"
#include "pool.h"

static struct dentry *rhi_dir;

static void show_answer(struct seq_file *s, const char *name,
			const struct hostconf_answer *answer)
{
	if (answer->asked)
		seq_printf(s, "%-22s0x%llx\n", name, answer->raw);
	else
		seq_printf(s, "%-22snone\n", name);
}

static int hostconf_show(struct seq_file *s, void *unused)
{
	seq_printf(s, "%-22s%s\n", "status", hostconf_status_name(hostconf.status));
	seq_printf(s, "%-22s%llu\n", "granule", hostconf.granule);
	seq_printf(s, "%-22s%s\n", "granule_source", hostconf.source);
	seq_printf(s, "%-22s%lu\n", "page_size", PAGE_SIZE);
	show_answer(s, "version", &hostconf.version);
	show_answer(s, "features", &hostconf.features);
	show_answer(s, "ipa_change_alignment", &hostconf.alignment);
	seq_printf(s, "%-22s", RHI_KERNEL_GRANULE);
	kernel_granule_report(s);
	seq_printf(s, "%-22s%s\n", "meaning", hostconf_meaning());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hostconf);

static int calls_show(struct seq_file *s, void *unused)
{
	hostcall_show_log(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(calls);

static int families_show(struct seq_file *s, void *unused)
{
	if (hostconf.status == HOSTCONF_NOT_REALM)
		seq_puts(s, "# not a Realm: no host to ask\n");
	else
		hostconf_show_families(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(families);

static int pools_show(struct seq_file *s, void *unused)
{
	struct granule_stats stats;
	const struct {
		const char *key;
		const u64 *value;
	} totals[] = {
		{ RHI_TOTAL_SHARED_CHUNKS, &stats.chunks },
		{ RHI_TOTAL_SHARED_BYTES, &stats.bytes },
		{ RHI_TOTAL_SHARES, &stats.shares },
		{ RHI_TOTAL_UNSHARES, &stats.unshares },
		{ RHI_TOTAL_REFUSED, &stats.refused },
		{ RHI_TOTAL_LEAKED_BYTES, &stats.leaked },
		{ RHI_TOTAL_TRANSFERRED_BYTES, &stats.transferred },
		{ RHI_TOTAL_BAD_FREES, &stats.bad_frees },
	};

	granule_get_stats(&stats);
	for (size_t i = 0; i < ARRAY_SIZE(totals); i++)
		seq_printf(s, "%s %llu\n", totals[i].key, *totals[i].value);
	pool_show_all(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(pools);

static int about_show(struct seq_file *s, void *unused)
{
	enum audit_verdict verdict;
	u64 age;

	seq_printf(s, "%-22s%d\n", RHI_ABOUT_FORMAT, RHI_FORMAT);
	seq_printf(s, "%-22s%s\n", RHI_ABOUT_AUDIT_AT_LOAD,
		   audit_load_verdict(&verdict) ? audit_verdict_name(verdict) : RHI_ABOUT_NONE);
	if (audit_get_last(&verdict, &age)) {
		seq_printf(s, "%-22s%s\n", RHI_ABOUT_AUDIT_VERDICT, audit_verdict_name(verdict));
		seq_printf(s, "%-22s%llu\n", RHI_ABOUT_AUDIT_AGE, age);
	} else {
		seq_printf(s, "%-22s%s\n", RHI_ABOUT_AUDIT_VERDICT, RHI_ABOUT_NONE);
		seq_printf(s, "%-22s%s\n", RHI_ABOUT_AUDIT_AGE, RHI_ABOUT_NONE);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(about);

static int hook_file_show(struct seq_file *s, void *unused)
{
	hook_show(s);
	bound_show(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hook_file);

static int swiotlb_show(struct seq_file *s, void *unused)
{
	bounce_show(s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(swiotlb);

/**
 * rhi_debugfs_init() - create /sys/kernel/debug/rhi
 *
 * The directory is missing if the kernel lacks debugfs or is locked down; everything else works.
 *
 * Context: Process, after hostconf_init().
 */
void __init rhi_debugfs_init(void)
{
	rhi_dir = debugfs_create_dir("rhi", NULL);
	debugfs_create_file("about", 0400, rhi_dir, NULL, &about_fops);
	debugfs_create_file("hostconf", 0400, rhi_dir, NULL, &hostconf_fops);
	debugfs_create_file("calls", 0400, rhi_dir, NULL, &calls_fops);
	debugfs_create_file("families", 0400, rhi_dir, NULL, &families_fops);
	debugfs_create_file("pools", 0400, rhi_dir, NULL, &pools_fops);
	debugfs_create_file("hook", 0400, rhi_dir, NULL, &hook_file_fops);
	debugfs_create_file("swiotlb", 0400, rhi_dir, NULL, &swiotlb_fops);
	debugfs_create_file("ripas", 0400, rhi_dir, NULL, &ripas_fops);
	debugfs_create_file("audit", 0400, rhi_dir, NULL, &audit_fops);
}

/**
 * rhi_debugfs_exit() - remove /sys/kernel/debug/rhi
 *
 * Context: Process. Waits for readers.
 */
void rhi_debugfs_exit(void)
{
	debugfs_remove(rhi_dir);
}
