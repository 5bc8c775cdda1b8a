// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stack is kept as addresses, and becomes a name when somebody asks for it; or before the code
 * at an address goes: when its module is unloaded, or for code in an init section, when its module
 * has initialized. The caller makes sure that no code goes while a stack becomes a name.
 */
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/device.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/sprintf.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include <asm/insn.h>
#include <asm/pointer_auth.h>

#include "sharer.h"

/* Not strlcat(): it would search for the end again. */
static void set_device(struct sharer *sharer, struct device *dev)
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
 * Nearly always this reads the frame records of the task's stack, as the kernel has them on arm64:
 * stack_trace_save() takes ten times as many instructions. A record is the address of the
 * caller's and the return address.
 */
static __always_inline unsigned int save_stack(unsigned long *stack, const unsigned long *record)
{
	unsigned int depth = 0;

	/* Skip sharer_set() and note_add(). */
	if (is_return_traced() || !object_is_on_stack(record))
		return stack_trace_save(stack, SHARER_DEPTH, 2);
	while (depth < SHARER_DEPTH) {
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
 * sharer_set() - describe the calling task
 * @sharer: filled in
 * @dev: the device that memory is for, or NULL
 * @record: the caller's frame record; the stack starts further out
 *
 * Context: Any but NMI.
 */
void sharer_set(struct sharer *sharer, struct device *dev, const unsigned long *record)
{
	set_device(sharer, dev);
	sharer->depth = save_stack(sharer->stack, record);
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

/**
 * sharer_name() - name the function that shared memory
 * @sharer: who
 * @name: set to the first caller that is neither this module's nor a function of the DMA API
 * @size: of @name, in bytes
 *
 * Context: Any. No code that is in the stack goes away meanwhile.
 */
void sharer_name(const struct sharer *sharer, char *name, size_t size)
{
	if (!sharer->depth) {
		strscpy(name, sharer->name, size);
		return;
	}
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

static bool is_function_of(const char *name, const struct code_change *change)
{
	const size_t len = strlen(name), suffix_len = strlen(change->suffix);

	return len > suffix_len && !strcmp(name + len - suffix_len, change->suffix);
}

/**
 * sharer_is_affected() - check whether a change concerns this sharer
 * @sharer: who
 * @change: the code that goes away
 *
 * Context: Any.
 * Return: true if the code is in the stack, or the name is of a module that unloads.
 */
bool sharer_is_affected(const struct sharer *sharer, const struct code_change *change)
{
	if (!sharer->depth)
		return change->unloads && is_function_of(sharer->name, change);
	for (int i = 0; i < sharer->depth; i++)
		if (change->unloads ? within_module(sharer->stack[i], change->mod) :
				      within_module_init(sharer->stack[i], change->mod))
			return true;
	return false;
}

/**
 * sharer_rename() - replace the stack with a name, and say that a module was unloaded
 * @sharer: who
 * @change: the code that goes away
 *
 * Context: Any. The code is still there.
 */
void sharer_rename(struct sharer *sharer, const struct code_change *change)
{
	char name[SHARER_NAME];

	sharer_name(sharer, name, sizeof(name));
	if (change->unloads && is_function_of(name, change))
		strlcat(name, ", unloaded", sizeof(name));
	sharer->depth = 0;
	strscpy(sharer->name, name);
}
