// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the memory that the kernel shares at boot: the bounce buffer, which all streaming
 * DMA of a Realm uses, and the atomic pools.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "module.h"
#include "ok-check.h"
#include "ok-facts.h"
#include "size.h"
#include "sysroot.h"

#define SLABS_PATH	DEBUGFS_ROOT "/swiotlb/io_tlb_nslabs"

/* Advised minimum of a buffer that cannot grow. The kernel may choose only 1 MiB per GiB of RAM. */
#define SMALL_BYTES	(32 << 20)
#define MAX_BYTES	(UINT64_C(1) << 30)

/*
 * The kernel treats this size (CONFIG_SWIOTLB_DEFAULT_SIZE_MB) as if the command line set none,
 * and shrinks it to 1 MiB per GiB of RAM: see swiotlb_adjust_size() in kernel/dma/swiotlb.c.
 */
#define DEFAULT_BYTES	(64 << 20)

/* Advises four times the current size, from SMALL_BYTES to MAX_BYTES. */
static void boot_swiotlb(const struct facts *facts, struct ok_check *check)
{
	uint64_t bytes = facts->swiotlb.bytes[SWIOTLB_SIZE].value;

	bytes = bytes > MAX_BYTES / 4 ? MAX_BYTES : 4 * bytes;
	if (bytes < SMALL_BYTES)
		bytes = SMALL_BYTES;
	if (bytes == DEFAULT_BYTES)
		bytes = 2 * DEFAULT_BYTES;
	ok_boot(check, "swiotlb=%" PRIu64, bytes / SWIOTLB_SLAB_BYTES);
}

static bool has_size(const struct facts *facts)
{
	return facts->swiotlb.bytes[SWIOTLB_SIZE].given;
}

/* Only a kernel with a growing buffer has the file io_tlb_transient_nslabs. */
static bool grows(const struct facts *facts)
{
	if (facts->swiotlb.from_module)
		return facts->swiotlb.grows;
	return facts->kernel.features[HAS_SWIOTLB_DYNAMIC] == YES ||
	       facts->swiotlb.bytes[SWIOTLB_TRANSIENT].given;
}

static void say_size(const struct facts *facts, struct ok_check *check, enum ok_verdict verdict,
		     const char *judgement)
{
	const struct answer *used = &facts->swiotlb.bytes[SWIOTLB_USED];

	ok_say(check, verdict, "%s, %s in use%s",
	       size_text(facts->swiotlb.bytes[SWIOTLB_SIZE].value).text,
	       used->given ? size_text(used->value).text : "unknown how much", judgement);
}

/* Fallback if debugfs lacks the size: takes it from the kernel's log. */
static void say_logged(const struct facts *facts, struct ok_check *check)
{
	const struct kernel_log *log = &facts->log;
	uint64_t bytes = log->swiotlb_end - log->swiotlb_start;

	if (!log->has_swiotlb) {
		ok_unread(facts, check, SLABS_PATH, facts->debugfs ? facts->debugfs : -ENOENT);
		return;
	}
	if (bytes < SMALL_BYTES && !grows(facts)) {
		ok_say(check, OK_WARN, "%s, by the kernel's log: small, as all streaming DMA "
		       "uses it",
		       size_text(bytes).text);
		boot_swiotlb(facts, check);
		return;
	}
	ok_say(check, OK_PASS, "%s, by the kernel's log", size_text(bytes).text);
}

/**
 * ok_swiotlb - check whether the bounce buffer is large enough
 * @facts: the facts
 * @check: gets the result
 */
void ok_swiotlb(const struct facts *facts, struct ok_check *check)
{
	uint64_t size = facts->swiotlb.bytes[SWIOTLB_SIZE].value;

	if (!ok_is_realm(facts, check))
		return;
	if (!has_size(facts)) {
		say_logged(facts, check);
		return;
	}
	if (!size) {
		ok_say(check, OK_FAIL, "none: streaming DMA cannot work");
		ok_next(check, "remove swiotlb=noforce from the kernel's command line, and set "
			"a size");
	} else if (size < SMALL_BYTES && !grows(facts)) {
		say_size(facts, check, OK_WARN, ": small, as all streaming DMA uses it");
		ok_next(check, "make it larger at the next boot");
	} else {
		say_size(facts, check, OK_PASS, "");
		return;
	}
	boot_swiotlb(facts, check);
}

/**
 * ok_peak - check the peak usage of the bounce buffer
 * @facts: the facts
 * @check: gets the result
 */
