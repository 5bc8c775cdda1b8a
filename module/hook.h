/* SPDX-License-Identifier: GPL-2.0-only */
/* Switch the hook, which makes the kernel's DMA allocators use pools and arenas of granules. */
#ifndef _HOOK_H
#define _HOOK_H

#include <linux/types.h>

struct seq_file;

int hook_set(bool on);
void hook_start(void);
void hook_show(struct seq_file *s);
void hook_exit(void);

#endif /* _HOOK_H */
