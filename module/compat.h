/* SPDX-License-Identifier: GPL-2.0-only */
/* Every difference between the kernels that this module is built for, 6.13 and later. */
#ifndef _COMPAT_H
#define _COMPAT_H

#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include <linux/swiotlb.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#error "rhi_probe needs Linux 6.13, the first that can run in a Realm"
#endif

/* 6.16 gave dma_pool_create() a NUMA node, and made it a wrapper. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define HAVE_DMA_POOL_CREATE_NODE
#endif

/* 6.18 has a flag for workqueues that are bound to CPUs; before, all are that have no other. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define WQ_PERCPU	0
#endif

/* Bits of struct device became flags with accessors in the course of 7.x: see Kbuild. */
static inline void dev_make_dma_coherent(struct device *dev)
{
#ifdef HAVE_DEV_SET_DMA_COHERENT
	dev_set_dma_coherent(dev);
#else
	dev->dma_coherent = true;
#endif
}

#endif /* _COMPAT_H */
