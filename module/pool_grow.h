/* SPDX-License-Identifier: GPL-2.0-only */
/* Grow a pool: add chunks, and keep a reserve through a worker. */
#ifndef _POOL_GROW_H
#define _POOL_GROW_H

#include <linux/gfp_types.h>

struct rhi_pool;

int pool_grow_init(void);
void pool_grow_exit(void);
void pool_grow_create(struct rhi_pool *pool);
void pool_grow_destroy(struct rhi_pool *pool);
int pool_grow(struct rhi_pool *pool, gfp_t gfp, unsigned long enough);
bool pool_reserve_is_low(struct rhi_pool *pool, gfp_t gfp);
void pool_refill(struct rhi_pool *pool);

#endif /* _POOL_GROW_H */
