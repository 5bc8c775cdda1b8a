// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICv3 ITS keeps interrupt translation tables in a gen_pool that it extends by one
 * shared page at a time (drivers/irqchip/irq-gic-v3-its.c, itt_alloc_pool()). The functions
 * that do so are inlined, and ftrace does not see lib/genalloc.c; a kprobe does. There a
 * pool without room is given a whole granule before the ITS learns of it.
 *
 * The kprobe is a BRK for each allocation from any gen_pool: it is there while the hook is
 * on, and no longer.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/genalloc.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "granule.h"
#include "hook.h"
#include "hostconf.h"
#include "ksym.h"
#include "trace.h"

#ifdef CONFIG_KPROBES

/* The ITS's: irq-gic-v3-its.c, its_init() */
static struct gen_pool *itt_pool;

/* As data of the pool's algorithm, which needs none, this says: do not redirect. */
static char let_pass;

/* The granule is the ITS's from here on: a gen_pool gives no single chunk back. */
static bool extend(void)
{
	struct granule_chunk chunk;

	if (granule_alloc(&chunk, NULL, "ITS", hostconf.granule, GFP_KERNEL))
		return false;
	if (gen_pool_add_owner(itt_pool, (unsigned long)chunk.vaddr, -1, chunk.size, NUMA_NO_NODE,
			       NULL)) {
		granule_free(&chunk);
		return false;
	}
	granule_give_away(&chunk);
	return true;
}

/* The ITS calls it where it may sleep. If it gets 0 it adds a page by itself. */
static unsigned long its_gen_pool_alloc(struct gen_pool *pool, size_t size,
					genpool_algo_t algo, void *data, void **owner)
{
	unsigned long addr;

	trace_hook_redirect("gen_pool_alloc_algo_owner", _RET_IP_);
	addr = gen_pool_alloc_algo_owner(pool, size, algo, &let_pass, owner);
	if (!addr && size <= hostconf.granule && extend())
		addr = gen_pool_alloc_algo_owner(pool, size, algo, &let_pass, owner);
	module_put(THIS_MODULE);
	return addr;
}

static int redirect_its(struct kprobe *kp, struct pt_regs *regs)
{
	if (regs->regs[0] != (unsigned long)itt_pool ||
	    regs->regs[3] == (unsigned long)&let_pass || !try_module_get(THIS_MODULE))
		return 0;
	regs->pc = (unsigned long)its_gen_pool_alloc;
	return 1;
}
NOKPROBE_SYMBOL(redirect_its);

static struct kprobe probe;

/* What has this name is looked at before it is believed. */
static bool find_itt_pool(void)
{
	struct gen_pool **at = (struct gen_pool **)ksym_data("itt_pool"), *pool, copy;

	if (!at || get_kernel_nofault(pool, at) || !pool ||
	    copy_from_kernel_nofault(&copy, pool, sizeof(copy)) ||
	    copy.algo != gen_pool_first_fit)
		return false;
	itt_pool = pool;
	return true;
}

/**
 * hook_its_register() - give the ITS whole granules for its interrupt translation tables
 *
 * Where that cannot be done the rest of the hook works, and the log says so.
 *
 * Context: Process, may sleep.
 * Return: %0, %-ENOENT if the kernel does not tell of the ITS's pool, or an error of
 *	register_kprobe().
 */
int hook_its_register(void)
{
	int err = -ENOENT;

	probe = (struct kprobe){
		.symbol_name = "gen_pool_alloc_algo_owner",
		.pre_handler = redirect_its,
	};
	if (find_itt_pool())
		err = register_kprobe(&probe);
	if (err)
		pr_info("cannot hook the ITS (%pe): its tables stay page-sized\n",
			ERR_PTR(err));
	return err;
}

/**
 * hook_its_unregister() - undo hook_its_register(), which succeeded
 *
 * Context: Process, may sleep.
 */
void hook_its_unregister(void)
{
	unregister_kprobe(&probe);
}

#else

int hook_its_register(void)
{
	pr_info("cannot hook the ITS without CONFIG_KPROBES: its tables stay page-sized\n");
	return -EOPNOTSUPP;
}

void hook_its_unregister(void)
{
}

#endif
