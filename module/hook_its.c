// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICv3 ITS driver keeps interrupt translation tables in a gen_pool that it extends by one
 * shared page at a time (drivers/irqchip/irq-gic-v3-its.c, itt_alloc_pool()). The compiler
 * inlines those functions, and ftrace cannot trace lib/genalloc.c, but a kprobe can. The probe
 * adds a whole granule to a full pool before the driver sees the failed allocation.
 *
 * The kprobe costs a BRK for each allocation from any gen_pool, so it is registered only while
 * the hook is on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/genalloc.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "granule.h"
#include "hook_its.h"
#include "hostconf.h"
#include "ksym.h"
#include "trace.h"

/* The pool of irq-gic-v3-its.c, set up in its_init() */
static struct gen_pool *itt_pool;

/*
 * Passed as the algorithm's data, which first-fit ignores, to mark calls that must not be
 * redirected.
 */
static char let_pass;

/* Ownership of the granule passes to the ITS: a gen_pool never returns a single chunk. */
static bool its_extend(void)
{
	struct granule_chunk chunk;

	if (granule_alloc(&chunk, NULL, "ITS", hostconf.granule, GFP_KERNEL))
		return false;
	if (gen_pool_add_owner(itt_pool, (unsigned long)chunk.vaddr, -1, chunk.size, NUMA_NO_NODE,
			       NULL)) {
		granule_free(&chunk);
		return false;
	}
	granule_transfer(&chunk);
	return true;
}

/* The ITS driver calls this where it may sleep. On 0 it adds a page itself. */
static unsigned long its_gen_pool_alloc(struct gen_pool *pool, size_t size,
					genpool_algo_t algo, void *data, void **owner)
{
	unsigned long addr;

	trace_hook_redirect("gen_pool_alloc_algo_owner", _RET_IP_);
	addr = gen_pool_alloc_algo_owner(pool, size, algo, &let_pass, owner);
	if (!addr && size <= hostconf.granule && its_extend())
		addr = gen_pool_alloc_algo_owner(pool, size, algo, &let_pass, owner);
	module_put(THIS_MODULE);
	return addr;
}

static_assert(__same_type(gen_pool_alloc_algo_owner, its_gen_pool_alloc));

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

/* Check the symbol's type before use: another kernel may use the name differently. */
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
 * On failure the rest of the hook still works, and the log gives the reason.
 *
 * Context: Process, may sleep.
 * Return: %0; %-ENOENT if the ITS's pool cannot be found; or an error of register_kprobe().
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
 * hook_its_unregister() - undo a successful hook_its_register()
 *
 * Context: Process, may sleep.
 */
void hook_its_unregister(void)
{
	unregister_kprobe(&probe);
}
