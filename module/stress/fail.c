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
 * stress_phys() - where memory really is
 * @vaddr: in the linear map, or mapped anew as the kernel's pool for atomic requests is
 *
 * Context: Any.
 * Return: the address.
 */
phys_addr_t stress_phys(const void *vaddr)
{
	/* The kernel takes the bit that makes an entry shared for a part of the address. */
	if (is_vmalloc_addr(vaddr))
		return (PFN_PHYS(vmalloc_to_pfn(vaddr)) & ~PROT_NS_SHARED) + offset_in_page(vaddr);
	return virt_to_phys(vaddr);
}

/**
 * stress_fail() - something is wrong: the run ends
 * @run: the run
 * @w: the worker that saw it; NULL: none
 * @what: is wrong
 * @block: with which block, which is not touched any more; NULL: with none
 * @offset: in @block, bytes
 * @expected: what should be
 * @found: what is
 *
 * Only the first is kept. The log is left alone: it may be the console of a busy machine.
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
 * stress_fail_content() - a block has not the pattern that it should have
 * @run: the run
 * @w: the worker that saw it; NULL: none
 * @block: which block
 * @offset: of the wrong word
 * @expected: the word as it should be
 * @found: as it is
 *
 * What is there tells a write that got lost from one that somebody else made.
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
 * stress_find_overlap() - do any two live blocks have memory in common?
 * @run: whose workers are gone
 *
 * If a block had the wrong content, this is why. What the blocks say is not asked, for the
 * host can write it: only where they are.
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
 * stress_has_failed() - was anything wrong?
 * @run: the run
 *
 * Context: Any.
 * Return: true if run->failure can be read.
 */
bool stress_has_failed(struct stress_run *run)
{
	return atomic_read_acquire(&run->failed) == 2;
}
