/* SPDX-License-Identifier: GPL-2.0-only */
/* Coherent DMA buffers in whole pages, packed into granules per device. */
#ifndef _ARENA_H
#define _ARENA_H

#include <linux/types.h>

struct device;
struct seq_file;

int arena_init(void);
void arena_exit(void);
void *arena_alloc(struct device *dev, size_t size, gfp_t gfp);
bool arena_owns(const void *vaddr);
void arena_free(struct device *dev, void *vaddr, size_t size);
bool arena_in_use(void);
void arena_show_all(struct seq_file *s);

#endif /* _ARENA_H */
