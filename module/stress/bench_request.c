// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": bench: " fmt

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "bench_request.h"

/* In the order of enum rhi_bench_pattern */
const char * const bench_patterns[RHI_BENCH_NR_PATTERNS] = { RHI_BENCH_PATTERNS };

static int bench_parse_number(const char *key, const char *value, u32 *number)
{
	if (!kstrtou32(value, 0, number))
		return 0;
	pr_err("%s=%s is not a number of 32 bits\n", key, value);
	return -EINVAL;
}

static int bench_parse_word(char *word, struct bench_request *request)
{
	char *value = word;
	const char *key = strsep(&value, "=");
	int pattern;

	if (!value) {
		pr_err("\"%s\" is not key=value\n", key);
		return -EINVAL;
	}
	if (!strcmp(key, "size"))
		return bench_parse_number(key, value, &request->size);
	if (!strcmp(key, "count"))
		return bench_parse_number(key, value, &request->count);
	if (!strcmp(key, "threads"))
		return bench_parse_number(key, value, &request->threads);
	if (strcmp(key, "pattern")) {
		pr_err("unknown key \"%s\": use size, count, threads or pattern\n", key);
		return -EINVAL;
	}
	pattern = match_string(bench_patterns, RHI_BENCH_NR_PATTERNS, value);
	if (pattern < 0) {
		pr_err("unknown pattern \"%s\"\n", value);
		return -EINVAL;
	}
	request->pattern = pattern;
	return 0;
}

static int bench_check(const struct bench_request *request)
{
	const u64 blocks = mul_u32_u32(request->count, request->threads);

	if (request->size < RHI_BENCH_MIN_SIZE || request->size > RHI_BENCH_MAX_SIZE) {
		pr_err("size=%u: %u to %u bytes\n", request->size, RHI_BENCH_MIN_SIZE,
		       RHI_BENCH_MAX_SIZE);
		return -EINVAL;
	}
	if (!request->threads || request->threads > num_online_cpus()) {
		pr_err("threads=%u: 1 to %u, one for each CPU that is online\n", request->threads,
		       num_online_cpus());
		return -EINVAL;
	}
	if (!request->count || blocks > RHI_BENCH_MAX_BLOCKS ||
	    blocks * request->size > RHI_BENCH_MAX_BYTES) {
		pr_err("count=%u: at least 1, and at most %u blocks and %lu bytes for all threads\n",
		       request->count, RHI_BENCH_MAX_BLOCKS, RHI_BENCH_MAX_BYTES);
		return -EINVAL;
	}
	return 0;
}

/**
 * bench_parse() - parse a request
 * @text: words "key=value"; modified
 * @request: updated with the given keys; others keep their values
 *
 * Context: Process.
 * Return: %0; or %-EINVAL, and the log says what is wrong.
 */
int bench_parse(char *text, struct bench_request *request)
{
	char *word;

	while ((word = strsep(&text, " \t\n"))) {
		int err = *word ? bench_parse_word(word, request) : 0;

		if (err)
			return err;
	}
	return bench_check(request);
}
