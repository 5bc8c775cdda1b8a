// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the granule, and of whether the kernel, drivers and the hook respect it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rhi_files.h>

#include "module.h"
#include "ok-check.h"
#include "ok-facts.h"
#include "size.h"

/**
 * ok_host - check whether the host supports HOSTCONF
 * @facts: the facts
 * @check: gets the result
 */
void ok_host(const struct facts *facts, struct ok_check *check)
{
	const struct info *info = &facts->info;

	if (!ok_has_module(facts, check))
		return;
	if (!strcmp(info->status->word, RHI_STATUS_OK)) {
		ok_say(check, OK_PASS, "%s (HOSTCONF %" PRIu64 ".%" PRIu64 ")",
		       info->status->meaning, info->version.value >> 16,
		       info->version.value & 0xffff);
		return;
	}
	if (info->status->granule_known && info->source == SOURCE_PARAMETER) {
		ok_say(check, OK_PASS, "%s: %s; granule= sets one", info->status->word,
		       info->status->meaning);
		return;
	}
	ok_say(check, info->granule_bytes ? OK_WARN : OK_FAIL, "%s: %s", info->status->word,
	       info->status->meaning);
	if (info->status->granule_known) {
		ok_next(check, "ask the host's operator for its page size (getconf PAGESIZE)");
	} else {
		ok_next(check, "report it to the host's operator with this output");
		ok_run(check, "rhictl info --json");
	}
}

/**
 * ok_granule - check whether the granule is known, and where it comes from
 * @facts: the facts
 * @check: gets the result
 */
void ok_granule(const struct facts *facts, struct ok_check *check)
{
	const struct info *info = &facts->info;
	const struct size_text size = size_text(info->granule_bytes);

	if (!ok_has_module(facts, check))
		return;
	if (!info->granule_bytes) {
		ok_say(check, OK_FAIL, "unknown: sharing is disabled");
		ok_next(check, "if you know the host's page size, set it, here to 64K");
		ok_run(check, "modprobe -r rhi_probe; modprobe rhi_probe granule=65536");
		return;
	}
	switch (info->source) {
	case SOURCE_HOST:
		ok_say(check, OK_PASS, "%s, reported by the host", size.text);
		return;
	case SOURCE_PARAMETER:
		ok_say(check, OK_PASS, "%s, set by granule=", size.text);
		return;
	default:
		break;
	}
	if (info->alignment.given) {
		ok_say(check, OK_PASS, "%s, the page size; the host's granule is smaller",
		       size.text);
		return;
	}
	ok_say(check, OK_WARN, "%s, the page size, assumed: the host does not report a "
			       "granule", size.text);
	ok_next(check, "if the host's pages are larger, set their size, here 64K");
	ok_run(check, "modprobe -r rhi_probe; modprobe rhi_probe granule=65536");
}

/* Without the module nobody has asked the kernel for its granule. */
static enum kernel_granule kernel_granule(const struct facts *facts)
{
	return facts->loaded && !facts->module_error ? info_kernel_granule(&facts->info) :
	       KERNEL_NONE;
}

static bool kernel_is_wrong(const struct facts *facts)
{
	const enum kernel_granule granule = kernel_granule(facts);

	return granule == KERNEL_TOO_SMALL || granule == KERNEL_INVALID;
}

/* The module finds the kernel's function even if rhictl cannot read the kernel's names. */
static bool kernel_aligns(const struct facts *facts)
{
	return facts->kernel.features[HAS_ALIGNMENT] == YES ||
	       *facts->info.kernel.function || kernel_granule(facts) != KERNEL_NONE;
}

/* The kernel needs no hook if the granule is one page, or if it aligns shared memory itself. */
static bool needs_nothing(const struct facts *facts, struct ok_check *check)
{
	if (kernel_aligns(facts) && !kernel_is_wrong(facts)) {
		ok_say(check, OK_PASS, "the kernel aligns shared memory itself");
		return true;
	}
	if (!facts_granule_is_page(facts))
		return false;
	ok_say(check, OK_PASS, "the granule is one page: always aligned");
	return true;
}

/* The module does not switch the hook on if the kernel has a function of its own. */
static bool has_no_hook(const struct facts *facts, struct ok_check *check)
{
	if (!kernel_is_wrong(facts))
		return false;
	ok_say(check, OK_SKIP, "not for a kernel that aligns shared memory itself: see sharing");
	return true;
}

