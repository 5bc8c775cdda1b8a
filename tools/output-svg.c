// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draws latency over percentile. Both axes are logarithmic, with each step to the right ten
 * times rarer, so that a long tail is as wide as the common cases.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "stress.h"

#define WIDTH	760
#define HEIGHT	440
#define LEFT	84
#define RIGHT	(WIDTH - 110)
#define TOP	84
#define BOTTOM	(HEIGHT - 62)

#define MAX_DECADES	6	/* of rarity, up to p99.9999 */
#define LONGEST		1e15	/* nanoseconds */
#define LABEL_HEIGHT	17

struct scale {
	double rare;		/* decades of rarity, from p0 */
	int low, high;		/* decades of nanoseconds */
};

struct label {
	int which;
	double y;
};

static const char *const percents[] = {
	"0", "90", "99", "99.9", "99.99", "99.999", "99.9999"
};

/* log10() without libm, to 24 bits after the binary point. */
static double decades(double value)
{
	double sum = 0, step = 1;

	for (; value >= 10; value /= 10)
		sum++;
	for (; value < 1; value *= 10)
		sum--;
	for (int i = 0; i < 24; i++) {
		step /= 2;
		value *= value;
		if (value < 10)
			continue;
		value /= 10;
		sum += step;
	}
	return sum;
}

static struct scale make_scale(const struct stress *stress)
{
	struct scale scale = { .rare = 2 };
	double low = 1e15, high = 1;

	for (int i = 0; i < RHI_STRESS_NR_LATENCIES; i++) {
		const struct stress_latency *latency = &stress->latencies[i];
		uint64_t first_ns;
		double first, rare;

		if (!latency->nr_buckets)
			continue;
		/* The first bucket may extend past the maximum: clamp it. */
		first_ns = latency->buckets[0].high_ns < latency->max_ns ?
			   latency->buckets[0].high_ns : latency->max_ns;
		first = first_ns ? first_ns : 1;
		rare = decades(latency->count);
		low = first < low ? first : low;
		high = latency->max_ns > high ? latency->max_ns : high;
		scale.rare = rare > scale.rare ? rare : scale.rare;
	}
	if (scale.rare > MAX_DECADES)
		scale.rare = MAX_DECADES;
	/* Longer latencies are drawn at the top. */
	if (high > LONGEST)
		high = LONGEST;
	if (low > high)
		low = high;
	scale.low = decades(low);
	scale.high = (int)decades(high) + 1;
	return scale;
}

static double x_of(const struct scale *scale, double rare)
{
	return LEFT + (RIGHT - LEFT) * (rare < scale->rare ? rare : scale->rare) / scale->rare;
}

static double y_of(const struct scale *scale, double ns)
{
	const double at = decades(ns < 1 ? 1 : ns < LONGEST ? ns : LONGEST) - scale->low;

	return BOTTOM - (BOTTOM - TOP) * at / (scale->high - scale->low);
}

static void print_text(FILE *to, const char *class, double x, double y, const char *more,
		       const char *text)
{
	fprintf(to, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", class, x, y, more,
		text);
}

static void print_path(FILE *to, const char *class, double x, double y, char direction, int end)
{
	fprintf(to, "<path class=\"%s\" d=\"M%.1f %.1f%c%d\"/>\n", class, x, y, direction, end);
}

#define CENTRED	"text-anchor=\"middle\""
#define BOLD	"font-weight=\"600\""

static void print_head(const struct stress *stress, FILE *to)
{
	const struct stress_parameters *p = &stress->parameters;
	char text[256];

	fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"width=\"%d\" height=\"%d\" role=\"img\" font-family=\"system-ui, sans-serif\" "
		"font-size=\"13\">\n", WIDTH, HEIGHT, WIDTH, HEIGHT);
	fputs("<title>Latency by percentile</title>\n"
	      "<style>\n"
	      ".paper { fill: #ffffff } .ink { fill: #1d2630 } .soft { fill: #5b6772 }\n"
	      ".grid { stroke: #e3e7eb } .axis { stroke: #9aa5b0 }\n"
	      ".line { fill: none; stroke-width: 2; stroke-linejoin: round }\n"
	      ".s0 { stroke: #2166b0 } .s1 { stroke: #12805c } .s2 { stroke: #c2600c } .s3 { stroke: #a23b8f }\n"
	      ".t0 { fill: #2166b0 } .t1 { fill: #12805c } .t2 { fill: #c2600c } .t3 { fill: #a23b8f }\n"
	      "@media (prefers-color-scheme: dark) {\n"
	      ".paper { fill: #14191f } .ink { fill: #e8edf2 } .soft { fill: #9fabb7 }\n"
	      ".grid { stroke: #29313a } .axis { stroke: #5b6772 }\n"
	      ".s0 { stroke: #6aaef5 } .s1 { stroke: #4fc79d } .s2 { stroke: #f2a057 } .s3 { stroke: #e08ad0 }\n"
	      ".t0 { fill: #6aaef5 } .t1 { fill: #4fc79d } .t2 { fill: #f2a057 } .t3 { fill: #e08ad0 }\n"
	      "}\n"
	      "</style>\n", to);
	fprintf(to, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", WIDTH, HEIGHT);
	print_text(to, "ink", LEFT, 34, "font-size=\"18\" " BOLD, "Latency by percentile");
	snprintf(text, sizeof(text), "source %s, %" PRIu64 " worker%s, granule %" PRIu64
		 "K, hook %s, %" PRIu64 " operations, seed 0x%" PRIx64, p->source, p->workers,
		 p->workers == 1 ? "" : "s", stress->granule_bytes / 1024, stress->hook,
		 stress->done, p->seed);
	print_text(to, "soft", LEFT, 56, "", text);
}

