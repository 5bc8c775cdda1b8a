# SPDX-License-Identifier: GPL-2.0-only
# For kernel/dma/debug.c, whose records alone this changes.
#
# In a Realm vmalloc_to_page() gives no page for shared memory that is mapped anew (the pool
# for atomic allocations, and all coherent memory of devices that are not): the PTE's frame
# number has the shared bit. Up to 7.3 the checks of DMA look such memory up, and
# CONFIG_DEBUG_VIRTUAL warns of it: the first command to an NVMe disk would end the run.
/^static phys_addr_t virt_to_paddr(/,/^}/s/page_to_phys(page)/PFN_PHYS(page_to_pfn(page))/
