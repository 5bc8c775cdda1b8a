/* SPDX-License-Identifier: GPL-2.0-only */
/* All differences between the supported kernels, 6.13 and later. */
#ifndef _COMPAT_H
#define _COMPAT_H

#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include <linux/swiotlb.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#error "rhi_probe needs Linux 6.13, the first that can run in a Realm"
#endif

/* 6.16 made dma_pool_create() a wrapper around dma_pool_create_node(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define HAVE_DMA_POOL_CREATE_NODE
#endif

/* 6.18 added a flag for per-CPU workqueues; before, all that are not WQ_UNBOUND are per-CPU. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define WQ_PERCPU	0
#endif

/* During 7.x bits of struct device became flags with accessors; see Kbuild. */
static inline void dev_make_dma_coherent(struct device *dev)
{
#ifdef HAVE_DEV_SET_DMA_COHERENT
	dev_set_dma_coherent(dev);
#else
	dev->dma_coherent = true;
#endif
}

#endif /* _COMPAT_H */
