// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remember who shared which memory. Notes are made and removed wherever the kernel converts
 * memory, also in atomic context. So they come from a reserve that a worker fills: nothing here
 * sleeps or allocates memory meanwhile. A note that finds the reserve empty is lost and counted.
 */
#include <linux/cleanup.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "note.h"
#include "sharer.h"

/* 10 MiB of notes at most */
#define MAX_NOTES	65536
#define BLOCK_NOTES	256
#define MIN_RESERVE	128

/**
 * struct note - who shared a range of memory
 * @node: in the tree of notes
 * @next: in the reserve
 * @start: first byte
 * @end: first byte after the range
 * @sharer: who
 */
struct note {
	union {
		struct rb_node node;
		struct note *next;
	};
	phys_addr_t start, end;
	struct sharer sharer;
};

struct block {
	struct block *next;
	struct note notes[BLOCK_NOTES];
};

static DEFINE_RAW_SPINLOCK(notes_lock);	/* protects all variables below */
static struct rb_root notes = RB_ROOT;	/* ranges that do not overlap */
static struct note *reserve;
static unsigned int nr_reserve, nr_notes;	/* in the reserve; in all blocks */
static struct block *blocks;
static u64 nr_lost;

/* Held while a copied stack is resolved: no code that is in a stack goes meanwhile. */
static DEFINE_MUTEX(names_lock);

static int add_block(void)
{
	struct block *block = kvmalloc(sizeof(*block), GFP_KERNEL | __GFP_NOWARN);

	if (!block)
		return -ENOMEM;
	guard(raw_spinlock_irqsave)(&notes_lock);
	for (int i = 0; i < BLOCK_NOTES; i++) {
		block->notes[i].next = reserve;
		reserve = &block->notes[i];
	}
	nr_reserve += BLOCK_NOTES;
	nr_notes += BLOCK_NOTES;
	block->next = blocks;
	blocks = block;
	return 0;
}

static bool is_reserve_low(void)
{
	lockdep_assert_held(&notes_lock);
	return nr_reserve < MIN_RESERVE && nr_notes < MAX_NOTES;
}

static void fill_reserve(struct work_struct *unused)
{
	bool low;

	do {
		scoped_guard(raw_spinlock_irqsave, &notes_lock)
			low = is_reserve_low();
	} while (low && !add_block());
}

static DECLARE_WORK(reserve_work, fill_reserve);

static struct note *take_note(void)
{
	struct note *note = reserve;

	lockdep_assert_held(&notes_lock);
	if (!note) {
		nr_lost++;
		return NULL;
	}
	reserve = note->next;
	nr_reserve--;
	return note;
}

static void put_note(struct note *note)
{
	lockdep_assert_held(&notes_lock);
	rb_erase(&note->node, &notes);
	note->next = reserve;
	reserve = note;
	nr_reserve++;
}

static void insert_note(struct note *note)
{
	struct rb_node **at = &notes.rb_node, *parent = NULL;

	lockdep_assert_held(&notes_lock);
	while (*at) {
		parent = *at;
		if (note->start < rb_entry(parent, struct note, node)->start)
			at = &parent->rb_left;
		else
			at = &parent->rb_right;
	}
	rb_link_node(&note->node, parent, at);
	rb_insert_color(&note->node, &notes);
}

/* Returns the first note that ends after an address. */
static struct note *find_note(phys_addr_t at)
{
	struct rb_node *node = notes.rb_node;
	struct note *found = NULL;

