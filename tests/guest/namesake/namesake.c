// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions with names that the hook redirects in the kernel, but must not redirect here. Reading
 * /sys/module/namesake/parameters/alone calls them with an odd argument, which the hook would
 * take for one of its pools, and reports whether they ran.
 */
#include <linux/module.h>

static noinline unsigned long dma_pool_free(unsigned long odd)
{
	barrier();
	return odd + 1;
}

static noinline unsigned long dma_direct_alloc(unsigned long odd)
{
	barrier();
	return odd + 2;
}

static int get_alone(char *buf, const struct kernel_param *kp)
{
	unsigned long odd = 1;

	OPTIMIZER_HIDE_VAR(odd);
	return sysfs_emit(buf, "%s\n",
			  dma_pool_free(odd) == 2 && dma_direct_alloc(odd) == 3 ? "yes" : "no");
}

static const struct kernel_param_ops alone_ops = { .get = get_alone };
module_param_cb(alone, &alone_ops, NULL, 0444);
MODULE_PARM_DESC(alone, "yes if this module's functions are not redirected");

MODULE_DESCRIPTION("Functions with the names of kernel functions");
MODULE_LICENSE("GPL");
