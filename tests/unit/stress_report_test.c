// SPDX-License-Identifier: GPL-2.0-only
/* rhictl's parser for the module's report, and the SVG plot */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "stress.h"
#include "tap.h"

#define GOOD \
	"# write any of: ...\n" \
	"state finished\nseed 0xff\nsource mix\ncontext softirq\nseconds 3\noperations 0\n" \
	"workers 2\nmin 16\nmax 64\nblocks 4\natomic 25\nhandover 10\nmask 48\nevery 8\n" \
	"pressure 0\nhotplug 1\nbare 0\n" \
	"granule 65536\nhook on\nns 3000000000\ndone 12\nnew_key of a newer module\n" \
	"api rhi_pool 7 6 5\napi another 1 2 3\nmisaligned_own 4\nmisaligned_others 5\n" \
	"ended stopped\nerror -12\n"
#define LATENCIES \
	"latency alloc 100 5000 900\nbucket alloc 10 10 50\nbucket alloc 64 65 40\n" \
	"bucket alloc 512 527 9\nbucket alloc 896 911 1\n"

static struct stress stress;

/* Parse a copy on the heap, where ASan detects reads beyond the end. */
static int read_text(const char *text)
{
	char *copy = strdup(text);
	int ret;

	ret = stress_read(copy, &stress);
	free(copy);
	return ret;
}

static void good(void)
{
	CHECK_EQ(read_text(GOOD "failure none\n" LATENCIES), 0);
	CHECK(stress.finished);
	CHECK_EQ(stress.parameters.seed, 255);
	CHECK_STR(stress.parameters.context, "softirq");
	CHECK_EQ(stress.apis[0].misses, 5);
	CHECK(stress.is_watched);
	CHECK_EQ(stress.misaligned_others, 5);
	CHECK_EQ(stress.error, 12);
	CHECK_STR(stress.ended, "stopped");
	CHECK_EQ(stress.failure, RHI_STRESS_GOOD);
	CHECK_EQ(stress_allocs(&stress), 7);
	CHECK_EQ(stress_misses(&stress), 5);
	CHECK(!stress_is_complete(&stress));
	stress.error = 0;
	CHECK(stress_is_complete(&stress));
	stress_free(&stress);
}

static void failed(void)
{
	char text[RHI_STRESS_MAX_TEXT];

	CHECK_EQ(read_text(GOOD "failure overlap\nfailure_worker 1\nfailure_operation 9\n"
			   "failure_offset 8\nfailure_expected 0x1\nfailure_found 0x2\n"
			   "block_api coherent\nblock_dma 0x800\nblock_size 64\nblock_worker 0\n"
			   "block_operation 3\nblock_phys 0x900\nwriter_worker 1\n"
			   "writer_operation 4\nother_api pages\nother_dma 0x810\n"), 0);
	CHECK_EQ(stress.failure, RHI_STRESS_OVERLAP);
	CHECK(stress.has_worker && stress.has_writer);
	CHECK_EQ(stress.failure_operation, 9);
	CHECK_STR(stress.block.api, "coherent");
	CHECK_EQ(stress.other.dma, 0x810);
	stress_repeat(&stress, text, sizeof(text));
	CHECK_STR(text, "rhictl stress --seed 0xff --seconds 3 --operations 0 --workers 2 "
		  "--source mix --context softirq --size 16-64 --blocks 4 --atomic 25 --handover 10 "
		  "--mask 48 --every 8 --pressure 0 --hotplug");
	stress_free(&stress);
}

static void percentiles(void)
{
	const struct stress_latency *alloc = &stress.latencies[RHI_STRESS_ALLOC];

	CHECK_EQ(read_text(GOOD LATENCIES), 0);
	CHECK_EQ(stress_percentile(alloc, 0), 10);
	CHECK_EQ(stress_percentile(alloc, 50), 10);
	CHECK_EQ(stress_percentile(alloc, 50.5), 65);
	CHECK_EQ(stress_percentile(alloc, 90), 65);
	CHECK_EQ(stress_percentile(alloc, 99), 527);
	/* At most the maximum */
	CHECK_EQ(stress_percentile(alloc, 99.9), 900);
	CHECK_EQ(stress_percentile(alloc, 100), 900);
	CHECK_EQ(stress_percentile(&stress.latencies[RHI_STRESS_FREE], 50), 0);
	stress_free(&stress);
}

