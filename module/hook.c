// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switch the hook: decide which kernel functions are redirected, and when.
 *
 * hook=on redirects the functions that create pools and buffers and the functions that use them.
 * hook=off releases the first group at once, and the second when the last pool or buffer is
 * gone. Then nothing stays registered and a call costs what it did before.
 *
 * A redirected call holds a reference to the module, or its pool does. When the module unloads,
 * a task can therefore only be executing the last few instructions of a replacement;
 * synchronize_rcu_tasks() waits for those.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/workqueue.h>

#include <uapi/rhi_files.h>

#include "arena.h"
#include "granule.h"
#include "hook.h"
#include "hostconf.h"
#include "ksym.h"

static DEFINE_MUTEX(hook_lock);		/* protects the hook's state and registrations */
static enum { LOADING, READY, GONE } phase;
static bool wanted;			/* state to enter when READY */
static bool taking;			/* redirect requests for new pools and buffers */
static bool its_registered;

static const bool all_groups[HOOK_NR_GROUPS] = { true, true, true };

static struct device *spared;

/**
 * hook_takes() - check whether this module serves a device's new pools and buffers
 * @dev: a device, or NULL
 *
 * Context: Any.
 * Return: true if the hook is on, @dev is not spared, and its coherent memory must be shared
 *	with the host.
 */
bool hook_takes(struct device *dev)
{
	return READ_ONCE(taking) && dev && dev != READ_ONCE(spared) && granule_dev_shares(dev);
}

/**
 * hook_spare() - leave one device to the kernel's own allocators
 * @dev: the device, which must not have any pool or buffer yet; NULL to spare none
 *
 * The benchmark compares against the kernel's allocators.
 *
 * Context: Any.
 */
void hook_spare(struct device *dev)
{
	WRITE_ONCE(spared, dev);
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
/*
 * A single ftrace_ops: functions are added to and removed from its filter, which costs an
 * RCU-tasks grace period only when the last one is removed.
 */
static struct ftrace_ops hook_ops;
static unsigned int nr_filtered;

/* The ftrace site (BTI, MOV, BL) is among the first instructions of a function. */
#define SITE_MAX	(4 * AARCH64_INSN_SIZE)

static void notrace redirect(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct hook *hook = hooks;

	/*
	 * No preemption until takes() has counted the call: synchronize_rcu() in switch_off()
	 * then waits for it.
	 */
	guard(preempt_notrace)();
	while (hook->name && ip - (unsigned long)hook->function >= SITE_MAX)
		hook++;
	if (!hook->name || !hook->takes(fregs))
		return;
	if (hook->resume)
		WRITE_ONCE(*hook->resume, ftrace_regs_get_instruction_pointer(fregs));
	this_cpu_inc(*hook->calls);
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)hook->replacement);
}

static int add_to_filter(unsigned long *ips, unsigned int nr)
{
	int err;

	if (!nr_filtered)
		hook_ops = (struct ftrace_ops){
			.func = redirect,
			/*
			 * PERMANENT: kernel.ftrace_enabled=0 must not leave a tagged pool to the
			 * kernel.
			 */
			.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
		};
	/* By address: a module may have a static function with the same name. */
	err = ftrace_set_filter_ips(&hook_ops, ips, nr, 0, 0);
	if (!err && !nr_filtered)
		err = register_ftrace_function(&hook_ops);
	if (!err)
		nr_filtered += nr;
	else if (!nr_filtered)
		ftrace_free_filter(&hook_ops);
	return err;
}

