// SPDX-License-Identifier: GPL-2.0-only
/* Makes the running kernel look as if it had the upstream series: rhi_probe must not hook it. */
#include <linux/module.h>

size_t mem_decrypt_granule_size(void);

noinline size_t mem_decrypt_granule_size(void)
{
	return PAGE_SIZE;
}
EXPORT_SYMBOL_GPL(mem_decrypt_granule_size);

MODULE_DESCRIPTION("Look like a kernel that aligns shared memory by itself");
MODULE_LICENSE("GPL");