static void say_kernel_aligns(const struct facts *facts, struct ok_check *check)
{
	const struct size_text kernel = size_text(facts->info.kernel_granule_bytes);
	const char *name = facts->kernel.alignment;
	char function[64] = "a function for this";

	if (*facts->info.kernel.function)
		name = facts->info.kernel.function;
	if (name)
		snprintf(function, sizeof(function), "%s()", name);

	switch (kernel_granule(facts)) {
	case KERNEL_NONE:
		ok_say(check, OK_PASS, "the kernel aligns shared memory itself: it has %s",
		       function);
		return;
	case KERNEL_AGREES:
		ok_say(check, OK_PASS, "the kernel aligns shared memory itself, to %s: it has "
		       "%s", kernel.text, function);
		return;
	case KERNEL_UNKNOWN:
		ok_say(check, OK_SKIP, "the kernel aligns shared memory to %s (%s), but the "
		       "granule is unknown: see granule", kernel.text, function);
		return;
	case KERNEL_TOO_SMALL:
		ok_say(check, OK_FAIL, "the kernel rounds to %s (%s), smaller than the granule "
		       "of %s: it shares parts of granules", kernel.text, function,
		       size_text(facts->info.granule_bytes).text);
		break;
	case KERNEL_INVALID:
		ok_say(check, OK_FAIL, "the kernel rounds to %s (%s), which is not a power of "
		       "two of at least one page", kernel.text, function);
		break;
	}
	ok_next(check, "report it to the kernel's distributor with this output; until then boot "
		"a kernel without %s", function);
	ok_run(check, "rhictl info --json");
}

/**
 * ok_sharing - check whether the kernel aligns shared memory to the granule
 * @facts: the facts
 * @check: gets the result
 */
void ok_sharing(const struct facts *facts, struct ok_check *check)
{
	const struct kernel_has *kernel = &facts->kernel;

	if (!ok_is_realm(facts, check))
		return;
	if (kernel_aligns(facts)) {
		say_kernel_aligns(facts, check);
		return;
	}
	if (!ok_has_granule(facts, check))
		return;
	if (facts_granule_is_page(facts)) {
		ok_say(check, OK_PASS, "the granule is one page: always aligned");
	} else if (kernel->features[HAS_ALIGNMENT] == UNKNOWN) {
		ok_unread(facts, check, KALLSYMS, kernel->error);
	} else if (facts_hook_is(facts, RHI_HOOK_ON)) {
		ok_say(check, OK_PASS, "the kernel shares single pages; the hook gives drivers "
		       "whole granules");
	} else {
		ok_say(check, OK_WARN, "the kernel shares single pages, smaller than the granule "
		       "of %s",
		       size_text(facts->info.granule_bytes).text);
		ok_next(check, "see hook");
	}
}

/* Finds a device whose built-in driver allocated before any module could load, or NULL. */
static const struct bound_device *find_builtin(const struct facts *facts)
{
	for (size_t i = 0; i < facts->devices.nr; i++) {
		const struct bound_device *device = &facts->devices.list[i];

		if (device->builtin == YES && !facts_has_memory(facts, device->name))
			return device;
	}
	return NULL;
}

static void run_rebind(struct ok_check *check, const struct bound_device *device)
{
	ok_run(check, "cd /sys/bus/%s/drivers/%s; echo %s >unbind; echo %s >bind", device->bus,
	       device->driver, device->id, device->id);
}

static bool is_bad(const char *audit_verdict)
{
	return !strcmp(audit_verdict, RHI_AUDIT_MISALIGNED) ||
	       !strcmp(audit_verdict, RHI_AUDIT_DESTROYED);
}

static void advise_audit(struct ok_check *check)
{
	ok_next(check, "audit memory, best before drivers are loaded: it names the owners of "
		       "misaligned memory");
	ok_run(check, "rhictl audit");
}

static void advise_rebind(struct ok_check *check, const struct bound_device *device)
{
	ok_next(check, "with the hook on, unbind and bind it; the ITS's table for it "
		"stays misaligned until the next boot");
	run_rebind(check, device);
}

/* The module has audited memory when it was loaded. */
static void say_at_load(const struct facts *facts, struct ok_check *check)
{
	const struct bound_device *device = find_builtin(facts);
	const char *verdict = facts->about.audit_at_load;

	if (!strcmp(verdict, RHI_AUDIT_ALIGNED)) {
		ok_say(check, OK_PASS, "aligned when the module was loaded");
	} else if (!strcmp(facts->about.audit_verdict, RHI_AUDIT_ALIGNED)) {
		ok_say(check, OK_PASS, "%s when the module was loaded, aligned in the latest "
		       "audit", verdict);
	} else if (!is_bad(verdict)) {
		ok_say(check, OK_SKIP, "%s when the module was loaded", verdict);
		advise_audit(check);
	} else if (device) {
		ok_say(check, OK_FAIL, "%s when the module was loaded; %s has a built-in driver "
		       "(%s)", verdict, device->name, device->driver);
		advise_rebind(check, device);
	} else {
		ok_say(check, OK_FAIL, "%s when the module was loaded", verdict);
		ok_next(check, "audit again: it names the owners");
		ok_run(check, "rhictl audit");
	}
}

/* An older module has not. */
static void say_guess(const struct facts *facts, struct ok_check *check)
{
	const struct bound_device *device = find_builtin(facts);
	const char *verdict = facts->about.audit_verdict;

	if (device) {
		ok_say(check, OK_WARN, "%s has a built-in driver (%s), which allocated "
		       "before any module was loaded",
		       device->name, device->driver);
		advise_rebind(check, device);
	} else if (!strcmp(verdict, RHI_AUDIT_ALIGNED)) {
		ok_say(check, OK_PASS, "aligned in the latest audit: see audit");
	} else if (is_bad(verdict)) {
		ok_say(check, OK_SKIP, "the latest audit found misaligned or destroyed memory: "
		       "see audit");
	} else {
		ok_say(check, OK_SKIP, "unknown without an audit");
		advise_audit(check);
	}
}

