// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks a kernel that aligns shared memory itself to which granule.
 *
 * The functions that answer have had the type size_t (void) in all versions of the upstream
 * series, and have been exported. They only read a value that is fixed at boot, so one call when
 * this module is loaded is enough, and reading a file never runs foreign code. A kernel built with
 * CONFIG_CFI compares the types at the call (size_t is unsigned long to it) and stops the call of a
 * function that has the name and another type. This check stays on: such a call would be worse.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include <uapi/rhi_files.h>

#include "hostconf.h"
#include "kernel_granule.h"
#include "ksym.h"

/*
 * Any of them means that the kernel aligns shared memory. tools/kernel-has.c has them too.
 *
 * rhi_get_ipa_change_alignment() must not be called: it calls the host, through a static buffer
 * without a lock. Its kernels have mem_decrypt_granule_size() too, which returns what it found.
 */
static const struct {
	const char *name;
	bool may_be_called;
} functions[] = {
	{ "mem_decrypt_granule_size", true },		/* versions 3 and 4 of the series */
	{ "mem_cc_shared_granule_size", true },		/* 5 and 6 */
	{ "cc_shared_granule_size", true },		/* 7 and 8 */
	{ "rhi_get_ipa_change_alignment", false },	/* 3 and 4 */
};

static const char *function __ro_after_init;	/* the one that was found, or NULL */
static bool answered __ro_after_init;
static u64 answer __ro_after_init;		/* in bytes; untrusted, as it is only shown */

/**
 * kernel_granule_function() - find out whether the kernel aligns shared memory itself
 *
 * Context: Process, may sleep.
 * Return: The name of the function that shows it; NULL if the kernel has none of them.
 */
const char *kernel_granule_function(void)
{
	for (int i = 0; i < ARRAY_SIZE(functions); i++)
		if (ksym_function(functions[i].name))
			return functions[i].name;
	return NULL;
}

/* __symbol_get() holds the function's module during the call, if it is in one. */
static void __init ask(const char *name)
{
	size_t (*granule_size)(void);

	granule_size = __symbol_get(name);
	if (!granule_size)
		return;
	answer = granule_size();
	__symbol_put(name);
	function = name;
	answered = true;
}

static bool is_invalid(void)
{
	return answer < PAGE_SIZE || !is_power_of_2(answer);
}

static const char *verdict(void)
{
	if (!answered)
		return RHI_KERNEL_GRANULE_NOT_ASKED;
	if (is_invalid())
		return RHI_KERNEL_GRANULE_INVALID;
	if (!hostconf.granule)
		return RHI_KERNEL_GRANULE_UNKNOWN;
	return answer < hostconf.granule ? RHI_KERNEL_GRANULE_TOO_SMALL :
	       RHI_KERNEL_GRANULE_AGREES;
}

/**
 * kernel_granule_init() - ask the kernel for its granule, and log an answer that is wrong
 *
 * Context: Process, at module load, after hostconf_init().
 */
void __init kernel_granule_init(void)
{
	for (int i = 0; i < ARRAY_SIZE(functions) && !answered; i++)
		if (functions[i].may_be_called)
			ask(functions[i].name);
	if (!answered) {
		function = kernel_granule_function();
		return;
	}
	if (is_invalid())
		pr_err("the kernel's %s() returns %llu, which is not a power of two of at least %lu: report it to the kernel's distributor\n",
		       function, answer, PAGE_SIZE);
	else if (answer < hostconf.granule)
		pr_err("the kernel rounds shared memory to %llu bytes (%s()), but the granule is %llu: it shares parts of granules; see rhictl ok\n",
		       answer, function, hostconf.granule);
}

/**
 * kernel_granule_bytes() - get the granule to which the kernel itself aligns shared memory
 *
 * Context: Any, after kernel_granule_init().
 * Return: The kernel's answer in bytes, unchecked; 0 also if it has no function that can be asked.
 */
u64 kernel_granule_bytes(void)
{
	return answer;
}

/**
 * kernel_granule_report() - print the kernel's answer, its function, and whether the answer fits
 * @s: a seq_file
 *
 * Prints the rest of a line, or "none".
 *
 * Context: Any, after kernel_granule_init().
 */
void kernel_granule_report(struct seq_file *s)
{
	if (function)
		seq_printf(s, "%llu %s %s\n", answer, function, verdict());
	else
		seq_puts(s, RHI_KERNEL_GRANULE_NONE "\n");
}
