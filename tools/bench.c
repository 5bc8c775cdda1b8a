// SPDX-License-Identifier: GPL-2.0-only
/* The sub-command rhictl bench. The module measures, one block size at a time. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rhi_bench.h>

#include "bench.h"
#include "decode.h"
#include "module.h"
#include "output.h"
#include "rhictl.h"
#include "sysroot.h"

#define DEFAULT_SIZES	"16,64,256,1K,4K,16K,64K"
#define DEFAULT_COUNT	1000
#define MAX_RUNS	32

static const char *const patterns[RHI_BENCH_NR_PATTERNS] = { RHI_BENCH_PATTERNS };

struct request {
	uint64_t sizes[MAX_RUNS];
	size_t nr_sizes;
	uint64_t count;		/* 0: not given */
	uint64_t threads;
	enum rhi_bench_pattern pattern;
};

static bool parse_sizes(char *list, struct request *request)
{
	char *word;

	request->nr_sizes = 0;
	while ((word = strsep(&list, ","))) {
		if (request->nr_sizes == MAX_RUNS) {
			warnx("--size: at most %d sizes", MAX_RUNS);
			return false;
		}
		if (!decode_bytes(word, RHI_BENCH_MIN_SIZE, RHI_BENCH_MAX_SIZE,
				  &request->sizes[request->nr_sizes++])) {
			warnx("--size \"%s\": give %d to %dK bytes, as in %s", word,
			      RHI_BENCH_MIN_SIZE, RHI_BENCH_MAX_SIZE / 1024, DEFAULT_SIZES);
			return false;
		}
	}
	return true;
}

static bool parse_pattern(const char *word, struct request *request)
{
	for (int i = 0; i < RHI_BENCH_NR_PATTERNS; i++) {
		if (strcmp(word, patterns[i]))
			continue;
		request->pattern = i;
		return true;
	}
	warnx("--pattern \"%s\": give one of pair, batch, random, zero", word);
	return false;
}

static bool parse_number(const char *option, const char *text, uint64_t *number)
{
	if (decode_decimal(text, number) && *number)
		return true;
	warnx("%s \"%s\": give a number, 1 or more", option, text);
	return false;
}

/* The largest count for each thread within the module's limits. */
static uint64_t most(const struct request *request, uint64_t size)
{
	uint64_t blocks = RHI_BENCH_MAX_BYTES / size;

	if (blocks > RHI_BENCH_MAX_BLOCKS)
		blocks = RHI_BENCH_MAX_BLOCKS;
	return blocks / request->threads;
}

static bool check(const struct request *request)
{
	if (request->threads > (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)) {
		warnx("--threads %" PRIu64 ": more than the online CPUs",
		      request->threads);
		return false;
	}
	for (size_t i = 0; i < request->nr_sizes; i++) {
		if (request->count <= most(request, request->sizes[i]))
			continue;
		warnx("--count %" PRIu64 ": for each thread at most %" PRIu64 " of %" PRIu64
		      " bytes; lower it, or omit the larger sizes", request->count,
		      most(request, request->sizes[i]), request->sizes[i]);
		return false;
	}
	return true;
}

static int run_one(const struct sysroot *root, const struct request *request, uint64_t size,
		   struct bench *bench)
{
	struct bench_run *run = &bench->runs[bench->nr_runs];
	uint64_t count = request->count;
	bool keeps = request->pattern == RHI_BENCH_BATCH || request->pattern == RHI_BENCH_RANDOM;
	struct bench_request asked;
	char text[128];
	int ret;

	if (!count)
		count = most(request, size) < DEFAULT_COUNT ? most(request, size) : DEFAULT_COUNT;
	snprintf(text, sizeof(text),
		 "size=%" PRIu64 " count=%" PRIu64 " threads=%" PRIu64 " pattern=%s\n", size, count,
		 request->threads, patterns[request->pattern]);
	ret = module_write(BENCH_FILE, text);
	if (ret)
		return ret;

