/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdio.h>

struct audit;
struct bench;
struct hook;
struct info;
struct metrics;
struct ok;
struct stress;

/* An output format, with a function for each kind of result. */
struct output {
	void (*info)(const struct info *info);
	void (*bench)(const struct bench *bench);
	void (*hook)(const struct hook *hook);
	void (*audit)(const struct audit *audit);
	void (*ok)(const struct ok *ok);
	void (*stress)(const struct stress *stress);
};

extern const struct output output_text;
extern const struct output output_json;
extern const struct output output_ktap;	/* ok and stress only */

void text_bench(const struct bench *bench);
void json_bench(const struct bench *bench);
void text_audit(const struct audit *audit);
void json_audit(const struct audit *audit);
void text_hook(const struct hook *hook);
void json_hook(const struct hook *hook);

void text_ok(const struct ok *ok);
void json_ok(const struct ok *ok);
void ktap_ok(const struct ok *ok);

void text_stress(const struct stress *stress);
void json_stress(const struct stress *stress);
void ktap_stress(const struct stress *stress);
int svg_stress(const struct stress *stress, FILE *to);

void prometheus_metrics(const struct metrics *metrics, FILE *to);
void prometheus_audit(const struct audit *audit, FILE *to);

int output_finish(void);

#endif
