// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rhi_files.h>

#include "module.h"
#include "ok-facts.h"
#include "sysroot.h"
#include "table.h"

#define REALM_GUEST	"/sys/firmware/cca/realm_guest"	/* since about Linux 7.4 */
#define PLATFORM	"/sys/devices/platform"
#define RSI_DEVICE	PLATFORM "/arm-cca-dev"		/* from Linux 6.14 until then */

static void say_realm(struct facts *facts, enum known realm, const char *by)
{
	facts->realm = realm;
	facts->realm_by = by;
}

/* The first source that knows decides. The module comes first: it has called the RMM. */
static void find_realm(struct facts *facts)
{
	const struct sysroot *root = facts->root;
	const struct kernel_has *kernel = &facts->kernel;
	char text[16];

	if (facts->info.status)
		say_realm(facts, !strcmp(facts->info.status->word, RHI_STATUS_NOT_REALM) ? NO : YES,
			  SYSFS "/status");
	else if (!sysroot_read_value(root, REALM_GUEST, text, sizeof(text)))
		say_realm(facts, strcmp(text, "1") ? NO : YES, REALM_GUEST);
	else if (sysroot_has(root, RSI_DEVICE))
		say_realm(facts, YES, RSI_DEVICE);
	else if (facts->log.has_rsi)
		say_realm(facts, YES, "the kernel's log");
	else if (*kernel->release && !kernel_is_since(kernel, 6, 13))
		say_realm(facts, NO, "the kernel's version");
	else if (facts->log.has_boot)
		say_realm(facts, NO, "the kernel's log");
	else if (*kernel->release && kernel_is_since(kernel, 6, 14) &&
		 !kernel_is_since(kernel, 7, 4) && sysroot_has(root, PLATFORM))
		say_realm(facts, NO, PLATFORM);
}

static bool stop(void *to, const char *name)
{
	(void)name;
	*(bool *)to = true;
	return false;
}

/* A mounted debugfs is never empty. */
static int look_at_debugfs(const struct sysroot *root)
{
	bool any = false;
	int ret = sysroot_list(root, DEBUGFS_ROOT, stop, &any);

	return ret || any ? ret : -ENODATA;
}

/* "none [integrity] confidentiality" */
static int read_lockdown(const struct sysroot *root, char *level, size_t size)
{
	char text[64], *begin, *end;
	int ret = sysroot_read_value(root, LOCKDOWN, text, sizeof(text));

	if (ret)
		return ret;
	begin = strchr(text, '[');
	end = begin ? strchr(begin, ']') : NULL;
	if (!end)
		return -EPROTO;
	*end = '\0';
	return decode_word(begin + 1, level, size) ? 0 : -EPROTO;
}

static enum known read_sig_enforce(const struct sysroot *root)
{
	char text[8];

	/* A kernel that does not support module signatures lacks this file. */
	if (sysroot_read_value(root, "/sys/module/module/parameters/sig_enforce", text,
			       sizeof(text)))
		return sysroot_has(root, "/sys/module/kernel") ? NO : UNKNOWN;
	return *text == 'Y' ? YES : NO;
}

/* Adds up the sizes of the kernel's atomic pools. */
static int read_atomic(const struct sysroot *root, uint64_t *bytes)
{
	static const char *const paths[] = {
		DMA_POOLS "/pool_size_dma", DMA_POOLS "/pool_size_dma32",
		DMA_POOLS "/pool_size_kernel",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		char text[32];
		uint64_t size;
		int ret = sysroot_read_value(root, paths[i], text, sizeof(text));

		if (ret)
			return ret;
		if (!decode_decimal(text, &size) || __builtin_add_overflow(*bytes, size, bytes))
			return -EPROTO;
	}
	return 0;
}

/* Kernels before about 7.3 always track the peak: 0 is the peak of an unused buffer. */
static void read_swiotlb(struct facts *facts)
{
	struct swiotlb *swiotlb = &facts->swiotlb;

	/* Errors are already reported; an invalid value of the kernel's counts as missing. */
	int ret = swiotlb_read(facts->root, swiotlb);

	if (ret && swiotlb->from_module && !facts->module_error)
		facts->module_error = ret;
	if (swiotlb->from_module || !swiotlb->untracked_peak ||
	    facts->kernel.features[HAS_OPTIONAL_PEAK] != NO)
		return;
	swiotlb->untracked_peak = false;
	swiotlb->bytes[SWIOTLB_USED_MAX].given = true;
}

