// SPDX-License-Identifier: GPL-2.0-only
/* Makes the running kernel look as if it had the mail series: rhi_probe must leave it alone. */
#include <linux/module.h>

size_t mem_decrypt_granule_size(void);

noinline size_t mem_decrypt_granule_size(void)
{
	return PAGE_SIZE;
}
EXPORT_SYMBOL_GPL(mem_decrypt_granule_size);

MODULE_DESCRIPTION("A kernel that aligns shared memory by itself, to look at");
MODULE_LICENSE("GPL");
