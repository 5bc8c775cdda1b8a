// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kprobes.h>

#include "ksym.h"

/**
 * ksym_function() - find a function of the running kernel
 * @name: its name; it need not be exported
 *
 * kallsyms is closed to modules, but a kprobe can be put on a function by its name.
 *
 * Context: Process, may sleep.
 * Return: Its address; 0 if there is none that can be probed, or the kernel has no kprobes.
 */
unsigned long ksym_function(const char *name)
{
#ifdef CONFIG_KPROBES
	struct kprobe kp = { .symbol_name = name };

	if (!register_kprobe(&kp)) {
		unregister_kprobe(&kp);
		return (unsigned long)kp.addr;
	}
#endif
	return 0;
}
