// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kprobes.h>

#include "ksym.h"

/**
 * ksym_function() - find a function of the running kernel
 * @name: symbol name; it need not be exported
 *
 * kallsyms is not exported to modules, but registering a kprobe by name gives the address.
 *
 * Context: Process, may sleep.
 * Return: The address; 0 if no function of this name can be probed, or without CONFIG_KPROBES.
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
 * @name: symbol name; the variable may be static
 *
 * A kprobe cannot find variables, but it finds kallsyms_lookup_name(). The caller must check
 * what is at the address: other kernels may use the name for another type.
 *
 * Context: Process, may sleep.
 * Return: The address; 0 if unknown (this needs CONFIG_KALLSYMS_ALL).
 */
unsigned long ksym_data(const char *name)
{
	unsigned long (*lookup)(const char *name);

	lookup = (void *)ksym_function("kallsyms_lookup_name");
	return lookup ? lookup(name) : 0;
}
