/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OUTPUT_H
#define OUTPUT_H

struct info;

/* One way to show results: a function for each kind of result. */
struct output {
	void (*info)(const struct info *info);
};

extern const struct output output_text;
extern const struct output output_json;

int output_finish(void);

#endif
