// SPDX-License-Identifier: GPL-2.0-only
/*
 * The switch: which functions of the kernel are redirected, and when.
 *
 * hook=on redirects what makes pools and buffers, and what uses them. hook=off lets go of
 * what makes them at once, and of what uses them when the last one is gone: then nothing
 * stays registered, and a call costs what it did before.
 *
 * A redirected call holds a reference to the module, or the pool does that it is about; so
 * when the module goes there is nobody inside but on the last few instructions, and for
 * these synchronize_rcu_tasks() waits.
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

static DEFINE_MUTEX(hook_lock);		/* protects all that follows */
static enum { LOADING, READY, GONE } phase;
static bool wanted;			/* for READY */
static bool taking;			/* new pools and buffers are made here */
static bool its_registered;

static const bool all_groups[HOOK_NR_GROUPS] = { true, true, true };

static struct device *spared;

/**
 * hook_takes() - are a device's new pools and buffers to be made by this module?
 * @dev: a device, or NULL
 *
 * Context: Any.
 * Return: true while the hook is on, if the memory of @dev has to be shared.
 */
bool hook_takes(struct device *dev)
{
	return READ_ONCE(taking) && dev && dev != READ_ONCE(spared) && granule_dev_shares(dev);
}

/**
 * hook_spare() - leave one device to the kernel's own allocators
 * @dev: the device, which has nothing yet; NULL: none
 *
 * For the benchmark, which compares with them.
 *
 * Context: Any.
 */
void hook_spare(struct device *dev)
{
	WRITE_ONCE(spared, dev);
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
/*
 * One for all: functions come and go in its filter, which costs a grace period of
 * RCU-tasks only when the last one goes.
 */
static struct ftrace_ops hook_ops;
static unsigned int nr_filtered;

/* BTI, MOV and BL: ftrace's site is among the first instructions of a function. */
#define SITE_MAX	(4 * AARCH64_INSN_SIZE)

static void notrace redirect(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct hook *hook = hooks;

	/* See switch_off(): who is told to take has been counted before synchronize_rcu() ends. */
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
			/* PERMANENT: kernel.ftrace_enabled=0 must not cut a pool off. */
			.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
		};
	/* By address: a name is that of static functions in modules, too. */
	err = ftrace_set_filter_ips(&hook_ops, ips, nr, 0, 0);
	if (!err && !nr_filtered)
		err = register_ftrace_function(&hook_ops);
	if (!err)
		nr_filtered += nr;
	else if (!nr_filtered)
		ftrace_free_filter(&hook_ops);
	return err;
}

/* A filter without functions would be one of all functions. */
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
 * All that go through redirect() at once: each change of a filter has ftrace walk over all
 * functions of the kernel, several times.
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
		/* There can be one direct call for each function: BPF may have it. */
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
 * Without memory ftrace may keep functions, which then go through redirect() to no purpose.
 * The next call tries again; when all have to go, no memory is needed.
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

/* Nothing stays redirected that nobody needs. */
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
 * hook_settle() - a pool or buffer has gone: perhaps nothing need be redirected any more
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
	/* Who has been told to take is counted now: see redirect(). */
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
 * By its name the mail series that aligns shared memory in the kernel is known: versions 3
 * and 4, 5 and 6, 7 and 8.
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
 * @on: which
 *
 * Before hook_start() it is noted, and done then.
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - done
 * * %-EOPNOTSUPP - the kernel cannot do it, or the granule is not known
 * * %-ENOENT - the kernel does not tell where one of the functions is
 * * %-EBUSY, and others of ftrace - one of the functions cannot be hooked
 * * %-EALREADY - the kernel does it by itself
 * * %-ENODEV - the module is being unloaded
 * * %-ENOMEM - no memory
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
 * hook_get() - is the hook on?
 *
 * Context: Any.
 * Return: true while new pools and buffers are made by this module.
 */
bool hook_get(void)
{
	return READ_ONCE(taking);
}

/**
 * hook_start() - the module is loaded: do what was asked for by hook=
 *
 * If it cannot be done the log says why: what the module shows is of use without it.
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
 * hook_exit() - let go of the kernel's functions for good; no pool or buffer of this
 *	module's making exists
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
	/* For those on their way out, and for trampolines. */
	synchronize_rcu_tasks();
	cancel_work_sync(&settle_work);
	for (struct hook *hook = hooks; hook->name; hook++)
		free_percpu(hook->calls);
}

/**
 * hook_state() - is the hook on, off, or between the two?
 *
 * Context: Any.
 * Return: "on"; "draining" when it is switched off, but pools or buffers are still in use,
 *	so that calls reach this module; "off".
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
 * hook_show() - print the hook's state, what it redirected, and who holds its memory
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
