/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pools of small DMA blocks, shared with the host in whole granules. For other modules; same
 * functions as linux/dmapool.h. The host can write only the blocks: all metadata is in private
 * memory.
 */
#ifndef _RHI_POOL_H
#define _RHI_POOL_H

#include <linux/gfp.h>
#include <linux/types.h>

struct device;
struct rhi_pool;

struct rhi_pool *rhi_pool_create_node(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary, int node);
void rhi_pool_destroy(struct rhi_pool *pool);
void *rhi_pool_alloc(struct rhi_pool *pool, gfp_t gfp, dma_addr_t *handle);
void rhi_pool_free(struct rhi_pool *pool, void *vaddr, dma_addr_t dma);

struct rhi_pool *rhim_pool_create(const char *name, struct device *dev, size_t size,
				  size_t align, size_t boundary);
void rhim_pool_destroy(struct rhi_pool *pool);

static inline struct rhi_pool *rhi_pool_create(const char *name, struct device *dev,
					       size_t size, size_t align, size_t boundary)
{
	return rhi_pool_create_node(name, dev, size, align, boundary, NUMA_NO_NODE);
}

static inline void *rhi_pool_zalloc(struct rhi_pool *pool, gfp_t gfp, dma_addr_t *handle)
{
	return rhi_pool_alloc(pool, gfp | __GFP_ZERO, handle);
}

#endif /* _RHI_POOL_H */
