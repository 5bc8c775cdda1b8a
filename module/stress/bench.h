/* SPDX-License-Identifier: GPL-2.0-only */
/* Compare the kernel's dma_pool with rhi_pool. */
#ifndef _BENCH_H
#define _BENCH_H

struct seq_file;

int bench_run(char *text);
void bench_show(struct seq_file *s);

#endif /* _BENCH_H */
