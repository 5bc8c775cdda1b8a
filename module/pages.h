/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages for a device, from the page allocator or CMA. */
#ifndef _PAGES_H
#define _PAGES_H

#include <linux/types.h>

struct cma;
struct device;
struct page;

void pages_init(void);
bool pages_reach(struct device *dev, struct page *page, size_t size);
struct page *pages_alloc(struct device *dev, size_t size, gfp_t gfp, struct cma **cma);
void pages_free(struct page *page, size_t size, struct cma *cma);
gfp_t pages_metadata_gfp(gfp_t gfp);

#endif /* _PAGES_H */
