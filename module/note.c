// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remember who shared which memory: the driver, the device, and the stack. Notes are made and
 * removed wherever the kernel converts memory, also in atomic context. So they come from a
 * reserve that a worker fills: nothing here sleeps or allocates memory meanwhile. A note that
 * finds the reserve empty is lost and counted.
 *
 * A stack is kept as addresses, and becomes a name when somebody asks for it; or before the code
 * at an address goes: when its module is unloaded, or for code in an init section, when its module
 * has initialized.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <asm/insn.h>
#include <asm/pointer_auth.h>

#include "note.h"

#define STACK_DEPTH	8
#define MAX_NAME	(STACK_DEPTH * sizeof(unsigned long))

/* 10 MiB of notes at most */
#define MAX_NOTES	65536
#define BLOCK_NOTES	256
#define MIN_RESERVE	128

/**
 * struct sharer - who shared memory
 * @device: names of the driver and of the device; empty if unknown
 * @depth: entries in @stack; 0 if @name is valid instead
 * @stack: return addresses, innermost first
 * @name: the function
 */
struct sharer {
	char device[48];
	unsigned int depth;
	union {
		unsigned long stack[STACK_DEPTH];
		char name[MAX_NAME];
	};
};

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

/* Not strlcat(): it would search for the end again. */
static void name_device(struct sharer *sharer, struct device *dev)
{
	ssize_t len;

	if (!dev) {
		sharer->device[0] = '\0';
		return;
	}
	len = strscpy(sharer->device, dev_driver_string(dev));
	if (len < 0 || len > sizeof(sharer->device) - 2)
		return;
	sharer->device[len++] = ' ';
	strscpy(sharer->device + len, dev_name(dev), sizeof(sharer->device) - len);
}

/* A tracer that replaces return addresses is, or was, at work in this task. */
static bool is_return_traced(void)
{
#ifdef CONFIG_FUNCTION_GRAPH_TRACER
	if (current->ret_stack)
		return true;
#endif
#ifdef CONFIG_KRETPROBES
	if (!llist_empty(&current->kretprobe_instances))
		return true;
#endif
	return false;
}

/*
 * Save the stack of note_add()'s caller. Nearly always this reads the frame records of the task's
 * stack, as the kernel has them on arm64: stack_trace_save() takes ten times as many instructions.
 */
static __always_inline unsigned int save_stack(unsigned long *stack)
{
	/* A frame record is the address of the caller's and the return address. */
	const unsigned long *record = __builtin_frame_address(0);
	unsigned int depth = 0;

	if (is_return_traced() || !object_is_on_stack(record))
		return stack_trace_save(stack, STACK_DEPTH, 1);
	while (depth < STACK_DEPTH) {
		const unsigned long *next = (void *)READ_ONCE_NOCHECK(record[0]);

		if (next <= record || !IS_ALIGNED((unsigned long)next, sizeof(*next)) ||
		    !object_is_on_stack(next + 1))
			break;
		record = next;
		stack[depth] = ptrauth_strip_kernel_insn_pac(READ_ONCE_NOCHECK(record[1]));
		if (!stack[depth])
			break;
		depth++;
	}
	return depth;
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
noinline void note_add(phys_addr_t start, size_t size, struct device *dev)
{
	const phys_addr_t end = start + size;
	struct sharer sharer;
	bool low;

	name_device(&sharer, dev);
	sharer.depth = save_stack(sharer.stack);
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

/* Functions that share memory for their callers. Those of a module are callers. */
static bool is_dma_function(const char *name)
{
	static const char * const prefixes[] = {
		"dma_alloc_", "dma_common_", "dma_direct_", "dma_pool_", "dma_set_", "dmam_",
		"__dma_", "pool_alloc_page", "set_memory_", "trace_dma_", "__traceiter_dma_",
		"ftrace_", "arch_ftrace_",
	};

	if (str_has_prefix(name, "bpf_trampoline_"))
		return true;
	if (strchr(name, '['))
		return false;
	for (int i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(name, prefixes[i]))
			return true;
	return false;
}

static void name_caller(const struct sharer *sharer, char *name, size_t size)
{
	lockdep_assert_held(&names_lock);
	strscpy(name, "an unknown function", size);
	for (int i = 0; i < sharer->depth; i++) {
		if (within_module(sharer->stack[i], THIS_MODULE))
			continue;
		/* A return address may be that of the next function. */
		snprintf(name, size, "%ps", (void *)(sharer->stack[i] - AARCH64_INSN_SIZE));
		if (!is_dma_function(name))
			return;
	}
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
	if (note.sharer.depth)
		name_caller(&note.sharer, name, sizeof(name));
	else
		strscpy(name, note.sharer.name);
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

/* A module unloads, or has initialized and frees its init sections. */
struct change {
	const struct module *mod;
	bool unloads;
	char suffix[MODULE_NAME_LEN + 3];	/* of the names of its functions */
};

static bool is_function_of(const char *name, const struct change *change)
{
	const size_t len = strlen(name), suffix_len = strlen(change->suffix);

	return len > suffix_len && !strcmp(name + len - suffix_len, change->suffix);
}

static bool is_affected(const struct sharer *sharer, const struct change *change)
{
	if (!sharer->depth)
		return change->unloads && is_function_of(sharer->name, change);
	for (int i = 0; i < sharer->depth; i++)
		if (change->unloads ? within_module(sharer->stack[i], change->mod) :
				      within_module_init(sharer->stack[i], change->mod))
			return true;
	return false;
}

static void rename_note(const struct note *old, const struct change *change)
{
	const struct sharer *was = &old->sharer;
	char name[MAX_NAME];
	struct note *note;

	if (was->depth)
		name_caller(was, name, sizeof(name));
	else
		strscpy(name, was->name);
	if (change->unloads && is_function_of(name, change))
		strlcat(name, ", unloaded", sizeof(name));

	guard(raw_spinlock_irqsave)(&notes_lock);
	note = find_note(old->start);
	/* Memory that was shared again meanwhile has another stack. */
	if (note && note->sharer.depth == was->depth &&
	    !memcmp(note->sharer.stack, was->stack, sizeof(was->stack))) {
		note->sharer.depth = 0;
		strscpy(note->sharer.name, name);
	}
}

/* Releases the lock now and then: there can be many notes. */
static bool rename_next(phys_addr_t *at, const struct change *change)
{
	struct note copy, *note;
	int budget = 64;

	scoped_guard(raw_spinlock_irqsave, &notes_lock) {
		for (note = find_note(*at); note; note = next_note(note)) {
			*at = note->end;
			if (is_affected(&note->sharer, change) || !--budget)
				break;
		}
		if (!note)
			return false;
		copy = *note;
	}
	if (is_affected(&copy.sharer, change))
		rename_note(&copy, change);
	return true;
}

static int module_changes(struct notifier_block *nb, unsigned long state, void *data)
{
	struct change change = { .mod = data, .unloads = state == MODULE_STATE_GOING };
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
