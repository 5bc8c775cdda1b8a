/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's bounce buffer (swiotlb): its size, use, and place. */
#ifndef _BOUNCE_H
#define _BOUNCE_H

struct seq_file;

void bounce_show(struct seq_file *s);

#endif /* _BOUNCE_H */
