// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order is the kernel's (arch/arm64/mm/pageattr.c): the linear mapping is made invalid,
 * the RMM is asked, the mapping is made valid with its new attribute. So nobody ever reads
 * memory whose RIPAS is EMPTY, and what a host leaves half-way stays unmapped.
 *
 * set_memory_decrypted() itself is not used: rsi_set_memory_range() asks for ever where the
 * host makes no progress. Here each request may stall MAX_STALLS times in a row.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include <linux/set_memory.h>

#include <asm/rsi.h>
#include <asm/tlbflush.h>

#include "convert.h"
#include "ksym.h"

/*
 * The RMM may stop after any page (DEN0137, RSI_IPA_STATE_SET), but then it has done that
 * page.
 */
#define MAX_STALLS	8

/* init_mm, which is not exported; NULL: the kernel converts, see convert() */
static struct mm_struct *kernel_mm;

/* Only entries of single pages: Realms map their memory so (can_set_direct_map()). */
static pte_t *find_pte(unsigned long addr)
{
	pgd_t *pgdp = pgd_offset(kernel_mm, addr);
	p4d_t *p4dp;
	pud_t *pudp;
	pmd_t *pmdp;

	if (pgd_none(READ_ONCE(*pgdp)))
		return NULL;
	p4dp = p4d_offset(pgdp, addr);
	if (p4d_none(READ_ONCE(*p4dp)))
		return NULL;
	pudp = pud_offset(p4dp, addr);
	if (!pud_present(READ_ONCE(*pudp)) || pud_leaf(READ_ONCE(*pudp)))
		return NULL;
	pmdp = pmd_offset(pudp, addr);
	if (!pmd_present(READ_ONCE(*pmdp)) || pmd_leaf(READ_ONCE(*pmdp)))
		return NULL;
	return pte_offset_kernel(pmdp, addr);
}

/* The entry is this page's, mapped alone: else this is not the table that it should be. */
static bool is_mapped(struct page *page, pte_t *ptep)
{
	pte_t pte;

	if (!ptep)
		return false;
	pte = READ_ONCE(*ptep);
	return pte_valid(pte) && !pte_cont(pte) &&
	       pte_pfn(clear_pte_bit(pte, __pgprot(PROT_NS_SHARED))) == page_to_pfn(page);
}

static bool is_mapped_by_pages(struct page *page, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!is_mapped(page + i, find_pte((unsigned long)page_address(page + i))))
			return false;
	return true;
}

/* All entries have been found by is_mapped_by_pages(). Tables are never taken down. */
static void change_mapping(struct page *page, unsigned int nr, unsigned long set,
			   unsigned long clear)
{
	const unsigned long start = (unsigned long)page_address(page);
	pte_t *ptep = NULL;

	for (unsigned int i = 0; i < nr; i++, ptep++) {
		const unsigned long addr = start + i * PAGE_SIZE;
		pte_t pte;

		if (!ptep || IS_ALIGNED(addr, PMD_SIZE))
			ptep = find_pte(addr);
		pte = clear_pte_bit(READ_ONCE(*ptep), __pgprot(clear));
		__set_pte_nosync(ptep, set_pte_bit(pte, __pgprot(set)));
	}
	/* An invalid entry is in no TLB, but one that becomes valid has to be seen. */
	if (clear & PTE_VALID) {
		flush_tlb_kernel_range(start, start + nr * PAGE_SIZE);
	} else {
		dsb(ishst);
		isb();
	}
}

/* Returns where the host stopped: @end if it did everything. */
static phys_addr_t set_ripas(phys_addr_t start, phys_addr_t end, enum ripas ripas)
{
	int stalls = 0;

	while (start < end) {
		phys_addr_t top;

		if (rsi_set_addr_range_state(start, end, ripas, RSI_CHANGE_DESTROYED, &top))
			break;
		/* A host that goes elsewhere may have changed anything. */
		if (top < start || top > end)
			break;
		if (top > start)
			stalls = 0;
		else if (++stalls == MAX_STALLS)
			break;
		start = top;
		cond_resched();
	}
	return start;
}

static bool all_is(phys_addr_t start, phys_addr_t end, enum ripas wanted)
{
	while (start < end) {
		enum ripas ripas;
		phys_addr_t top;

		if (rsi_ipa_state_get(start, end, &ripas, &top) || ripas != wanted)
			return false;
		if (top <= start || top > end)
			return false;
		start = top;
	}
	return true;
}

/**
 * convert() - share memory with the host, or make it private again
 * @page: its first page, in the linear map; the caller's alone
 * @size: bytes, whole pages
 * @share: true to share
 *
 * What was in the memory is undefined afterwards (DEN0137, RSI_IPA_STATE_SET).
 *
 * Where init_mm is not known (no CONFIG_KALLSYMS_ALL or CONFIG_KPROBES), or the linear map
 * has blocks here, set_memory_decrypted() and set_memory_encrypted() do it: as safe, but a
 * host that makes no progress holds the task for ever.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - done
 * * %-EIO - the host refused; memory and mapping are as before
 * * %-EUCLEAN - the host stopped half-way: the memory is not mapped any more, and must never
 *	be touched
 */
int convert(struct page *page, size_t size, bool share)
{
	const unsigned long addr = (unsigned long)page_address(page);
	const phys_addr_t start = page_to_phys(page), end = start + size;
	const unsigned int nr = size >> PAGE_SHIFT;

	might_sleep();
	if (!is_realm_world())
		return 0;
	if (!kernel_mm || !is_mapped_by_pages(page, nr)) {
		if (share ? set_memory_decrypted(addr, nr) : set_memory_encrypted(addr, nr))
			return -EUCLEAN;
		return 0;
	}

	change_mapping(page, nr, 0, PTE_VALID);
	if (set_ripas(start, end, share ? RSI_RIPAS_EMPTY : RSI_RIPAS_RAM) == end) {
		change_mapping(page, nr, PTE_VALID | (share ? PROT_NS_SHARED : 0),
			       share ? 0 : PROT_NS_SHARED);
		return 0;
	}
	if (!all_is(start, end, share ? RSI_RIPAS_RAM : RSI_RIPAS_EMPTY))
		return -EUCLEAN;
	change_mapping(page, nr, PTE_VALID, 0);
	return -EIO;
}

/**
 * convert_init() - look for what the kernel does not export
 *
 * Context: Process, may sleep.
 */
void __init convert_init(void)
{
	if (!is_realm_world())
		return;
	kernel_mm = (struct mm_struct *)ksym_data("init_mm");
	if (!kernel_mm)
		pr_info("cannot find init_mm (no CONFIG_KALLSYMS_ALL or CONFIG_KPROBES): a task hangs if the host refuses its conversion\n");
}
