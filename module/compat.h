/* SPDX-License-Identifier: GPL-2.0-only */
/* All differences between the supported kernels, 6.13 and later. Kbuild.compat finds features. */
#ifndef _COMPAT_H
#define _COMPAT_H

#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include <linux/swiotlb.h>
#include <linux/version.h>

/*
 * About 7.4, asm/rsi_smc.h becomes linux/arm-smccc-rsi.h, which asm/rsi.h includes. Further trees
 * move all of asm/rsi.h to linux/arm-rsi-cmds.h.
 */
#ifdef HAVE_ASM_RSI_H
#include <asm/rsi.h>
#else
#include <linux/arm-rsi-cmds.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#error "rhi_probe needs Linux 6.13, the first that can run in a Realm"
#endif

/* 6.18 added a flag for per-CPU workqueues; before, all that are not WQ_UNBOUND are per-CPU. */
#ifndef HAVE_WQ_PERCPU
#define WQ_PERCPU	0
#endif

/* During 7.x bits of struct device became flags with accessors. */
#ifndef HAVE_DEV_FLAG_DMA_COHERENT
static inline void dev_assign_dma_coherent(struct device *dev, bool value)
{
	dev->dma_coherent = value;
}
#endif

#endif /* _COMPAT_H */
