// SPDX-License-Identifier: GPL-2.0-only
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include <asm/pgtable-prot.h>

#include "fail.h"
#include "run.h"

/**
 * stress_phys() - get the physical address of memory
 * @vaddr: in the linear map, or remapped as the kernel's pool for atomic requests is
 *
 * Context: Any.
 * Return: The address.
 */
phys_addr_t stress_phys(const void *vaddr)
{
	/* vmalloc_to_pfn() includes the PTE's shared bit in the address. */
	if (is_vmalloc_addr(vaddr))
		return (PFN_PHYS(vmalloc_to_pfn(vaddr)) & ~PROT_NS_SHARED) + offset_in_page(vaddr);
	return virt_to_phys(vaddr);
}

/**
 * stress_fail() - record a failure and end the run
 * @run: the run
 * @w: the worker that detected it, or NULL
 * @what: kind of failure
 * @block: the block concerned, which is not accessed any more; or NULL
 * @offset: offset in @block, in bytes
 * @expected: expected value
 * @found: actual value
 *
 * Only the first failure is kept. Nothing is logged: the log may go to the console of a busy
 * machine.
 *
 * Context: Any.
 */
void stress_fail(struct stress_run *run, struct stress_worker *w, enum rhi_stress_failure what,
		 struct stress_block *block, size_t offset, u64 expected, u64 found)
{
	struct stress_failure *failure = &run->failure;

	if (block)
		block->is_suspect = true;
	if (!atomic_cmpxchg(&run->failed, 0, 1)) {
		failure->what = what;
		failure->worker = w ? w->index : run->request.workers;
		failure->operation = w ? w->operation : 0;
		failure->offset = offset;
		failure->expected = expected;
		failure->found = found;
		if (block) {
			failure->block = *block;
			failure->phys = stress_phys(block->vaddr);
		}
		atomic_set_release(&run->failed, 2);
	}
	WRITE_ONCE(run->stop, true);
}

/**
 * stress_fail_content() - record that a block does not hold its pattern
 * @run: the run
 * @w: the worker that detected it, or NULL
 * @block: the block
 * @offset: offset of the wrong word
 * @expected: expected word
 * @found: actual word
 *
 * The word found distinguishes a lost write from a write by somebody else.
 *
 * Context: Any.
 */
void stress_fail_content(struct stress_run *run, struct stress_worker *w,
			 struct stress_block *block, size_t offset, u64 expected, u64 found)
{
	const bool is_whole = offset + sizeof(u64) <= block->size;
	struct stress_mark writer;
	bool has_writer;

	pattern_read(run->request.seed, offset, found, &writer);
	has_writer = is_whole && writer.worker < run->request.workers &&
		     writer.operation <= READ_ONCE(run->workers[writer.worker].operation);
	stress_fail(run, w, !found || has_writer ? RHI_STRESS_LOST_WRITE : RHI_STRESS_FOREIGN_WRITE,
		    block, offset, expected, found);
	if (run->failure.block.vaddr == block->vaddr && run->failure.offset == offset) {
		run->failure.writer = writer;
		run->failure.has_writer = has_writer;
	}
}

static bool overlaps(const struct stress_block *a, const struct stress_block *b)
{
	return a->dma < b->dma + b->size && b->dma < a->dma + a->size;
}

static int compare_places(const void *a, const void *b)
{
	const struct stress_block * const *x = a, * const *y = b;

	return (*x)->dma < (*y)->dma ? -1 : (*x)->dma > (*y)->dma;
}

static void find_any_overlap(struct stress_run *run)
{
	struct stress_block **live;
	unsigned int nr = 0;

	live = kvcalloc(run->nr_blocks, sizeof(*live), GFP_KERNEL);
	if (!live)
		return;
	for (unsigned int i = 0; i < run->nr_blocks; i++)
		if (run->blocks[i].vaddr)
			live[nr++] = &run->blocks[i];
	sort(live, nr, sizeof(*live), compare_places, NULL);
	for (unsigned int i = 1; i < nr; i++) {
		if (!overlaps(live[i - 1], live[i]))
			continue;
		live[i - 1]->is_suspect = true;
		stress_fail(run, NULL, RHI_STRESS_OVERLAP, live[i], 0, 0, 0);
		run->failure.other = *live[i - 1];
		break;
	}
	kvfree(live);
}

/**
 * stress_find_overlap() - look for two live blocks that overlap
 * @run: a run whose workers are gone
 *
 * An overlap explains wrong content. Only addresses are compared: the host can write the
 * content.
 *
 * Context: Process, may sleep.
 */
void stress_find_overlap(struct stress_run *run)
{
	struct stress_failure *failure = &run->failure;

	if (!stress_has_failed(run)) {
		find_any_overlap(run);
		return;
	}
	if (failure->what != RHI_STRESS_LOST_WRITE && failure->what != RHI_STRESS_FOREIGN_WRITE)
		return;
	for (unsigned int i = 0; i < run->nr_blocks; i++) {
		struct stress_block *other = &run->blocks[i];
		const bool is_same = other->mark.worker == failure->block.mark.worker &&
				     other->mark.operation == failure->block.mark.operation;

		if (!other->vaddr || is_same || !overlaps(other, &failure->block))
			continue;
		failure->what = RHI_STRESS_OVERLAP;
		failure->other = *other;
		other->is_suspect = true;
		return;
	}
}

/**
 * stress_has_failed() - check whether a failure was recorded
 * @run: the run
 *
 * Context: Any.
 * Return: true if run->failure can be read.
 */
bool stress_has_failed(struct stress_run *run)
{
	return atomic_read_acquire(&run->failed) == 2;
}