static void print_axes(const struct scale *scale, FILE *to)
{
	static const char *const units[] = { "ns", "\u00b5s", "ms", "s" };
	static const int tens[] = { 1, 10, 100 };
	char text[32];

	for (int decade = scale->low; decade <= scale->high; decade++) {
		const double y = BOTTOM - (double)(BOTTOM - TOP) * (decade - scale->low) /
				 (scale->high - scale->low);
		const int unit = decade / 3 < 3 ? decade / 3 : 3;
		int number = tens[decade % 3];

		for (int more = decade / 3; more > 3; more--)
			number *= 1000;
		snprintf(text, sizeof(text), "%d %s", number, units[unit]);
		print_path(to, decade == scale->low ? "axis" : "grid", LEFT, y, 'H', RIGHT);
		print_text(to, "soft", LEFT - 10, y + 4.5, "text-anchor=\"end\"", text);
	}
	/* The median lies between the first two decades. */
	print_path(to, "grid", x_of(scale, decades(2)), TOP, 'V', BOTTOM);
	print_text(to, "soft", x_of(scale, decades(2)), BOTTOM + 20, CENTRED, "50");
	for (int rare = 0; rare <= scale->rare; rare++) {
		const double x = x_of(scale, rare);

		print_path(to, "grid", x, TOP, 'V', BOTTOM);
		print_text(to, "soft", x, BOTTOM + 20, CENTRED, percents[rare]);
	}
	print_text(to, "soft", (LEFT + RIGHT) / 2, BOTTOM + 44, CENTRED,
		   "percentile: so many of a hundred take as long or less");
}

/*
 * Draws a point for each bucket: x is the rarity at which the bucket begins, y is its largest
 * value. Returns the last y.
 */
static double print_line(const struct scale *scale, const struct stress_latency *latency, int which,
			 FILE *to)
{
	uint64_t seen = 0;
	double y = 0;

	fprintf(to, "<path class=\"line s%d\" d=\"", which);
	for (size_t i = 0; i < latency->nr_buckets; i++) {
		const struct stress_bucket *bucket = &latency->buckets[i];
		const uint64_t left = latency->count - seen;
		const double x = x_of(scale, decades((double)latency->count / left));
		const uint64_t max = latency->max_ns;

		y = y_of(scale, bucket->high_ns < max ? bucket->high_ns : max);
		fprintf(to, "%c%.1f %.1f", i ? 'L' : 'M', x, y);
		seen += bucket->count;
	}
	/* The maximum is one case of @latency->count. */
	fprintf(to, "L%.1f %.1f\"/>\n", x_of(scale, decades(latency->count)), y);
	fprintf(to, "<circle class=\"t%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>\n", which,
		x_of(scale, decades(latency->count)), y);
	return y;
}

/* Prints each label at the right end of its line, moved up or down if labels would overlap. */
static void print_labels(struct label *labels, int nr, const struct stress *stress, FILE *to)
{
	for (int i = 1; i < nr; i++)
		for (int j = i; j && labels[j - 1].y > labels[j].y; j--) {
			struct label label = labels[j];

			labels[j] = labels[j - 1];
			labels[j - 1] = label;
		}
	for (int i = 1; i < nr; i++)
		if (labels[i].y < labels[i - 1].y + LABEL_HEIGHT)
			labels[i].y = labels[i - 1].y + LABEL_HEIGHT;
	for (int i = nr - 1; i >= 0; i--) {
		const double limit = BOTTOM - (nr - 1 - i) * LABEL_HEIGHT;

		if (labels[i].y > limit)
			labels[i].y = limit;
	}
	for (int i = 0; i < nr; i++) {
		char class[8];

		snprintf(class, sizeof(class), "t%d", labels[i].which);
		print_text(to, class, RIGHT + 10, labels[i].y + 4.5, BOLD,
			   stress_latencies[labels[i].which]);
	}
	if (!nr)
		print_text(to, "soft", (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, CENTRED,
			   stress->parameters.bare ? "a bare run takes no times" :
						     "nothing was measured");
}

/**
 * svg_stress - draw the latencies
 * @stress: the run
 * @to: the stream to write to, which stays open
 *
 * Return: 0, or -EIO if a write failed.
 */
int svg_stress(const struct stress *stress, FILE *to)
{
	const struct scale scale = make_scale(stress);
	struct label labels[RHI_STRESS_NR_LATENCIES];
	int nr = 0;

	print_head(stress, to);
	print_axes(&scale, to);
	for (int i = 0; i < RHI_STRESS_NR_LATENCIES; i++) {
		if (!stress->latencies[i].nr_buckets)
			continue;
		labels[nr].which = i;
		labels[nr++].y = print_line(&scale, &stress->latencies[i], i, to);
	}
	print_labels(labels, nr, stress, to);
	fputs("</svg>\n", to);
	return fflush(to) || ferror(to) ? -EIO : 0;
}
