// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exported interfaces identify this module's chunks, swiotlb and reserved memory. Other owners
 * are found by symbol name, and the symbol is checked before use; or there is a note of who shared
 * the memory. If no owner is found, the flags of the page are reported.
 */
#include <linux/cleanup.h>
#include <linux/cma.h>
#include <linux/genalloc.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/percpu.h>
#include <linux/platform_device.h>
#include <linux/rculist.h>
#include <linux/sizes.h>
#include <linux/swiotlb.h>
#include <linux/uaccess.h>

#include "audit_owner.h"
#include "convert.h"
#include "granule.h"
#include "ksym.h"
#include "note.h"
#include "note_trace.h"

/* kernel/dma/pool.c, drivers/irqchip/irq-gic-v3-its.c, mm/cma.c: 6.13 to 7.3 */
static struct {
	struct mutex lock;	/* held until @looked is set */
	bool looked;
	struct gen_pool *atomic[3], *itt;
	struct rdists **rdists;
	int (*cma_each)(int (*it)(struct cma *cma, void *data), void *data);
	phys_addr_t (*cma_base)(const struct cma *cma);
	unsigned long (*cma_size)(const struct cma *cma);
	const char *(*cma_name)(const struct cma *cma);
} kernel = { .lock = __MUTEX_INITIALIZER(kernel.lock) };

static_assert(__same_type(kernel.cma_each, &cma_for_each_area) &&
	      __same_type(kernel.cma_base, &cma_get_base) &&
	      __same_type(kernel.cma_size, &cma_get_size) &&
	      __same_type(kernel.cma_name, &cma_get_name));

/* Check that the symbol is a gen_pool created with these parameters, and not another object. */
static bool is_pool(const struct gen_pool *pool, genpool_algo_t algo, int order)
{
	struct gen_pool copy;

	return pool && !copy_from_kernel_nofault(&copy, pool, sizeof(copy)) &&
	       copy.algo == algo && copy.min_alloc_order == order;
}

/*
 * The symbol is a pointer to a gen_pool. Since 7.3 an atomic pool's pointer is preceded by a
 * flag.
 */
static struct gen_pool *find_pool(const char *name, genpool_algo_t algo, int order)
{
	struct gen_pool **at = (struct gen_pool **)ksym_data(name);

	for (int i = 0; at && i < 2; i++) {
		struct gen_pool *pool;

		if (!get_kernel_nofault(pool, at + i) && is_pool(pool, algo, order))
			return pool;
	}
	return NULL;
}

static void find_owners(void)
{
	static const char * const atomic[] = {
		"atomic_pool_dma", "atomic_pool_dma32", "atomic_pool_kernel",
	};

	guard(mutex)(&kernel.lock);
	if (kernel.looked)
		return;
	for (int i = 0; i < ARRAY_SIZE(atomic); i++)
		kernel.atomic[i] = find_pool(atomic[i], gen_pool_first_fit_order_align,
					     PAGE_SHIFT);
	kernel.itt = find_pool("itt_pool", gen_pool_first_fit, 0);
	kernel.rdists = (struct rdists **)ksym_data("gic_rdists");
	kernel.cma_base = (void *)ksym_function("cma_get_base");
	kernel.cma_size = (void *)ksym_function("cma_get_size");
	kernel.cma_name = (void *)ksym_function("cma_get_name");
	if (kernel.cma_base && kernel.cma_size && kernel.cma_name)
		kernel.cma_each = (void *)ksym_function("cma_for_each_area");
	kernel.looked = true;
}

static bool in_area(struct audit_owner *owner, phys_addr_t at, phys_addr_t start,
		    phys_addr_t size, const char *name)
{
	if (at < start || at - start >= size)
		return false;
	owner->end = start + size;
	strscpy(owner->text, name);
	return true;
}

static bool is_ours(phys_addr_t at, struct audit_owner *owner)
{
	return granule_describe(at, &owner->end, owner->text, sizeof(owner->text));
}

