// SPDX-License-Identifier: GPL-2.0-only
/*
 * A redirected call must hold a reference to the module, its own or that of the object it uses.
 * When the module unloads, a task can therefore only be executing the last few instructions of a
 * replacement; synchronize_rcu_tasks() waits for those.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include "ksym.h"
#include "redirect.h"

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
/*
 * A single ftrace_ops: functions are added to and removed from its filter, which costs an
 * RCU-tasks grace period only when the last one is removed.
 */
static struct ftrace_ops redirect_ops;
static unsigned int nr_filtered;

static void notrace redirect_call(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct hook *hook = ops->private;

	/*
	 * No preemption until redirects() has counted the call: synchronize_rcu() then waits for
	 * it.
	 */
	guard(preempt_notrace)();
	while (hook->name && !ksym_is_site(hook->function, ip))
		hook++;
	if (!hook->name || !hook->redirects(fregs))
		return;
	if (hook->resume)
		WRITE_ONCE(*hook->resume, ftrace_regs_get_instruction_pointer(fregs));
	this_cpu_inc(*hook->calls);
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)hook->replacement);
}

static int add_to_filter(struct hook *hooks, unsigned long *ips, unsigned int nr)
{
	int err;

	if (!nr_filtered)
		redirect_ops = (struct ftrace_ops){
			.func = redirect_call,
			.private = hooks,
			/*
			 * PERMANENT: kernel.ftrace_enabled=0 must not leave an object of this
			 * module to the kernel's functions.
			 */
			.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
		};
	/* By address: a module may have a static function with the same name. */
	err = ftrace_set_filter_ips(&redirect_ops, ips, nr, 0, 0);
	if (!err && !nr_filtered)
		err = register_ftrace_function(&redirect_ops);
	if (!err)
		nr_filtered += nr;
	else if (!nr_filtered)
		ftrace_free_filter(&redirect_ops);
	return err;
}

/* An empty filter matches all functions, so unregister instead of removing the last one. */
static int remove_from_filter(unsigned long *ips, unsigned int nr)
{
	int err;

	if (nr < nr_filtered) {
		err = ftrace_set_filter_ips(&redirect_ops, ips, nr, 1, 0);
	} else {
		err = unregister_ftrace_function(&redirect_ops);
		ftrace_free_filter(&redirect_ops);
	}
	if (!err)
		nr_filtered -= nr;
	return err;
}

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

static int redirect_prepare(struct hook *hook)
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

/**
 * redirect_register() - redirect all functions of a table
 * @hooks: the table, the same in each call of any function here
 *
 * All functions are added in one call: for each filter change ftrace walks all functions of the
 * kernel several times. On failure some may be registered: redirect_unregister() them.
 *
 * Context: Process, may sleep. The caller serializes this with redirect_unregister().
 * Return: %0; %-EOPNOTSUPP without the ftrace support; %-ENOENT if a function is not found;
 *	%-ENOMEM; or an error of ftrace. The log says which.
 */
int redirect_register(struct hook *hooks)
{
	unsigned long ips[HOOK_MAX];
	unsigned int nr = 0;
	struct hook *hook;
	int err;

	for (hook = hooks; hook->name; hook++) {
		if (hook->is_registered)
			continue;
		err = redirect_prepare(hook);
		if (err)
			return err;
		/* A function can have only one direct call, and BPF may already own it. */
		hook->is_direct = hook->direct && !add_direct(hook);
		hook->is_registered = hook->is_direct;
		if (!hook->is_direct)
			ips[nr++] = (unsigned long)hook->function;
	}
	err = nr ? add_to_filter(hooks, ips, nr) : 0;
	if (err) {
		pr_err("hook: cannot hook the kernel's functions (%pe): is ftrace disabled, or one of them live-patched?\n",
		       ERR_PTR(err));
		return err;
	}
	for (hook = hooks; hook->name; hook++)
		hook->is_registered = true;
	return 0;
}

/**
 * redirect_unregister() - release functions
 * @hooks: the table
 * @groups: bits of the groups to release
 *
 * If ftrace runs out of memory, functions stay registered and their calls pass through @redirects
 * unchanged. The next call tries again. Removing all of them needs no memory.
 *
 * Context: Process, may sleep.
 */
void redirect_unregister(struct hook *hooks, unsigned int groups)
{
	unsigned long ips[HOOK_MAX];
	unsigned int nr = 0;
	struct hook *hook;

	for (hook = hooks; hook->name; hook++) {
		if (!(hook->group & groups) || !hook->is_registered)
			continue;
		if (hook->is_direct)
			hook->is_registered = remove_direct(hook);
		else
			ips[nr++] = (unsigned long)hook->function;
	}
	if (!nr || remove_from_filter(ips, nr))
		return;
	for (hook = hooks; hook->name; hook++)
		if (hook->group & groups && !hook->is_direct)
			hook->is_registered = false;
}
#else
int redirect_register(struct hook *hooks)
{
	pr_err("hook: unavailable without CONFIG_DYNAMIC_FTRACE_WITH_ARGS; drivers can still use rhi_pool\n");
	return -EOPNOTSUPP;
}

void redirect_unregister(struct hook *hooks, unsigned int groups)
{
}
#endif

/**
 * redirect_is_registered() - check whether calls of any function still reach this module
 * @hooks: the table
 * @groups: bits of the groups to check
 *
 * Context: Any.
 * Return: true if a function of @groups is registered.
 */
bool redirect_is_registered(const struct hook *hooks, unsigned int groups)
{
	for (const struct hook *hook = hooks; hook->name; hook++)
		if (hook->group & groups && READ_ONCE(hook->is_registered))
			return true;
	return false;
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
 * redirect_show() - print one line per function
 * @hooks: the table
 * @s: a seq_file
 *
 * Context: Process.
 */
void redirect_show(const struct hook *hooks, struct seq_file *s)
{
	seq_puts(s, "# function redirected_calls (direct: not counted)\n");
	for (const struct hook *hook = hooks; hook->name; hook++)
		if (hook->is_direct)
			seq_printf(s, "%s direct\n", hook->name);
		else
			seq_printf(s, "%s %lu\n", hook->name, nr_calls(hook));
}

/**
 * redirect_exit() - release all functions for good
 * @hooks: the table
 *
 * Context: Process, may sleep. No redirected call holds a reference to the module any more.
 */
void redirect_exit(struct hook *hooks)
{
	redirect_unregister(hooks, ~0);
	/* Wait for tasks on the last instructions of a replacement or in a trampoline. */
	synchronize_rcu_tasks();
	for (struct hook *hook = hooks; hook->name; hook++)
		free_percpu(hook->calls);
}
