/* SPDX-License-Identifier: GPL-2.0-only */
/* Print a run. */
#ifndef _STRESS_REPORT_H
#define _STRESS_REPORT_H

struct seq_file;
struct stress_run;

void report_show(struct seq_file *s, struct stress_run *run);

#endif /* _STRESS_REPORT_H */