/**
 * ok_at_boot - check whether the kernel shared only whole granules at boot
 * @facts: the facts
 * @check: gets the result
 */
void ok_at_boot(const struct facts *facts, struct ok_check *check)
{
	if (!ok_has_granule(facts, check) || needs_nothing(facts, check))
		return;
	if (facts_swiotlb_is_misaligned(facts)) {
		ok_say(check, OK_FAIL, "misaligned: swiotlb begins or ends inside a granule");
		ok_next(check, "no module can fix this: see place");
	} else if (*facts->about.audit_at_load) {
		say_at_load(facts, check);
	} else {
		say_guess(facts, check);
	}
}

/*
 * The module lists the device that carries a virtio device. A captured tree may not tell which it
 * is; then the name is that of the virtio device.
 */
static bool is_early_known(const struct facts *facts, const struct bound_device *device)
{
	return hook_lists_early(&facts->hook) &&
	       (strcmp(device->bus, "virtio") || strcmp(device->name, device->id));
}

static bool is_early(const struct facts *facts, const struct bound_device *device)
{
	if (!facts_hook_is(facts, RHI_HOOK_ON))
		return true;
	if (facts_has_memory(facts, device->name))
		return false;
	return !is_early_known(facts, device) || hook_has_early(&facts->hook, device->name);
}

/* Lists devices as "0000:00:01.0 (nvme)". Returns the first one, or NULL. */
static const struct bound_device *list_early(const struct facts *facts, struct ok_list *list,
					     bool *is_known)
{
	const struct bound_device *first = NULL;

	*is_known = true;
	for (size_t i = 0; i < facts->devices.nr; i++) {
		const struct bound_device *device = &facts->devices.list[i];

		if (!is_early(facts, device))
			continue;
		if (!first)
			first = device;
		*is_known &= is_early_known(facts, device);
		ok_list_add(list, "%s (%s)", device->name, device->driver);
	}
	return first;
}

/**
 * ok_devices - check for devices that were bound before the hook was on
 * @facts: the facts
 * @check: gets the result
 */
void ok_devices(const struct facts *facts, struct ok_check *check)
{
	const struct bound_device *first;
	struct ok_list list = { 0 };
	bool is_known;

	if (!ok_has_granule(facts, check) || needs_nothing(facts, check) ||
	    has_no_hook(facts, check))
		return;
	if (facts->devices.error) {
		ok_unread(facts, check, "/sys/bus", facts->devices.error);
		return;
	}
	if (facts->hook.unread) {
		ok_unread(facts, check, facts->hook.unread, facts->hook.unread_error);
		return;
	}
	first = list_early(facts, &list, &is_known);
	if (!first && facts->devices.nr && hook_lists_early(&facts->hook)) {
		ok_say(check, OK_PASS, "all %zu devices were bound after the hook was on, or got "
		       "memory from it since", facts->devices.nr);
	} else if (!first && facts->devices.nr) {
		ok_say(check, OK_PASS, "all %zu bound devices got their memory through the hook",
		       facts->devices.nr);
	} else if (!first) {
		ok_say(check, OK_PASS, "no device is bound");
	} else if (facts_hook_is(facts, RHI_HOOK_ON)) {
		ok_say(check, OK_WARN, "bound before the hook%s: %s%s",
		       is_known ? "" : ", or without coherent memory",
		       list.text, ok_list_rest(&list));
		ok_next(check, "unbind and bind each; unmount a disk's file systems "
			"first");
		run_rebind(check, first);
	} else {
		ok_say(check, OK_WARN, "bound, and the hook is not on: %s%s", list.text,
		       ok_list_rest(&list));
		ok_next(check, "switch the hook on, then unbind and bind each, or reload "
			"their drivers");
		run_rebind(check, first);
	}
}

/**
 * ok_hook - check whether the hook is on, if it is needed
 * @facts: the facts
 * @check: gets the result
 */
void ok_hook(const struct facts *facts, struct ok_check *check)
{
	if (!ok_has_granule(facts, check))
		return;
	if (facts_hook_is(facts, RHI_HOOK_ON)) {
		ok_say(check, OK_PASS, "on: %s", facts->hook.state->meaning);
		return;
	}
	if (needs_nothing(facts, check) || has_no_hook(facts, check))
		return;
	ok_say(check, OK_WARN, "%s: %s", facts->hook.state->word, facts->hook.state->meaning);
	if (facts->kernel.features[HAS_FTRACE_ARGS] == NO) {
		ok_next(check, "unavailable: see ftrace");
		return;
	}
	ok_next(check, "before drivers are loaded; for each boot: \"options rhi_probe hook=on\" "
		"in /etc/modprobe.d");
	ok_run(check, "rhictl hook on");
}