/* A device with a restricted pool of its own has it in reserved memory. */
static bool is_swiotlb(phys_addr_t at, struct audit_owner *owner)
{
#ifdef CONFIG_SWIOTLB
	const struct io_tlb_mem *mem = platform_bus.dma_io_tlb_mem;

	if (!mem)
		return false;
#ifdef CONFIG_SWIOTLB_DYNAMIC
	const struct io_tlb_pool *pool;

	guard(rcu)();
	list_for_each_entry_rcu(pool, &mem->pools, node) {
		if (in_area(owner, at, pool->start, pool->end - pool->start, "swiotlb"))
			return true;
	}
#endif
	return in_area(owner, at, mem->defpool.start, mem->defpool.end - mem->defpool.start,
		       "swiotlb");
#else
	return false;
#endif
}

struct chunk_query {
	phys_addr_t at;
	struct audit_owner *owner;
	const char *name;
	bool found;
};

static void try_chunk(struct gen_pool *pool, struct gen_pool_chunk *chunk, void *arg)
{
	struct chunk_query *query = arg;
	phys_addr_t start = chunk->phys_addr;

	/* The ITS's pool has no physical addresses: its memory is in the linear map. */
	if (start == (phys_addr_t)-1)
		start = virt_to_phys((void *)chunk->start_addr);
	if (in_area(query->owner, query->at, start, chunk->end_addr - chunk->start_addr + 1,
		    query->name))
		query->found = true;
}

static bool is_in_pool(struct gen_pool *pool, phys_addr_t at, struct audit_owner *owner,
		       const char *name)
{
	struct chunk_query query = { .at = at, .owner = owner, .name = name };

	if (pool)
		gen_pool_for_each_chunk(pool, try_chunk, &query);
	return query.found;
}

static bool is_atomic_pool(phys_addr_t at, struct audit_owner *owner)
{
	static const char name[] = "atomic DMA pool";
	char user[sizeof(owner->text) - sizeof(name) - 2];
	phys_addr_t end;

	for (int i = 0; i < ARRAY_SIZE(kernel.atomic); i++) {
		if (!is_in_pool(kernel.atomic[i], at, owner, name))
			continue;
		if (note_describe(at, true, &end, user, sizeof(user)))
			snprintf(owner->text, sizeof(owner->text), "%s: %s", name, user);
		owner->end = min(owner->end, end);
		return true;
	}
	return false;
}

static bool is_itt(phys_addr_t at, struct audit_owner *owner)
{
	return is_in_pool(kernel.itt, at, owner, "GICv3 ITS: interrupt translation tables");
}

/* Sizes from irq-gic-v3-its.c, its_alloc_lpi_tables(). */
static bool is_lpi(phys_addr_t at, struct audit_owner *owner)
{
	struct rdists *rdists, copy;
	unsigned int bits;
	int cpu;

	if (!kernel.rdists || get_kernel_nofault(rdists, kernel.rdists) || !rdists ||
	    copy_from_kernel_nofault(&copy, rdists, sizeof(copy)))
		return false;
	bits = min(GICD_TYPER_ID_BITS(copy.gicd_typer), 16);
	if (copy.prop_table_pa && in_area(owner, at, copy.prop_table_pa, ALIGN(BIT(bits), SZ_64K),
					  "GICv3 LPI property table"))
		return true;
	for_each_possible_cpu(cpu) {
		/* Cast: sparse keeps __percpu on members of an anonymous struct. */
		struct page * const *pend = (__force struct page * const *)
					    &per_cpu_ptr(copy.rdist, cpu)->pend_page;
		struct page *page;

		if (get_kernel_nofault(page, pend) || !page)
			continue;
		if (in_area(owner, at, page_to_phys(page), ALIGN(BIT(bits) / 8, SZ_64K),
			    "GICv3 LPI pending table"))
			return true;
	}
	return false;
}