void ok_peak(const struct facts *facts, struct ok_check *check)
{
	const struct answer *size = &facts->swiotlb.bytes[SWIOTLB_SIZE];
	const struct answer *peak = &facts->swiotlb.bytes[SWIOTLB_USED_MAX];

	if (!ok_is_realm(facts, check))
		return;
	if (!size->given || !size->value) {
		ok_say(check, OK_SKIP, "its size is unknown: see swiotlb");
	} else if (facts->swiotlb.untracked_peak) {
		ok_say(check, OK_SKIP, "unknown: this kernel counts it only on request");
		ok_next(check, "request it at the next boot, with the same size");
		ok_boot(check, "swiotlb=%" PRIu64 ",track_hiwater",
			size->value / SWIOTLB_SLAB_BYTES);
	} else if (!peak->given) {
		ok_say(check, OK_SKIP, "unknown: %s cannot be read, as under lockdown",
		       DEBUGFS_ROOT "/swiotlb/io_tlb_used_hiwater");
		ok_next(check, "see lockdown");
	} else if (peak->value > size->value / 10 * 9) {
		ok_say(check, OK_WARN, "up to %s in use at once: nearly full",
		       size_text(peak->value).text);
		ok_next(check, "make it larger at the next boot");
		boot_swiotlb(facts, check);
	} else {
		ok_say(check, OK_PASS, "up to %s in use at once",
		       size_text(peak->value).text);
	}
}

/* Lists the pools by the module, or the one that the kernel's log has. */
static bool find_place(const struct facts *facts, struct ok_list *list)
{
	const struct swiotlb *swiotlb = &facts->swiotlb;
	const struct kernel_log *log = &facts->log;

	for (size_t i = 0; i < swiotlb->nr_pools; i++)
		ok_list_add(list, "0x%" PRIx64 "-0x%" PRIx64, swiotlb->pools[i].start,
			    swiotlb->pools[i].end);
	if (!swiotlb->nr_pools && log->has_swiotlb)
		ok_list_add(list, "0x%" PRIx64 "-0x%" PRIx64, log->swiotlb_start,
			    log->swiotlb_end);
	return swiotlb->nr_pools || log->has_swiotlb;
}

/**
 * ok_place - check whether the bounce buffer occupies whole granules
 * @facts: the facts
 * @check: gets the result
 */
void ok_place(const struct facts *facts, struct ok_check *check)
{
	const struct kernel_log *log = &facts->log;
	struct ok_list place = { 0 };

	if (!ok_is_realm(facts, check))
		return;
	if (!find_place(facts, &place)) {
		ok_say(check, OK_SKIP, "unknown: the kernel's log %s%s",
		       log->error ? "cannot be read: " : "does not have its address",
		       log->error ? sysroot_explain(log->error) : "");
		ok_next(check, "the audit lists it if it is misaligned");
		ok_run(check, "rhictl audit");
		return;
	}
	if (!ok_has_granule(facts, check)) {
		ok_say(check, OK_SKIP, "%s%s; unknown granule: see granule", place.text,
		       ok_list_rest(&place));
		return;
	}
	if (!facts_swiotlb_is_misaligned(facts)) {
		ok_say(check, OK_PASS, "%s%s, aligned", place.text, ok_list_rest(&place));
		return;
	}
	ok_say(check, OK_FAIL, "%s%s begins or ends inside a granule of %s", place.text,
	       ok_list_rest(&place), size_text(facts->info.granule_bytes).text);
	ok_next(check, "another size may happen to be aligned: boot with it and check "
		"again");
	boot_swiotlb(facts, check);
}

/**
 * ok_growth - check whether the bounce buffer can grow with misaligned memory
 * @facts: the facts
 * @check: gets the result
 */
void ok_growth(const struct facts *facts, struct ok_check *check)
{
	if (!ok_is_realm(facts, check))
		return;
	if (!grows(facts)) {
		if (facts->kernel.features[HAS_SWIOTLB_DYNAMIC] == NO || has_size(facts))
			ok_say(check, OK_PASS, "its size is fixed");
		else
			ok_unread(facts, check, KALLSYMS, facts->kernel.error);
		return;
	}
	if (!facts->info.granule_bytes || facts_granule_is_page(facts)) {
		ok_say(check, OK_PASS, "it grows (CONFIG_SWIOTLB_DYNAMIC)");
		return;
	}
	ok_say(check, OK_WARN, "it grows (CONFIG_SWIOTLB_DYNAMIC), by memory that may be "
	       "misaligned");
	ok_next(check, "make it large enough at boot, so that it does not grow");
	boot_swiotlb(facts, check);
}

