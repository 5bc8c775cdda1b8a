// SPDX-License-Identifier: GPL-2.0-only
/* Input of rhictl stress, and its SVG plot */
#include <stdbool.h>
#include <string.h>

#include "must.h"
#include "output.h"
#include "report.h"
#include "stress.h"

#define WIDTH	760
#define HEIGHT	440

/* Text between tags may contain any word of the input. */
static bool in_a_tag(const char *svg, const char *word)
{
	for (const char *tag = strchr(svg, '<'); tag; tag = strchr(tag + 1, '<')) {
		const char *end = strchr(tag, '>');
		const char *at = strstr(tag, word);

		if (at && end && at < end)
			return true;
	}
	return false;
}

/* All points must be inside the plot. */
static void check_picture(const char *svg)
{
	static const char *const points[] = { " d=\"M%lf %lf", " cx=\"%lf\" cy=\"%lf" };

	MUST(!in_a_tag(svg, "nan") && !in_a_tag(svg, "inf"));
	for (int i = 0; i < 2; i++) {
		char begin[5] = { 0 };

		memcpy(begin, points[i], 4);
		for (const char *at = strstr(svg, begin); at; at = strstr(at + 1, begin)) {
			double x, y;

			if (sscanf(at, points[i], &x, &y) == 2)
				MUST(x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT);
		}
	}
}

static void show(const struct stress *stress)
{
	char *svg;

	REPORT_PRINTED(output_text.stress(stress), false);
	REPORT_PRINTED(output_json.stress(stress), true);
	REPORT_PRINTED(ktap_stress(stress), false);
	report_begin(&stdout);
	MUST(!svg_stress(stress, stdout));
	svg = report_end(&stdout);
	check_picture(svg);
	free(svg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct stress stress;
	int ret;

	report_begin(&stderr);
	ret = stress_read(text, &stress);
	report_said(ret);
	if (!ret)
		show(&stress);
	stress_free(&stress);
	free(text);
	return 0;
}