static void read_module(struct facts *facts)
{
	const struct sysroot *root = facts->root;
	int ret = info_read_known(root, &facts->info);

	if (!ret)
		ret = hook_read(root, &facts->hook);
	/* The hook may have been switched between the reads of two files: try again. */
	if (ret == -EPROTO && facts->info.status && !facts->captured) {
		hook_free(&facts->hook);
		facts->hook = (struct hook){ 0 };
		ret = hook_read(root, &facts->hook);
	}
	facts->module_error = ret;
	ret = about_read(root, &facts->about);
	if (table_is_unread(ret))
		facts->about_error = ret;
	else if (ret && !facts->module_error)
		facts->module_error = ret;
	ret = metrics_read_totals(root, facts->totals);
	if (table_is_unread(ret))
		facts->totals_error = ret;
	else if (ret && !facts->module_error)
		facts->module_error = ret;
}

/**
 * facts_read - read the input of all checks
 * @root: the tree to read
 * @facts: filled in; free it with facts_free()
 *
 * Does not walk memory, and calls neither the host nor the RMM. Reports unexpected content of
 * the module's files on stderr.
 */
void facts_read(const struct sysroot *root, struct facts *facts)
{
	*facts = (struct facts){ .root = root, .captured = *root->dir };
	kernel_has_read(root, &facts->kernel);
	kernel_log_read(root, &facts->log);
	facts->debugfs = look_at_debugfs(root);
	facts->lockdown_error = read_lockdown(root, facts->lockdown, sizeof(facts->lockdown));
	facts->sig_enforce = read_sig_enforce(root);
	facts->loaded = sysroot_has(root, SYSFS);
	if (facts->loaded)
		read_module(facts);
	facts->page_size = facts->captured ? facts->info.page_size_bytes :
			   (uint64_t)sysconf(_SC_PAGESIZE);
	read_swiotlb(facts);
	facts->atomic_error = read_atomic(root, &facts->atomic_bytes);
	devices_read(root, &facts->devices);
	find_realm(facts);
}

/**
 * facts_free - release what facts_read() allocated
 * @facts: the facts
 */
void facts_free(struct facts *facts)
{
	info_free(&facts->info);
	hook_free(&facts->hook);
	swiotlb_free(&facts->swiotlb);
	devices_free(&facts->devices);
}

/**
 * facts_granule_is_page - check whether the granule is at most one page
 * @facts: the facts, with a known granule
 *
 * If it is, any kernel aligns shared memory.
 *
 * Return: true if it is. Assumes pages of 4096 bytes if the page size is unknown.
 */
bool facts_granule_is_page(const struct facts *facts)
{
	return facts->info.granule_bytes <= (facts->page_size ? facts->page_size : 4096);
}

/**
 * facts_is_misaligned - check whether memory begins or ends inside a granule
 * @facts: the facts
 * @start: first address of the memory
 * @end: first address after the memory
 *
 * Return: true if the memory is misaligned; false also if the granule is unknown.
 */
bool facts_is_misaligned(const struct facts *facts, uint64_t start, uint64_t end)
{
	uint64_t granule = facts->info.granule_bytes;

	return granule && ((start | end) & (granule - 1));
}

/**
 * facts_swiotlb_is_misaligned - check whether the bounce buffer begins or ends inside a granule
 * @facts: the facts
 *
 * Return: true if it does, by the module or by the kernel's log; false also if that is unknown.
 */
bool facts_swiotlb_is_misaligned(const struct facts *facts)
{
	const struct kernel_log *log = &facts->log;

	if (facts->swiotlb.nr_pools)
		return swiotlb_misaligned(&facts->swiotlb).value;
	return log->has_swiotlb &&
	       facts_is_misaligned(facts, log->swiotlb_start, log->swiotlb_end);
}

/**
 * facts_hook_is - check the state of the hook
 * @facts: the facts
 * @word: the state to compare with
 *
 * Return: true if the hook is in this state; false also if its state is unknown.
 */
bool facts_hook_is(const struct facts *facts, const char *word)
{
	return facts->hook.state && !strcmp(facts->hook.state->word, word);
}

/**
 * facts_has_memory - check whether a device holds memory from the module
 * @facts: the facts
 * @device: name of the device
 *
 * Return: true if it does.
 */
bool facts_has_memory(const struct facts *facts, const char *device)
{
	for (size_t i = 0; i < facts->hook.nr_devices; i++)
		if (!strcmp(facts->hook.devices[i].name, device))
			return true;
	return false;
}