/* Lists devices as "nvme 0000:00:01.0 (3)", with the number of messages. */
static void list_devices(const struct log_devices *devices, struct ok_list *list)
{
	uint64_t listed = 0;

	for (size_t i = 0; i < devices->nr; i++) {
		ok_list_add(list, "%s (%" PRIu64 ")", devices->list[i].name,
			    devices->list[i].count);
		listed += devices->list[i].count;
	}
	if (listed < devices->count)
		list->has_more = true;
}

static const char *log_reach(const struct kernel_log *log)
{
	return log->has_boot ? "since the boot" : "in the kernel's log, which does not reach back "
	"to the boot";
}

/* The log has no such message: that is a PASS only if the log could be read. */
static void say_none(const struct facts *facts, struct ok_check *check, const char *what)
{
	const struct kernel_log *log = &facts->log;

	if (!log->error) {
		ok_say(check, OK_PASS, "%s %s", what, log_reach(log));
		return;
	}
	ok_say(check, OK_SKIP, "unknown: the kernel's log cannot be read: %s",
	       sysroot_explain(log->error));
	if (facts->captured)
		ok_next(check, "capture it too: dmesg, in " LOG_CAPTURED);
	else
		ok_run(check, "sudo rhictl ok");
}

/**
 * ok_full - check for requests that found the bounce buffer full
 * @facts: the facts
 * @check: gets the result
 */
void ok_full(const struct facts *facts, struct ok_check *check)
{
	const struct log_devices *full = &facts->log.full;
	struct ok_list list = { 0 };

	if (!ok_is_realm(facts, check))
		return;
	if (!full->count) {
		say_none(facts, check, "it was never full");
		return;
	}
	list_devices(full, &list);
	ok_say(check, OK_FAIL, "it was full for %" PRIu64 " requests %s, of %s%s",
	       full->count + full->suppressed, log_reach(&facts->log), list.text,
	       ok_list_rest(&list));
	if (facts->log.full_large == full->count) {
		ok_next(check, "they exceed %s, the largest request that swiotlb can "
			"serve: report it to the driver's authors",
			size_text(SWIOTLB_MAX_REQUEST).text);
		return;
	}
	ok_next(check, "make it larger at the next boot, or use fewer or shorter queues in "
		"the device");
	boot_swiotlb(facts, check);
}

/* Size of the atomic pools from debugfs, or at boot from the kernel's log. */
static bool find_atomic(const struct facts *facts, struct ok_check *check, uint64_t *bytes)
{
	*bytes = facts->atomic_bytes;
	if (!facts->atomic_error)
		return true;
	*bytes = facts->log.atomic_bytes;
	if (*bytes)
		return true;
	ok_unread(facts, check, DMA_POOLS, facts->atomic_error);
	return false;
}

/**
 * ok_atomic - check the size of the atomic pools, and whether they were exhausted
 * @facts: the facts
 * @check: gets the result
 */
void ok_atomic(const struct facts *facts, struct ok_check *check)
{
	const struct log_devices *exhausted = &facts->log.exhausted;
	struct ok_list list = { 0 };
	uint64_t bytes;

	if (!ok_is_realm(facts, check) || !find_atomic(facts, check, &bytes))
		return;
	list_devices(exhausted, &list);
	if (exhausted->count) {
		ok_say(check, OK_FAIL, "%s; it was exhausted for %" PRIu64 " requests %s, of %s%s",
		       size_text(bytes).text, exhausted->count, log_reach(&facts->log), list.text,
		       ok_list_rest(&list));
	} else if (facts->log.atomic_failed || !bytes) {
		ok_say(check, OK_WARN, "%s: a pool could not be allocated at boot",
		       size_text(bytes).text);
	} else if (facts_is_misaligned(facts, 0, bytes)) {
		ok_say(check, OK_WARN, "%s: not a multiple of the granule of %s",
		       size_text(bytes).text,
		       size_text(facts->info.granule_bytes).text);
	} else {
		ok_say(check, OK_PASS, "%s", size_text(bytes).text);
		return;
	}
	ok_next(check, "set another size of the atomic pools at the next boot");
	ok_boot(check, "coherent_pool=%" PRIu64 "M",
		bytes < (1 << 20) ? 1 : bytes > MAX_BYTES ? MAX_BYTES >> 20 : (bytes >> 20) * 4);
}
