// SPDX-License-Identifier: GPL-2.0-only
/* Prints rhictl info as text: first the conclusions, then the values. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rhi.h>

#include "info.h"
#include "output.h"
#include "size.h"

static void print_size(uint64_t bytes)
{
	printf("%s", size_text(bytes).text);
}

static const char *granule_origin(const struct info *info)
{
	switch (info->source) {
	case SOURCE_HOST:
		return "from the host";
	case SOURCE_PARAMETER:
		return "from the module's granule= parameter";
	default:
		return info->alignment.given ? "the page size; the host's granule is smaller"
					     : "the page size, assumed";
	}
}

static void print_kernel_granule(const struct info *info)
{
	enum kernel_granule result = info_kernel_granule(info);

	if (result == KERNEL_NONE && !*info->kernel.function)
		return;
	printf("kernel's granule: ");
	if (result == KERNEL_NONE)
		printf("unknown");
	else
		print_size(info->kernel_granule_bytes);
	if (*info->kernel.function)
		printf(", from %s()", info->kernel.function);
	if (result == KERNEL_TOO_SMALL)
		printf(": too small, the kernel shares parts of granules");
	else if (result == KERNEL_INVALID)
		printf(": invalid, not a power of two of at least one page");
	printf("\n");
}

static void print_summary(const struct info *info)
{
	if (info->granule_bytes) {
		printf("sharing granule: ");
		print_size(info->granule_bytes);
		printf(" (%" PRIu64 " bytes), %s\n", info->granule_bytes, granule_origin(info));
	} else {
		printf("sharing granule: unknown; sharing is disabled\n");
	}
	printf("status: %s: %s\n", info->status->word, info->status->meaning);
	if (info->status->next && info->source != SOURCE_PARAMETER)
		printf("next: %s\n", info->status->next);
	if (info->page_size_bytes) {
		printf("page size: ");
		print_size(info->page_size_bytes);
		printf("\n");
	}
	print_kernel_granule(info);
}

static void print_version(uint64_t version)
{
	if (version > UINT32_MAX)
		printf("not a version");
	else
		printf("%" PRIu64 ".%" PRIu64, version >> 16, version & 0xffff);
}

static void print_features(const char *family, const uint64_t *words, unsigned int nr)
{
	const char *blank = "";

	for (unsigned int word = 0; word < nr; word++) {
		uint64_t nameless = 0;

		for (unsigned int bit = 0; bit < 64; bit++) {
			const char *name = decode_feature(family, word, bit);

			if (!(words[word] >> bit & 1))
				continue;
			if (!name) {
				nameless |= UINT64_C(1) << bit;
				continue;
			}
			printf("%s%s", blank, name);
			blank = " ";
		}
		if (nameless) {
			printf("%sunknown bits 0x%" PRIx64, *blank ? ", " : "", nameless);
			blank = " ";
		}
	}
	if (!*blank)
		printf("no features");
}

static void print_alignment(const struct info *info)
{
	const char *wrong = decode_alignment(info->alignment.value);

	if (wrong) {
		printf("%s", wrong);
		return;
	}
	print_size(info->alignment.value);
	/* This is the module's only other reason to reject an alignment. */
	if (!info->status->granule_known)
		printf(", larger than the page allocator's largest block");
}

/* Returns true if the caller must print the meaning of the answer and a ")". */
static bool print_answer(const char *name, const struct answer *answer)
{
	printf("  %-20s  ", name);
	if (!answer->given) {
		printf("none (not called, or failed)\n");
		return false;
	}
	printf("0x%" PRIx64 " (", answer->value);
	if (answer->value != RHI_NOT_SUPPORTED)
		return true;
	printf("not supported)\n");
	return false;
}

static void print_hostconf(const struct info *info)
{
	printf("\nHOSTCONF answers\n");
	if (print_answer("version", &info->version)) {
		print_version(info->version.value);
		printf(")\n");
	}
	if (print_answer("features", &info->features)) {
		print_features("HOSTCONF", &info->features.value, 1);
		printf(")\n");
	}
	if (print_answer("ipa_change_alignment", &info->alignment)) {
		print_alignment(info);
		printf(")\n");
	}
}

static void print_parameters(const struct info *info)
{
	printf("\nmodule parameters\n");
	printf("  granule  ");
	if (info->granule_parameter_bytes)
		print_size(info->granule_parameter_bytes);
	else
		printf("not given");
	printf("\n  force    %s\n", info->force ? "yes" : "no");
}

