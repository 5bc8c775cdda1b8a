// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICv3 ITS keeps a device's interrupt translation table in a gen_pool that it extends
 * by one shared page at a time (drivers/irqchip/irq-gic-v3-its.c, itt_alloc_pool()). The
 * functions that do so are inlined, and ftrace does not see lib/genalloc.c; a kprobe does.
 * There an empty pool is given a whole granule before the ITS learns that it was empty.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/genalloc.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "granule.h"
#include "hook.h"
#include "hostconf.h"
#include "ksym.h"
#include "trace.h"

#ifdef CONFIG_KPROBES

/* The function that itt_alloc_pool() is inlined into, if its symbol is not its own. */
static const char * const its_functions[] = { "itt_alloc_pool", "its_create_device" };

static unsigned long its_start, its_size;

/* The granule is the ITS's from here on: a gen_pool gives no single chunk back. */
static bool extend(struct gen_pool *pool)
{
	struct granule_chunk chunk;

	if (granule_alloc(&chunk, NULL, "ITS", hostconf.granule, GFP_KERNEL))
		return false;
	if (gen_pool_add_owner(pool, (unsigned long)chunk.vaddr, -1, chunk.size, NUMA_NO_NODE,
			       NULL)) {
		granule_free(&chunk);
		return false;
	}
	granule_give_away(&chunk);
	return true;
}

/* The ITS calls it where it may sleep; nobody else is brought here. */
static unsigned long its_gen_pool_alloc(struct gen_pool *pool, size_t size,
					genpool_algo_t algo, void *data, void **owner)
{
	unsigned long addr;

	hook_enter();
	trace_hook_redirect("gen_pool_alloc_algo_owner", _RET_IP_);
	addr = gen_pool_alloc_algo_owner(pool, size, algo, data, owner);
	if (!addr && size <= hostconf.granule && extend(pool))
		addr = gen_pool_alloc_algo_owner(pool, size, algo, data, owner);
	hook_leave();
	return addr;
}

static int redirect_its(struct kprobe *kp, struct pt_regs *regs)
{
	if (!hook_takes() || regs->regs[30] - its_start >= its_size)
		return 0;
	regs->pc = (unsigned long)its_gen_pool_alloc;
	return 1;
}
NOKPROBE_SYMBOL(redirect_its);

static struct kprobe probe = {
	.symbol_name = "gen_pool_alloc_algo_owner",
	.pre_handler = redirect_its,
};

static bool registered;

/* Where it begins, and from kallsyms how long it is: "name+0x0/0x468". */
static bool find_its(void)
{
	for (int i = 0; i < ARRAY_SIZE(its_functions); i++) {
		char text[KSYM_SYMBOL_LEN];
		const char *size;

		its_start = ksym_function(its_functions[i]);
		if (!its_start)
			continue;
		sprint_symbol(text, its_start);
		size = strrchr(text, '/');
		if (size && !kstrtoul(size + 1, 16, &its_size) && its_size)
			return true;
	}
	return false;
}

/**
 * hook_its_init() - give the ITS whole granules for its interrupt translation tables
 *
 * Where that cannot be done the rest of the hook works, and the log says so.
 *
 * Context: Process, may sleep.
 */
void hook_its_init(void)
{
	int err = find_its() ? register_kprobe(&probe) : -ENOENT;

	registered = !err;
	if (err)
		pr_info("hook: the ITS's tables are not reached on this kernel (%pe): it shares single pages\n",
			ERR_PTR(err));
}

/**
 * hook_its_exit() - undo hook_its_init()
 *
 * Who is inside has called hook_enter().
 *
 * Context: Process, may sleep.
 */
void hook_its_exit(void)
{
	if (registered)
		unregister_kprobe(&probe);
	registered = false;
}

#else

void hook_its_init(void)
{
	pr_info("hook: this kernel has no CONFIG_KPROBES: the ITS shares single pages\n");
}

void hook_its_exit(void)
{
}

#endif
