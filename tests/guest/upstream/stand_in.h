/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the running kernel look as if it had the upstream series that aligns shared memory: defines
 * its function FUNCTION. Each module that includes this file has the name of its function.
 */
#include <linux/module.h>

static ulong bytes = PAGE_SIZE;
module_param(bytes, ulong, 0);
MODULE_PARM_DESC(bytes, "What the function returns (default: one page)");

static uint calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "How often the function was called");

size_t FUNCTION(void);

noinline size_t FUNCTION(void)
{
	calls++;
	return bytes;
}
EXPORT_SYMBOL_GPL(FUNCTION);

MODULE_DESCRIPTION("Look like a kernel that aligns shared memory by itself");
MODULE_LICENSE("GPL");
