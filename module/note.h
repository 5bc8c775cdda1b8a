/* SPDX-License-Identifier: GPL-2.0-only */
/* Notes of who shared memory since the module was loaded, by physical address. */
#ifndef _NOTE_H
#define _NOTE_H

#include <linux/types.h>

struct device;

int note_init(void);
void note_exit(void);
void note_add(phys_addr_t start, size_t size, struct device *dev);
void note_remove(phys_addr_t start, size_t size);
bool note_describe(phys_addr_t at, bool of_device, phys_addr_t *end, char *text, size_t size);
u64 note_count_lost(void);

#endif /* _NOTE_H */
