// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": stress: " fmt

#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "request.h"

/* In the order of the enums in rhi_stress.h */
const char * const stress_sources[RHI_STRESS_NR_SOURCES] = { RHI_STRESS_SOURCES };
const char * const stress_contexts[RHI_STRESS_NR_CONTEXTS] = { RHI_STRESS_CONTEXTS };

/* Keys with numeric values, and the range of each */
static const struct number {
	const char *key;
	size_t offset;
	u64 min, max;
} numbers[] = {
#define NUMBER(member, low, high) \
	{ #member, offsetof(struct stress_request, member), low, high }
	NUMBER(operations, 0, RHI_STRESS_MAX_OPERATIONS),
	NUMBER(seconds, 0, RHI_STRESS_MAX_SECONDS),
	NUMBER(workers, 1, RHI_STRESS_MAX_WORKERS),
	NUMBER(min, RHI_STRESS_MIN_SIZE, RHI_STRESS_MAX_SIZE),
	NUMBER(max, RHI_STRESS_MIN_SIZE, RHI_STRESS_MAX_SIZE),
	NUMBER(blocks, 1, RHI_STRESS_MAX_BLOCKS),
	NUMBER(atomic, 0, 100),
	NUMBER(handover, 0, 100),
	NUMBER(mask, RHI_STRESS_MIN_MASK, RHI_STRESS_MAX_MASK),
	NUMBER(every, 1, RHI_STRESS_MAX_EVERY),
	NUMBER(pressure, 0, RHI_STRESS_MAX_PRESSURE),
	NUMBER(hotplug, 0, 1),
	NUMBER(bare, 0, 1),
#undef NUMBER
};

static int parse_number(const char *key, const char *value, u64 *to)
{
	if (!kstrtou64(value, 0, to))
		return 0;
	pr_err("%s=%s is not a number of 64 bits\n", key, value);
	return -EINVAL;
}

static int parse_in_range(const struct number *number, const char *value,
			  struct stress_request *request)
{
	u64 *to = (void *)request + number->offset;

	if (parse_number(number->key, value, to))
		return -EINVAL;
	if (*to >= number->min && *to <= number->max)
		return 0;
	pr_err("%s=%llu: %llu to %llu\n", number->key, *to, number->min, number->max);
	return -EINVAL;
}

static int parse_choice(const char *key, const char *value, const char * const *words, int nr)
{
	int choice = match_string(words, nr, value);

	if (choice < 0)
		pr_err("unknown %s \"%s\"\n", key, value);
	return choice;
}

static int parse_word(char *word, struct stress_request *request)
{
	char *value = word;
	const char *key = strsep(&value, "=");
	int choice;

	if (!value) {
		pr_err("\"%s\" is not key=value\n", key);
		return -EINVAL;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(key, numbers[i].key))
			return parse_in_range(&numbers[i], value, request);
	if (!strcmp(key, "seed")) {
		request->has_seed = true;
		return parse_number(key, value, &request->seed);
	}
	if (!strcmp(key, "source")) {
		choice = parse_choice(key, value, stress_sources, RHI_STRESS_NR_SOURCES);
		request->source = max(choice, 0);
		return min(choice, 0);
	}
	if (!strcmp(key, "context")) {
		choice = parse_choice(key, value, stress_contexts, RHI_STRESS_NR_CONTEXTS);
		request->context = max(choice, 0);
		return min(choice, 0);
	}
	pr_err("unknown key \"%s\"\n", key);
	return -EINVAL;
}

static int stress_check(const struct stress_request *request)
{
	if (request->min > request->max) {
		pr_err("min=%llu max=%llu: the smallest is larger than the largest\n", request->min,
		       request->max);
		return -EINVAL;
	}
	if (request->workers * request->blocks * request->max > RHI_STRESS_MAX_BYTES) {
		pr_err("workers=%llu blocks=%llu max=%llu: that could be more than %llu bytes\n",
		       request->workers, request->blocks, request->max, RHI_STRESS_MAX_BYTES);
		return -EINVAL;
	}
	if (!request->seconds && !request->operations) {
		pr_err("seconds=0 operations=0: set one of them\n");
		return -EINVAL;
	}
	return 0;
}

/**
 * stress_parse() - parse a request
 * @text: words "key=value" separated by whitespace; modified
 * @cpus: number of online CPUs, the default number of workers
 * @request: filled in
 *
 * Context: Process.
 * Return: %0; or %-EINVAL, and the log says what is wrong.
 */
int stress_parse(char *text, unsigned int cpus, struct stress_request *request)
{
	bool has_seconds;
	char *word;

	*request = (struct stress_request){
		.seconds = RHI_STRESS_MAX_SECONDS + 1,
		.workers = min(cpus, (unsigned int)RHI_STRESS_MAX_WORKERS),
		.min = RHI_STRESS_MIN_SIZE,
		.max = RHI_STRESS_MAX_SIZE,
		.blocks = RHI_STRESS_BLOCKS,
		.atomic = RHI_STRESS_ATOMIC,
		.handover = RHI_STRESS_HANDOVER,
		.mask = RHI_STRESS_MASK,
		.every = RHI_STRESS_EVERY,
		.source = RHI_STRESS_ANY_SOURCE,
		.context = RHI_STRESS_ANY_CONTEXT,
	};
	while ((word = strsep(&text, " \t\n"))) {
		int err = *word ? parse_word(word, request) : 0;

		if (err)
			return -EINVAL;
	}
	has_seconds = request->seconds <= RHI_STRESS_MAX_SECONDS;
	if (!has_seconds)
		request->seconds = request->operations ? 0 : RHI_STRESS_SECONDS;
	return stress_check(request);
}
