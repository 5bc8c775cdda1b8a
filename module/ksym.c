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

/**
 * ksym_data() - find a variable of the running kernel
 * @name: its name; it may be static
 *
 * A kprobe does not know variables, but it knows the function that does. What stands at the
 * address is the caller's to check: other kernels may have another type under this name.
 *
 * Context: Process, may sleep.
 * Return: Its address; 0 if it is not known (it takes CONFIG_KALLSYMS_ALL).
 */
unsigned long ksym_data(const char *name)
{
	unsigned long (*lookup)(const char *name);

	lookup = (void *)ksym_function("kallsyms_lookup_name");
	return lookup ? lookup(name) : 0;
}