static const char *const nonsense[] = {
	"", "# nothing\n", "state\n", "state perhaps\n", "state finished\n",
	GOOD "failure colour\n", GOOD "ns many\n", GOOD "ns -1\n", GOOD "hook on and off\n",
	GOOD "hook <svg>\n", GOOD "error\n", GOOD "error -x\n",
	GOOD "api rhi_pool\n", GOOD "api rhi_pool 1 2\n", GOOD "api rhi_pool 1 2 3 4\n",
	GOOD "api rhi_pool 1 2 18446744073709551616\n",
	GOOD "latency alloc 1 1\n", GOOD "latency alloc\n", GOOD "latency colour 1 1 1\n",
	GOOD "latency alloc 1 1 1\n", GOOD "bucket alloc 1 1 1\n",
	GOOD "latency alloc 1 1 1\nbucket alloc 2 1 1\n",
	GOOD "latency alloc 0 1 1\nbucket alloc 1 1 0\n",
	GOOD "latency alloc 2 1 1\nbucket alloc 1 1 1\nbucket alloc 1 1 1\n",
	GOOD "latency alloc 2 1 1\nbucket alloc 8 8 1\nbucket alloc 1 1 1\n",
	GOOD "latency alloc 0 1 1\nbucket alloc 1 1 18446744073709551615\nbucket alloc 2 2 1\n",
};

/* Parse with stderr captured; *@size is the length of the message. */
static int read_quietly(const char *text, size_t *size)
{
	FILE *usual = stderr;
	char *said = NULL;
	int ret;

	stderr = open_memstream(&said, size);
	ret = read_text(text);
	fclose(stderr);
	stderr = usual;
	free(said);
	return ret;
}

static void all_nonsense(void)
{
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++) {
		size_t size;

		tap_begin();
		CHECK_EQ(read_quietly(nonsense[i], &size), -EPROTO);
		CHECK(size > 0);
		stress_free(&stress);
		tap_end("nonsense %zu", i);
	}
}

/* A truncated report is either valid, or refused with a message. */
static void torn(void)
{
	static const char text[] = GOOD "failure none\n" LATENCIES;

	for (size_t length = 0; length < sizeof(text); length += 3) {
		char *copy = strndup(text, length);
		size_t size;
		int ret = read_quietly(copy, &size);

		CHECK((ret == 0) == (size == 0));
		stress_free(&stress);
		free(copy);
	}
}

/* The plot has all expected elements, and all points are inside. */
static void check_svg(const char *text, const char *const *has)
{
	char *svg = NULL;
	size_t size;
	FILE *to = open_memstream(&svg, &size);

	CHECK_EQ(read_text(text), 0);
	CHECK_EQ(svg_stress(&stress, to), 0);
	fclose(to);
	CHECK(!strncmp(svg, "<svg ", 5));
	CHECK(strstr(svg, "</svg>\n"));
	CHECK(!strstr(svg, "nan") && !strstr(svg, "inf"));
	for (; *has; has++)
		CHECK(strstr(svg, *has));
	for (const char *p = strstr(svg, " d=\"M"); p; p = strstr(p + 1, " d=\"M")) {
		double x = -1, y = -1;

		if (sscanf(p, " d=\"M%lf %lf", &x, &y) != 2)
			tap_failed = true;
		CHECK(x >= 0 && x <= 760 && y >= 0 && y <= 440);
	}
	free(svg);
	stress_free(&stress);
}

static void picture(void)
{
	check_svg(GOOD LATENCIES, (const char *const []){
		  "class=\"line s0\"", ">alloc<", ">99<", ">10 ns<", ">100 ns<", ">1 \302\265s<",
		  "seed 0xff", NULL });
	check_svg(GOOD LATENCIES "latency unshare 1 0 0\nbucket unshare 0 0 1\n",
		  (const char *const []){ "class=\"line s3\"", ">unshare<", ">1 ns<", NULL });
	check_svg(GOOD "latency free 1 1 18446744073709551615\n"
		  "bucket free 2130303778816 2199023255551 1\n",
		  (const char *const []){ "class=\"line s1\"", NULL });
	check_svg(GOOD "latency alloc 1 1 1000\nbucket alloc 900 900 1\n"
		  "latency free 1 1 5\nbucket free 500 500 1\n",
		  (const char *const []){ "class=\"line s0\"", "class=\"line s1\"", NULL });
	check_svg(GOOD, (const char *const []){ "nothing was measured", NULL });
}

int main(void)
{
	TAP_RUN(good);
	TAP_RUN(failed);
	TAP_RUN(percentiles);
	all_nonsense();
	TAP_RUN(torn);
	TAP_RUN(picture);
	return tap_done();
}
