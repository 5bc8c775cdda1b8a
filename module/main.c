// SPDX-License-Identifier: GPL-2.0-only
/* rhi_probe: learn the host's sharing granule from inside an Arm CCA Realm. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "arena.h"
#include "audit_load.h"
#include "compat.h"
#include "convert.h"
#include "debugfs.h"
#include "hook.h"
#include "hook_calls.h"
#include "hostcall.h"
#include "hostconf.h"
#include "kernel_granule.h"
#include "note_trace.h"
#include "pages.h"
#include "pool.h"
#include "sysfs.h"

static ulong granule;
module_param(granule, ulong, 0444);
MODULE_PARM_DESC(granule,
		 "Sharing granule in bytes, if larger than the host's or if the host's is unknown");

static bool force;
module_param(force, bool, 0444);
MODULE_PARM_DESC(force, "Load outside a Realm, where sharing has no effect");

static int hook_param_set(const char *val, const struct kernel_param *kp);
static int hook_param_get(char *buf, const struct kernel_param *kp);

static const struct kernel_param_ops hook_param_ops = {
	.set = hook_param_set,
	.get = hook_param_get,
};

module_param_cb(hook, &hook_param_ops, NULL, 0644);
MODULE_PARM_DESC(hook, "on: the kernel's DMA allocators return whole granules too (default: off)");

static int hook_param_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val, &on);

	return err ?: hook_set(on);
}

static int hook_param_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", hook_is_on() ? "on" : "off");
}

static int __init rhi_probe_init(void)
{
	const bool realm = is_realm_world();
	int err;

	if (!realm && !force) {
		pr_err("not an Arm CCA Realm: no host to ask (load with force=1 for benchmarks)\n");
		return -ENODEV;
	}

	if (realm) {
		err = hostcall_init();
		if (err)
			return err;
	}
	err = hostconf_init(realm, granule);
	if (err)
		return err;
	kernel_granule_init();
	pages_init();
	convert_init();
	err = pool_init();
	if (err)
		return err;
	err = arena_init();
	if (err)
		goto pool;
	err = rhi_sysfs_init();
	if (err)
		goto arena;
	note_trace_start(realm);
	rhi_debugfs_init();
	hook_start();
	audit_load_start();
	return 0;

arena:
	arena_exit();
pool:
	pool_exit();
	return err;
}
module_init(rhi_probe_init);

static void __exit rhi_probe_exit(void)
{
	audit_load_stop();
	rhi_debugfs_exit();
	rhi_sysfs_exit();
	hook_exit();
	note_trace_stop();
	arena_exit();
	pool_exit();
}
module_exit(rhi_probe_exit);

MODULE_DESCRIPTION("Arm CCA Realms: ask the host for its sharing granule (RHI HOSTCONF)");
MODULE_AUTHOR("rhi-probe maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(RHI_PROBE_VERSION);
