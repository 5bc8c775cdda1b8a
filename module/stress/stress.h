/* SPDX-License-Identifier: GPL-2.0-only */
/* Stress runs: one at a time, each bound to the open file that started it. */
#ifndef _STRESS_H
#define _STRESS_H

struct file;
struct seq_file;

int stress_write(struct file *file, char *text);
void stress_release(struct file *file);
void stress_show(struct seq_file *s);
void stress_exit(void);

#endif /* _STRESS_H */
