// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the two writable files of rhi_stress: accepted ones are within the limits of the
 * UAPI, refused ones have a message.
 */
#include <string.h>

#include "bench_request.h"
#include "must.h"
#include "request.h"

#define CPUS	2

static unsigned int messages;

void unit_printk(const char *fmt, ...)
{
	messages++;
}

/* Copy to the heap, where ASan detects reads beyond the end. */
static char *copy(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	messages = 0;
	return text;
}

static void check_stress(const struct stress_request *r)
{
	MUST(r->workers >= 1 && r->workers <= RHI_STRESS_MAX_WORKERS);
	MUST(r->seconds <= RHI_STRESS_MAX_SECONDS && r->operations <= RHI_STRESS_MAX_OPERATIONS);
	MUST(r->seconds || r->operations);
	MUST(r->min >= RHI_STRESS_MIN_SIZE && r->min <= r->max && r->max <= RHI_STRESS_MAX_SIZE);
	MUST(r->blocks >= 1 && r->blocks <= RHI_STRESS_MAX_BLOCKS);
	MUST(r->workers * r->blocks * r->max <= RHI_STRESS_MAX_BYTES);
	MUST(r->atomic <= 100 && r->handover <= 100 && r->pressure <= RHI_STRESS_MAX_PRESSURE);
	MUST(r->mask >= RHI_STRESS_MIN_MASK && r->mask <= RHI_STRESS_MAX_MASK);
	MUST(r->every >= 1 && r->every <= RHI_STRESS_MAX_EVERY && r->hotplug <= 1 && r->bare <= 1);
	MUST(r->source < RHI_STRESS_NR_SOURCES && r->context < RHI_STRESS_NR_CONTEXTS);
}

static void check_bench(const struct bench_request *r)
{
	const unsigned long long blocks = 1ULL * r->count * r->threads;

	MUST(r->size >= RHI_BENCH_MIN_SIZE && r->size <= RHI_BENCH_MAX_SIZE);
	MUST(r->threads >= 1 && r->threads <= CPUS && r->count >= 1);
	MUST(blocks <= RHI_BENCH_MAX_BLOCKS && blocks * r->size <= RHI_BENCH_MAX_BYTES);
	MUST(r->pattern < RHI_BENCH_NR_PATTERNS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench_request bench = { .size = 64, .count = 1000, .threads = 1 };
	struct stress_request stress;
	char *text = copy(data, size);

	if (!stress_parse(text, CPUS, &stress))
		check_stress(&stress);
	else
		MUST(messages == 1);
	free(text);

	text = copy(data, size);
	if (!bench_parse(text, &bench))
		check_bench(&bench);
	else
		MUST(messages == 1);
	free(text);
	return 0;
}