	lockdep_assert_held(&notes_lock);
	while (node) {
		struct note *note = rb_entry(node, struct note, node);

		if (note->end > at) {
			found = note;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static struct note *next_note(const struct note *note)
{
	return rb_entry_safe(rb_next(&note->node), struct note, node);
}

/* A note that a range splits needs a second one for its end. */
static void keep_end(const struct note *note, phys_addr_t end)
{
	struct note *rest = take_note();

	if (!rest)
		return;
	*rest = *note;
	rest->start = end;
	insert_note(rest);
}

static void clear_range(phys_addr_t start, phys_addr_t end)
{
	struct note *note = find_note(start), *next;

	for (; note && note->start < end; note = next) {
		next = next_note(note);
		if (note->end > end && note->start < start)
			keep_end(note, end);
		if (note->start < start)
			note->end = start;
		else if (note->end > end)
			note->start = end;
		else
			put_note(note);
	}
}

static struct note *make_note(phys_addr_t start, phys_addr_t end)
{
	struct note *note;

	clear_range(start, end);
	note = take_note();
	if (!note)
		return NULL;
	note->start = start;
	note->end = end;
	insert_note(note);
	return note;
}

/**
 * note_add() - note that the calling task shares memory
 * @start: physical address
 * @size: bytes
 * @dev: the device that it is for, or NULL
 *
 * Replaces what is noted for the range.
 *
 * Context: Any but NMI.
 */
void note_add(phys_addr_t start, size_t size, struct device *dev)
{
	const phys_addr_t end = start + size;
	struct sharer sharer;
	bool low;

	sharer_set(&sharer, dev, __builtin_frame_address(0));
	scoped_guard(raw_spinlock_irqsave, &notes_lock) {
		struct note *note = find_note(start);

		/* Often it is the same memory again, now with its device. */
		if (!note || note->start != start || note->end != end)
			note = make_note(start, end);
		if (note)
			note->sharer = sharer;
		low = is_reserve_low();
	}
	if (low)
		schedule_work(&reserve_work);
}

/**
 * note_remove() - forget who shared memory, because it becomes private
 * @start: physical address
 * @size: bytes
 *
 * Context: Any but NMI.
 */
void note_remove(phys_addr_t start, size_t size)
{
	guard(raw_spinlock_irqsave)(&notes_lock);
	clear_range(start, start + size);
}

static bool copy_note(phys_addr_t at, struct note *copy)
{
	const struct note *note;

	guard(raw_spinlock_irqsave)(&notes_lock);
	note = find_note(at);
	if (note)
		*copy = *note;
	return note;
}

/**
 * note_describe() - find out who shared memory
 * @at: physical address
 * @of_device: ignore a note that does not name a device
 * @end: set to the end of the range that this is noted for, or for which nothing is noted
 * @text: set to the driver, the device and the function, as far as they are known
 * @size: of @text, in bytes
 *
 * Context: Process, may sleep.
 * Return: false if there is no such note for the address.
 */
bool note_describe(phys_addr_t at, bool of_device, phys_addr_t *end, char *text, size_t size)
{
	char name[128];
	struct note note;

	guard(mutex)(&names_lock);
	if (!copy_note(at, &note)) {
		*end = PHYS_ADDR_MAX;
		return false;
	}
	if (note.start > at) {
		*end = note.start;
		return false;
	}
	*end = note.end;
	if (of_device && !*note.sharer.device)
		return false;
	sharer_name(&note.sharer, name, sizeof(name));
	snprintf(text, size, "%s%s%s", note.sharer.device, *note.sharer.device ? ", " : "", name);
	return true;
}

/**
 * note_count_lost() - count the notes that could not be made
 *
 * Context: Any.
 * Return: Notes that found the reserve empty, since the module was loaded.
 */
u64 note_count_lost(void)
{
	guard(raw_spinlock_irqsave)(&notes_lock);
	return nr_lost;
}

static void rename_note(const struct note *old, const struct code_change *change)
{
	struct sharer renamed = old->sharer;
	struct note *note;

	sharer_rename(&renamed, change);
	guard(raw_spinlock_irqsave)(&notes_lock);
	note = find_note(old->start);
	/* Memory that was shared again meanwhile has another stack. */
	if (note && note->sharer.depth == old->sharer.depth &&
	    !memcmp(note->sharer.stack, old->sharer.stack, sizeof(old->sharer.stack))) {
		note->sharer.depth = 0;
		strscpy(note->sharer.name, renamed.name);
	}
}

/* Releases the lock now and then: there can be many notes. */
static bool rename_next(phys_addr_t *at, const struct code_change *change)
{
	struct note copy, *note;
	int budget = 64;

	scoped_guard(raw_spinlock_irqsave, &notes_lock) {
		for (note = find_note(*at); note; note = next_note(note)) {
			*at = note->end;
			if (sharer_is_affected(&note->sharer, change) || !--budget)
				break;
		}
		if (!note)
			return false;
		copy = *note;
	}
	if (sharer_is_affected(&copy.sharer, change))
		rename_note(&copy, change);
	return true;
}

static int module_changes(struct notifier_block *nb, unsigned long state, void *data)
{
	struct code_change change = { .mod = data, .unloads = state == MODULE_STATE_GOING };
	phys_addr_t at = 0;

	if (state != MODULE_STATE_LIVE && state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	snprintf(change.suffix, sizeof(change.suffix), "[%s]", change.mod->name);
	guard(mutex)(&names_lock);
	while (rename_next(&at, &change))
		cond_resched();
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = { .notifier_call = module_changes };

static void free_blocks(void)
{
	while (blocks) {
		struct block *next = blocks->next;

		kvfree(blocks);
		blocks = next;
	}
}

/**
 * note_init() - get ready for notes
 *
 * Context: Process, may sleep.
 * Return: %0, or %-ENOMEM.
 */
int note_init(void)
{
	int err = add_block();

	if (!err)
		err = register_module_notifier(&module_notifier);
	if (err)
		free_blocks();
	return err;
}

/**
 * note_exit() - free all notes
 *
 * Context: Process, may sleep. Nothing makes or removes notes any more, and nobody reads them.
 */
void note_exit(void)
{
	unregister_module_notifier(&module_notifier);
	cancel_work_sync(&reserve_work);
	free_blocks();
}
