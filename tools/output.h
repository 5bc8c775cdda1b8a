/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OUTPUT_H
#define OUTPUT_H

struct audit;
struct bench;
struct hook;
struct info;

/* One way to show results: a function for each kind of result. */
struct output {
	void (*info)(const struct info *info);
	void (*bench)(const struct bench *bench);
	void (*hook)(const struct hook *hook);
	void (*audit)(const struct audit *audit);
};

extern const struct output output_text;
extern const struct output output_json;

void text_bench(const struct bench *bench);
void json_bench(const struct bench *bench);
void text_audit(const struct audit *audit);
void json_audit(const struct audit *audit);
void text_hook(const struct hook *hook);
void json_hook(const struct hook *hook);

int output_finish(void);

#endif