	asked = (struct bench_request){ patterns[request->pattern], size, count, request->threads };
	ret = bench_read(root, &asked, bench, run);
	if (ret)
		return ret;
	run->size_bytes = size;
	run->used_bytes = size * request->threads * (keeps ? count : 1);
	bench->nr_runs++;
	return 0;
}

static int failure(int error)
{
	switch (error) {
	case -EBUSY:
		warnx("another benchmark is running; try again later");
		return EXIT_RESOURCES;
	case -EAGAIN:
		warnx("a CPU went offline; try again, or lower --threads");
		return EXIT_RESOURCES;
	case -ENOMEM:
		warnx("out of memory, or the host refused to share it (see dmesg); try a "
		      "smaller --count");
		return EXIT_RESOURCES;
	default:
		return module_stress_failure(BENCH_FILE, error);
	}
}

static int run_all(const struct request *request, struct bench *bench)
{
	struct sysroot root;
	int ret = sysroot_open(&root, NULL);

	if (ret)
		return ret;
	ret = module_need_stress(&root, BENCH_FILE);
	for (size_t i = 0; !ret && i < request->nr_sizes; i++)
		ret = run_one(&root, request, request->sizes[i], bench);
	sysroot_close(&root);
	return ret;
}

static void usage(FILE *to)
{
	fputs("Usage: rhictl bench [--size LIST] [--count N] [--threads N]\n"
	      "                    [--pattern WORD] [--json]\n"
	      "\n"
	      "Compares the kernel's dma_pool with rhi_pool on this machine.\n"
	      "\n"
	      "      --size LIST     bytes of a block [" DEFAULT_SIZES "]\n"
	      "      --count N       allocations of each thread in a round [1000, or what fits]\n"
	      "      --threads N     on one pool, each on a CPU of its own [1]\n"
	      "      --pattern WORD  pair: allocate, free; batch: all, then all; random: freed\n"
	      "                      in another order; zero: a pair, zeroed [pair]\n"
	      "      --json          machine-readable output; rhictl(8) lists the keys\n"
	      "      --help          this text\n"
	      "\n"
	      "Exit status: 0 success, 3 out of memory or busy, 4 module not loaded or granule unknown,\n"
	      "1 any other error.\n", to);
}

static int measure(const struct request *request, const struct output *output)
{
	struct bench bench = {
		.pattern = patterns[request->pattern],
		.threads = request->threads,
		.runs = calloc(request->nr_sizes, sizeof(*bench.runs)),
	};
	int ret = bench.runs ? run_all(request, &bench) : -ENOMEM;

	if (ret)
		ret = failure(ret);
	else
		output->bench(&bench);
	free(bench.runs);
	return ret;
}

/**
 * cmd_bench - compare the kernel's dma_pool with rhi_pool
 * @argc: number of entries in @argv
 * @argv: "rhictl bench", then options
 *
 * Return: enum exit_code.
 */
int cmd_bench(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "pattern", required_argument, NULL, 'p' },
		{ "size", required_argument, NULL, 's' },
		{ "threads", required_argument, NULL, 't' },
		{ 0 }
	};
	const struct output *output = &output_text;
	struct request request = { .threads = 1 };
	char sizes[] = DEFAULT_SIZES;
	bool good = parse_sizes(sizes, &request);
	int option;

	while (good && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			good = parse_number("--count", optarg, &request.count);
			break;
		case 'h':
			usage(stdout);
			return EXIT_GOOD;
		case 'j':
			output = &output_json;
			break;
		case 'p':
			good = parse_pattern(optarg, &request);
			break;
		case 's':
			good = parse_sizes(optarg, &request);
			break;
		case 't':
			good = parse_number("--threads", optarg, &request.threads);
			break;
		default:
			good = false;
		}
	}
	if (good && optind != argc) {
		warnx("unexpected argument \"%s\"", argv[optind]);
		good = false;
	}
	if (!good || !check(&request)) {
		warnx("rhictl bench --help lists the options");
		return EXIT_ERROR;
	}
	return measure(&request, output);
}