static void print_families(const struct info *info)
{
	printf("\nRHI families%s\n", info->nr_families ? "" : ": none");
	for (size_t i = 0; i < info->nr_families; i++) {
		const struct family *family = &info->families[i];

		printf("  %-8s  ", family->name);
		if (family->version.given) {
			print_version(family->version.value);
			printf("  ");
		}
		if (*family->refusal)
			printf("%s%s", family->version.given ? "features: " : "",
			       family->refusal);
		else
			print_features(family->name, family->features, family->nr_features);
		printf("\n");
	}
}

static const char *answer_text(const struct answer *answer, char *buf, size_t size)
{
	if (!answer->given)
		return "none";
	snprintf(buf, size, "0x%" PRIx64, answer->value);
	return buf;
}

static void widen(int *width, const char *text)
{
	int len = strlen(text);

	if (*width < len)
		*width = len;
}

static void print_calls(const struct info *info)
{
	int name = 4, rsi = 3, answer = 6;	/* widths of the headings */
	char buf[24];

	for (size_t i = 0; i < info->nr_calls; i++) {
		widen(&name, info->calls[i].name);
		widen(&rsi, info->calls[i].rsi);
		widen(&answer, answer_text(&info->calls[i].answer, buf, sizeof(buf)));
	}

	if (!info->nr_calls) {
		printf("\nlatest host calls: none\n");
		return;
	}
	printf("\nlatest host calls, oldest first\n");
	printf("  %3s  %-10s  %-*s  %-*s  %-*s  %6s\n", "seq", "fid", name, "name", rsi, "rsi",
	       answer, "answer", "ns");
	for (size_t i = 0; i < info->nr_calls; i++) {
		const struct call *call = &info->calls[i];

		printf("  %3" PRIu64 "  0x%08" PRIx64 "  %-*s  %-*s  %-*s  %6" PRIu64 "\n",
		       call->seq, call->fid, name, call->name, rsi, call->rsi,
		       answer, answer_text(&call->answer, buf, sizeof(buf)), call->duration_ns);
	}
}

static void print_pool(const struct swiotlb_pool *pool)
{
	printf("  place   0x%" PRIx64 "-0x%" PRIx64, pool->start, pool->end);
	if (!pool->misaligned.given)
		printf("\n");
	else if (!pool->misaligned.value)
		printf(", whole granules\n");
	else
		printf(", %" PRIu64 " bytes of it in granules that also have other memory\n",
		       pool->misaligned.value);
}

static void print_swiotlb(const struct swiotlb *swiotlb)
{
	const struct answer *size = &swiotlb->bytes[SWIOTLB_SIZE];
	const struct answer *used = &swiotlb->bytes[SWIOTLB_USED];
	const struct answer *peak = &swiotlb->bytes[SWIOTLB_USED_MAX];
	const struct answer *transient = &swiotlb->bytes[SWIOTLB_TRANSIENT];

	if (!size->given)
		return;
	printf("\nbounce buffer (swiotlb)");
	if (!size->value) {
		printf(": none\n");
		return;
	}
	printf("\n  size    ");
	print_size(size->value);
	printf("\n  in use  ");
	if (used->given)
		print_size(used->value);
	else
		printf("unknown");
	if (peak->given) {
		printf(", at most ");
		print_size(peak->value);
	} else if (swiotlb->untracked_peak) {
		printf("; this kernel does not track the peak");
	}
	printf("\n");
	if (swiotlb->from_module)
		printf("  grows   %s\n", swiotlb->grows ? "yes" : "no");
	if (transient->given && transient->value) {
		printf("  more    ");
		print_size(transient->value);
		printf(" for single requests\n");
	}
	for (size_t i = 0; i < swiotlb->nr_pools; i++)
		print_pool(&swiotlb->pools[i]);
}

static void text_info(const struct info *info)
{
	print_summary(info);
	print_hostconf(info);
	if (info->have_parameters)
		print_parameters(info);
	if (info->have_families)
		print_families(info);
	if (info->have_calls)
		print_calls(info);
	print_swiotlb(&info->swiotlb);
	if (info->unread)
		printf("\nincomplete: %s: %s; "
		       "RHI families and host calls need root and debugfs\n",
		       info->unread, strerror(-info->unread_error));
	if (info->granule_bytes)
		printf("\nSee rhictl audit for misaligned memory and its owners.\n");
}

const struct output output_text = {
	.info = text_info,
	.bench = text_bench,
	.hook = text_hook,
	.audit = text_audit,
	.ok = text_ok,
	.stress = text_stress,
};
