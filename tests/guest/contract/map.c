// SPDX-License-Identifier: GPL-2.0-only
/* User mappings in the task that reads the subject's file */
#include <linux/anon_inodes.h>
#include <linux/dma-direct.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

#include "contract.h"

struct map {
	map_fn map;
	void *data;
	int result;
};

static int map_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct map *map = file->private_data;

	map->result = map->map(vma, map->data);
	return map->result;
}

static const struct file_operations map_fops = {
	.owner = THIS_MODULE,
	.mmap = map_mmap,
};

/* Look up the mapped page, and whether it is mapped as shared. */
static bool look_up(unsigned long address, phys_addr_t *phys, bool *shared)
{
	struct follow_pfnmap_args args = { .address = address };
	bool found;

	mmap_read_lock(current->mm);
	args.vma = find_vma(current->mm, address);
	found = args.vma && !follow_pfnmap_start(&args);
	if (found) {
		u64 at = PFN_PHYS(args.pfn);

		*shared = at & PROT_NS_SHARED;
		*phys = at & ~PROT_NS_SHARED;
		follow_pfnmap_end(&args);
	}
	mmap_read_unlock(current->mm);
	return found;
}

/* Do not access pages mapped as private: any access is fatal. */
static void describe_pages(struct facts *f, const struct buffer *b, unsigned long user,
			   unsigned long pages, unsigned long first)
{
	const phys_addr_t start = dma_to_phys(b->dev, b->dma) + (first << PAGE_SHIFT);
	unsigned long wrong = 0, nr_shared = 0, kept = 0;

	for (unsigned long i = 0; i < pages; i++) {
		unsigned long at = user + (i << PAGE_SHIFT);
		u8 byte, *mine = b->vaddr + ((first + i) << PAGE_SHIFT);
		phys_addr_t phys = 0;
		bool shared = false;

		if (!look_up(at, &phys, &shared) || phys != start + (i << PAGE_SHIFT)) {
			wrong++;
			continue;
		}
		nr_shared += shared;
		if (!shared)
			continue;
		/* Kernel and user see each other's writes. */
		WRITE_ONCE(mine[0], i + 3);
		if (get_user(byte, (u8 __user *)at) || byte != (u8)(i + 3) ||
		    put_user((u8)(i + 4), (u8 __user *)at) || READ_ONCE(mine[0]) != (u8)(i + 4))
			continue;
		kept++;
	}
	facts_check(f, !wrong, "all pages mapped", "OTHER PAGES MAPPED");
	facts_say(f, "%s", nr_shared == pages ? "as shared" : nr_shared ? "MIXED" : "as private");
	if (nr_shared)
		facts_check(f, kept == pages, "same data", "OTHER DATA");
}

/*
 * Map @pages pages from page @first on with @map, and describe the mapping. @b must have a kernel
 * address.
 */
void map_describe(struct facts *f, const struct buffer *b, map_fn map, void *data,
		  unsigned long pages, unsigned long first)
{
	struct map m = { .map = map, .data = data };
	struct file *file = anon_inode_getfile("contract", &map_fops, &m, O_RDWR);
	unsigned long user;

	if (IS_ERR(file)) {
		facts_say(f, "no file (%ld)", PTR_ERR(file));
		return;
	}
	user = vm_mmap(file, 0, pages << PAGE_SHIFT, PROT_READ | PROT_WRITE, MAP_SHARED,
		       first << PAGE_SHIFT);
	if (IS_ERR_VALUE(user)) {
		facts_say(f, "mmap of %lu pages from %lu: error %d", pages, first, m.result);
	} else {
		facts_say(f, "mmap of %lu pages from %lu", pages, first);
		describe_pages(f, b, user, pages, first);
		vm_munmap(user, pages << PAGE_SHIFT);
	}
	fput(file);
}