static bool is_reserved_memory(phys_addr_t at, struct audit_owner *owner)
{
	struct device_node *parent __free(device_node) = NULL;

	parent = of_find_node_by_path("/reserved-memory");
	for_each_child_of_node_scoped(parent, node) {
		const struct reserved_mem *mem = of_reserved_mem_lookup(node);

		if (mem && in_area(owner, at, mem->base, mem->size, "")) {
			snprintf(owner->text, sizeof(owner->text), "reserved-memory: %s",
				 mem->name);
			return true;
		}
	}
	return false;
}

#ifdef CONFIG_CMA
static int try_cma(struct cma *cma, void *arg)
{
	struct chunk_query *query = arg;

	query->found = in_area(query->owner, query->at, kernel.cma_base(cma), kernel.cma_size(cma),
			       "");
	if (query->found)
		snprintf(query->owner->text, sizeof(query->owner->text),
			 "CMA area %s", kernel.cma_name(cma));
	return query->found;
}

static bool is_cma(phys_addr_t at, struct audit_owner *owner)
{
	struct chunk_query query = { .at = at, .owner = owner };

	if (kernel.cma_each)
		kernel.cma_each(try_cma, &query);
	return query.found;
}
#else
static bool is_cma(phys_addr_t at, struct audit_owner *owner)
{
	return false;
}
#endif

static bool is_noted(phys_addr_t at, struct audit_owner *owner)
{
	return note_describe(at, false, &owner->end, owner->text, sizeof(owner->text));
}

static const char *describe_unknown(struct page *page, bool shared)
{
	struct granule_stats stats;
	char gap[96];

	if (convert_is_unmapped(page))
		return "unknown: lost in a conversion that failed";
	if (!shared || note_trace_gap(gap, sizeof(gap)))
		return "unknown: no page flag says whose it is";
	granule_get_stats(&stats);
	if (stats.leaked)
		return "unknown: leaked by rhi_probe, or shared before it was loaded";
	return "unknown: shared before rhi_probe was loaded";
}

/* The flags are read without a lock: the page may change owner meanwhile. */
static void describe_page(phys_addr_t at, bool shared, struct audit_owner *owner)
{
	struct page *page;

	owner->end = PAGE_ALIGN_DOWN(at) + PAGE_SIZE;
	if (!pfn_valid(PHYS_PFN(at))) {
		strscpy(owner->text, "unknown: the kernel has no page here");
		return;
	}
	page = pfn_to_page(PHYS_PFN(at));
	if (is_free_buddy_page(page))
		strscpy(owner->text, "nobody: a free page");
	else if (PageReserved(page))
		strscpy(owner->text, "unknown: taken at boot (page flag reserved)");
	else if (PageSlab(page))
		strscpy(owner->text, "slab");
	else if (PageTable(page))
		strscpy(owner->text, "page tables");
	else if (PageLRU(page) || folio_mapped(page_folio(page)))
		strscpy(owner->text, "user memory or page cache");
	else
		strscpy(owner->text, describe_unknown(page, shared));
}

/**
 * audit_owner() - find the owner of memory
 * @at: an address in RAM
 * @end: end of the range of interest
 * @shared: the range is shared, and not lost
 * @owner: filled in; valid up to owner->end, which is at most @end
 *
 * If the owner is unknown, the text is "unknown: " followed by what is known.
 *
 * Context: Process, may sleep.
 */
void audit_owner(phys_addr_t at, phys_addr_t end, bool shared, struct audit_owner *owner)
{
	static bool (* const known[])(phys_addr_t at, struct audit_owner *owner) = {
		is_ours, is_swiotlb, is_atomic_pool, is_itt, is_lpi, is_noted, is_cma,
		is_reserved_memory,
	};

	find_owners();
	for (int i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i](at, owner)) {
			owner->end = min(owner->end, end);
			return;
		}
	}
	describe_page(at, shared, owner);
	owner->end = min(owner->end, end);
}
