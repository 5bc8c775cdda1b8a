// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sequence is that of arch/arm64/mm/pageattr.c: invalidate the linear mapping, call the RMM,
 * then make the mapping valid with the new attribute. So no access ever hits memory whose RIPAS
 * is EMPTY through a private mapping, and memory that a host leaves half-converted stays
 * unmapped.
 *
 * set_memory_decrypted() is avoided because rsi_set_memory_range() loops for ever if the host
 * makes no progress. Here a request fails after MAX_STALLS calls in a row without progress.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include <linux/set_memory.h>

#include <asm/tlbflush.h>

#include "compat.h"
#include "convert.h"
#include "ksym.h"

/*
 * The RMM may stop after any page, but must have changed at least that page (DEN0137,
 * RSI_IPA_STATE_SET).
 */
#define MAX_STALLS	8

/* init_mm, not exported; NULL if not found: then the kernel converts, see convert() */
static struct mm_struct *kernel_mm;

/* Returns NULL for block mappings. A Realm maps its memory by pages (can_set_direct_map()). */
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

/* Check that the entry maps exactly this page, to be sure that it is in the right table. */
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

/* is_mapped_by_pages() has found all entries, and the kernel never frees these tables. */
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
	/*
	 * TLBs do not cache invalid entries: making an entry valid needs no flush, but barriers
	 * so that table walks see it.
	 */
	if (clear & PTE_VALID) {
		flush_tlb_kernel_range(start, start + nr * PAGE_SIZE);
	} else {
		dsb(ishst);
		isb();
	}
}

/* Returns the address at which the host stopped; @end if it changed everything. */
static phys_addr_t set_ripas(phys_addr_t start, phys_addr_t end, enum ripas ripas)
{
	int stalls = 0;

	while (start < end) {
		phys_addr_t top;

		if (rsi_set_addr_range_state(start, end, ripas, RSI_CHANGE_DESTROYED, &top))
			break;
		/* If the answer is outside the range, the host may have changed anything. */
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
 * @page: first page, in the linear map, exclusively owned by the caller
 * @size: bytes, whole pages
 * @share: true to share
 *
 * The content is undefined afterwards (DEN0137, RSI_IPA_STATE_SET).
 *
 * If init_mm is unknown (no CONFIG_KALLSYMS_ALL or CONFIG_KPROBES), or the linear map has block
 * mappings here, the function calls set_memory_decrypted() or set_memory_encrypted(). That is as
 * safe, except that the task hangs if the host makes no progress.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - converted
 * * %-EIO - the host refused; memory and mapping are unchanged
 * * %-EUCLEAN - the host stopped part-way through: the memory is unmapped and must never be
 *   accessed
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
 * convert_is_unmapped() - check whether a page has no linear mapping
 * @page: a page of RAM
 *
 * A conversion that fails part-way leaves memory like that, also in the kernel's functions.
 *
 * Context: Any.
 * Return: true if the page is unmapped; false if it is mapped, or if that is unknown.
 */
bool convert_is_unmapped(struct page *page)
{
	const pte_t *ptep = NULL;

	if (kernel_mm)
		ptep = find_pte((unsigned long)page_address(page));
	return ptep && !pte_valid(READ_ONCE(*ptep));
}

/**
 * convert_init() - look up init_mm
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
