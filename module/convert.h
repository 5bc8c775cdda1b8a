/* SPDX-License-Identifier: GPL-2.0-only */
/* Convert memory between private and shared: its RIPAS and its linear mapping. */
#ifndef _CONVERT_H
#define _CONVERT_H

#include <linux/types.h>

struct page;

void convert_init(void);
int convert(struct page *page, size_t size, bool share);
bool convert_is_unmapped(struct page *page);

#endif /* _CONVERT_H */
