// SPDX-License-Identifier: GPL-2.0-only
/*
 * rhi_probe: learn the host's sharing granule from inside an Arm CCA Realm.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

#include <asm/rsi.h>

#include "debugfs.h"
#include "hostcall.h"
#include "hostconf.h"
#include "sysfs.h"

static ulong granule;
module_param(granule, ulong, 0444);
MODULE_PARM_DESC(granule,
		 "Use this sharing granule, in bytes, where it is larger than the host's or the host's is not known");

static bool force;
module_param(force, bool, 0444);
MODULE_PARM_DESC(force, "Load outside of a Realm too, where sharing changes nothing");

static int __init rhi_probe_init(void)
{
	const bool realm = is_realm_world();
	int err;

	if (!realm && !force) {
		pr_err("this is not an Arm CCA Realm, there is no host to ask (force=1 loads for benchmarks)\n");
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
	err = rhi_sysfs_init();
	if (err)
		return err;
	rhi_debugfs_init();
	return 0;
}
module_init(rhi_probe_init);

static void __exit rhi_probe_exit(void)
{
	rhi_debugfs_exit();
	rhi_sysfs_exit();
}
module_exit(rhi_probe_exit);

MODULE_DESCRIPTION("Arm CCA Realms: ask the host for its sharing granule (RHI HOSTCONF)");
MODULE_AUTHOR("rhi-probe maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