/* An empty filter matches all functions, so unregister instead of removing the last one. */
static int remove_from_filter(unsigned long *ips, unsigned int nr)
{
	int err;

	if (nr < nr_filtered) {
		err = ftrace_set_filter_ips(&hook_ops, ips, nr, 1, 0);
	} else {
		err = unregister_ftrace_function(&hook_ops);
		ftrace_free_filter(&hook_ops);
	}
	if (!err)
		nr_filtered -= nr;
	return err;
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
static int add_direct(struct hook *hook)
{
	int err;

	hook->ops = (struct ftrace_ops){ };
	err = ftrace_set_filter_ip(&hook->ops, (unsigned long)hook->function, 0, 0);
	if (!err)
		err = register_ftrace_direct(&hook->ops, (unsigned long)hook->direct);
	if (err)
		ftrace_free_filter(&hook->ops);
	return err;
}

static int remove_direct(struct hook *hook)
{
	return unregister_ftrace_direct(&hook->ops, (unsigned long)hook->direct, true);
}
#else
static int add_direct(struct hook *hook)
{
	return -EOPNOTSUPP;
}

static int remove_direct(struct hook *hook)
{
	return 0;
}
#endif

static int prepare(struct hook *hook)
{
	if (!hook->function)
		hook->function = (void *)ksym_function(hook->name);
	if (!hook->function) {
		pr_err("hook: cannot find %s: is CONFIG_KPROBES off?\n", hook->name);
		return -ENOENT;
	}
	if (!hook->calls)
		hook->calls = alloc_percpu(unsigned long);
	return hook->calls ? 0 : -ENOMEM;
}

/*
 * Add all functions for redirect() in one call: for each filter change ftrace walks all
 * functions of the kernel several times.
 */
static int register_all(void)
{
	unsigned long ips[HOOK_MAX];
	unsigned int nr = 0;
	struct hook *hook;
	int err;

	for (hook = hooks; hook->name; hook++) {
		if (hook->is_registered)
			continue;
		err = prepare(hook);
		if (err)
			return err;
		/* A function can have only one direct call, and BPF may already own it. */
		hook->is_direct = hook->direct && !add_direct(hook);
		hook->is_registered = hook->is_direct;
		if (!hook->is_direct)
			ips[nr++] = (unsigned long)hook->function;
	}
	err = nr ? add_to_filter(ips, nr) : 0;
	if (err) {
		pr_err("hook: cannot hook the kernel's DMA functions (%pe): is ftrace disabled, or one of them live-patched?\n",
		       ERR_PTR(err));
		return err;
	}
	for (hook = hooks; hook->name; hook++)
		hook->is_registered = true;
	return 0;
}

/*
 * If ftrace runs out of memory, functions stay registered and pass through redirect() unchanged.
 * The next call tries again. Removing all of them needs no memory.
 */
static void unregister_groups(const bool *goes)
{
	unsigned long ips[HOOK_MAX];
	unsigned int nr = 0;
	struct hook *hook;

	for (hook = hooks; hook->name; hook++) {
		if (!goes[hook->group] || !hook->is_registered)
			continue;
		if (hook->is_direct)
			hook->is_registered = remove_direct(hook);
		else
			ips[nr++] = (unsigned long)hook->function;
	}
	if (!nr || remove_from_filter(ips, nr))
		return;
	for (hook = hooks; hook->name; hook++)
		if (goes[hook->group] && !hook->is_direct)
			hook->is_registered = false;
}

static bool is_registered(enum hook_group group)
{
	for (struct hook *hook = hooks; hook->name; hook++)
		if (hook->group == group && READ_ONCE(hook->is_registered))
			return true;
	return false;
}
#else
static void unregister_groups(const bool *goes)
{
}

static int register_all(void)
{
	pr_err("hook: unavailable without CONFIG_DYNAMIC_FTRACE_WITH_ARGS; drivers can still use rhi_pool\n");
	return -EOPNOTSUPP;
}

static bool is_registered(enum hook_group group)
{
	return false;
}
#endif

/* Release each group that no pool or buffer needs. */
static void let_go(void)
{
	bool goes[HOOK_NR_GROUPS];

	if (taking)
		return;
	for (enum hook_group group = 0; group < HOOK_NR_GROUPS; group++)
		goes[group] = !hook_group_in_use(group);
	unregister_groups(goes);
}

static void settle(struct work_struct *unused)
{
	guard(mutex)(&hook_lock);
	let_go();
}

static DECLARE_WORK(settle_work, settle);

/**
 * hook_settle() - release functions after a pool or buffer is gone
 *
 * Does nothing while the hook is on.
 *
 * Context: Any; the caller holds a reference to the module.
 */
void hook_settle(void)
{
	if (!READ_ONCE(taking))
		schedule_work(&settle_work);
}

static void switch_off(void)
{
	WRITE_ONCE(taking, false);
	if (its_registered)
		hook_its_unregister();
	its_registered = false;
	/* After this every redirected call has been counted: see redirect(). */
	synchronize_rcu();
	let_go();
}

static int switch_on(void)
{
	int err;

	if (taking)
		return 0;
	err = register_all();
	if (err) {
		switch_off();
		return err;
	}
	WRITE_ONCE(taking, true);
	its_registered = !hook_its_register();
	return 0;
}

/*
 * Symbols of the upstream series that aligns shared memory in the kernel: versions 3 and 4 have
 * the first two, versions 5 and 6 the third, versions 7 and 8 the fourth.
 */
static const char *kernel_aligns(void)
{
	static const char * const names[] = {
		"mem_decrypt_granule_size", "rhi_get_ipa_change_alignment",
		"mem_cc_shared_granule_size", "cc_shared_granule_size",
	};

	for (int i = 0; i < ARRAY_SIZE(names); i++)
		if (ksym_function(names[i]))
			return names[i];
	return NULL;
}

static int switch_to(bool on)
{
	const char *name;

	lockdep_assert_held(&hook_lock);
	if (!on) {
		switch_off();
		return 0;
	}
	if (!hostconf.granule) {
		pr_err("hook: the host's granule is not known: %s\n", hostconf_meaning());
		return -EOPNOTSUPP;
	}
	name = kernel_aligns();
	if (name) {
		pr_err("hook: not needed: this kernel aligns shared memory itself (%s)\n",
		       name);
		return -EALREADY;
	}
	return switch_on();
}

/**
 * hook_set() - switch the hook on or off
 * @on: true to switch it on
 *
 * A request before hook_start() is stored, and hook_start() applies it.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - done
 * * %-EOPNOTSUPP - the kernel lacks the ftrace support, or the granule is unknown
 * * %-ENOENT - the address of one of the functions cannot be found
 * * %-EBUSY, or another error of ftrace - one of the functions cannot be hooked
 * * %-EALREADY - this kernel aligns shared memory itself
 * * %-ENODEV - the module is being unloaded
 * * %-ENOMEM - out of memory
 */
int hook_set(bool on)
{
	guard(mutex)(&hook_lock);
	if (phase == GONE)
		return -ENODEV;
	if (phase == READY)
		return switch_to(on);
	wanted = on;
	return 0;
}

/**
 * hook_get() - check whether the hook is on
 *
 * Context: Any.
 * Return: true if requests for new pools and buffers are redirected to this module.
 */
bool hook_get(void)
{
	return READ_ONCE(taking);
}

/**
 * hook_start() - apply hook= after the module has initialized
 *
 * On failure the log gives the reason and the module stays loaded: it is useful without the
 * hook.
 *
 * Context: Process, may sleep.
 */
void hook_start(void)
{
	guard(mutex)(&hook_lock);
	phase = READY;
	if (wanted && switch_to(true))
		pr_warn("hook=on failed, see above; the rest of the module works\n");
}

/**
 * hook_exit() - release the kernel's functions for good
 *
 * No pool or buffer of this module exists any more.
 *
 * Context: Process, may sleep.
 */
void hook_exit(void)
{
	scoped_guard(mutex, &hook_lock) {
		phase = GONE;
		switch_off();
		unregister_groups(all_groups);
	}
	/* Wait for tasks on the last instructions of a replacement or in a trampoline. */
	synchronize_rcu_tasks();
	cancel_work_sync(&settle_work);
	for (struct hook *hook = hooks; hook->name; hook++)
		free_percpu(hook->calls);
}

/**
 * hook_state() - name the state of the hook
 *
 * Context: Any.
 * Return: "on"; "draining" if it is off but pools or buffers are still in use, so that calls
 *	still reach this module; "off".
 */
const char *hook_state(void)
{
	if (READ_ONCE(taking))
		return RHI_HOOK_ON;
	return is_registered(HOOK_POOL_USE) || is_registered(HOOK_BUFFER_USE) ?
	       RHI_HOOK_DRAINING : RHI_HOOK_OFF;
}

static unsigned long nr_calls(const struct hook *hook)
{
	unsigned long sum = 0;
	int cpu;

	if (hook->calls)
		for_each_possible_cpu(cpu)
			sum += *per_cpu_ptr(hook->calls, cpu);
	return sum;
}

/**
 * hook_show() - print the state of the hook, the redirected calls, and the memory of each device
 * @s: a seq_file
 *
 * Context: Process, may sleep.
 */
void hook_show(struct seq_file *s)
{
	scoped_guard(mutex, &hook_lock) {
		seq_printf(s, "state %s\n", hook_state());
		seq_puts(s, "# function redirected_calls (direct: not counted)\n");
		for (struct hook *hook = hooks; hook->name; hook++)
			if (hook->is_direct)
				seq_printf(s, "%s direct\n", hook->name);
			else
				seq_printf(s, "%s %lu\n", hook->name, nr_calls(hook));
	}
	arena_show_all(s);
}
