// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions are replaced by ftrace, which sets the instruction pointer at their entry. A
 * call from this module goes through to the original, so that a replacement can call it.
 *
 * hook=off ends the redirection of what makes objects. What frees them stays redirected
 * until the module goes, and the module stays as long as an object of its making exists.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include "arena.h"
#include "hook.h"
#include "hostconf.h"
#include "ksym.h"

static DEFINE_MUTEX(hook_lock);
static bool taking;		/* new objects are made here */
static bool registered;		/* calls reach this module */
static DEFINE_PER_CPU(long, inside);	/* tasks that entered less those that left */

/**
 * hook_takes() - are new objects to be made by this module?
 *
 * Context: Any.
 * Return: true while hook=on.
 */
bool hook_takes(void)
{
	return READ_ONCE(taking);
}

/**
 * hook_enter() - a replacement that may sleep begins
 *
 * The module does not go before hook_leave().
 *
 * Context: Any; on any CPU.
 */
void hook_enter(void)
{
	this_cpu_inc(inside);
}

/**
 * hook_leave() - a replacement that may sleep ends
 *
 * Context: Any; on any CPU.
 */
void hook_leave(void)
{
	this_cpu_dec(inside);
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
static void notrace redirect(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct hook *hook = container_of(ops, struct hook, ops);

	/* This module gives its own pools to no function of the kernel. */
	if (hook->tagged) {
		if (!(ftrace_regs_get_argument(fregs, 0) & 1))
			return;
	} else if (within_module(parent_ip, THIS_MODULE)) {
		return;
	}
	this_cpu_inc(*hook->calls);
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)hook->replacement);
}

static int register_one(struct hook *hook)
{
	int err;

	hook->calls = alloc_percpu(unsigned long);
	if (!hook->calls)
		return -ENOMEM;
	hook->ops.func = redirect;
	/* PERMANENT: kernel.ftrace_enabled=0 must not cut a pool off from its functions. */
	hook->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;

	err = ftrace_set_filter(&hook->ops, (unsigned char *)hook->name, strlen(hook->name), 1);
	if (!err)
		err = register_ftrace_function(&hook->ops);
	if (err) {
		ftrace_free_filter(&hook->ops);
		free_percpu(hook->calls);
		hook->calls = NULL;
		pr_err("hook: %s cannot be replaced (%pe): is kernel.ftrace_enabled 0, or does a live patch have it?\n",
		       hook->name, ERR_PTR(err));
	}
	return err;
}

static void unregister_one(struct hook *hook)
{
	if (!hook->calls)
		return;
	unregister_ftrace_function(&hook->ops);
	ftrace_free_filter(&hook->ops);
	free_percpu(hook->calls);
	hook->calls = NULL;
}

static long nr_inside(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(inside, cpu);
	return sum;
}

/* Nobody enters any more: wait until everybody has left, the last instruction included. */
static void drain(void)
{
	synchronize_rcu_tasks();
	while (nr_inside())
		msleep(20);
	synchronize_rcu_tasks();
}

static void unregister_all(void)
{
	hook_its_exit();
	for (struct hook *hook = hooks; hook->name; hook++)
		unregister_one(hook);
	registered = false;
	drain();
}

/* What frees is replaced before what allocates: hooks[] is in this order. */
static int register_all(void)
{
	for (struct hook *hook = hooks; hook->name; hook++) {
		int err = register_one(hook);

		if (err) {
			unregister_all();
			return err;
		}
	}
	hook_its_init();
	registered = true;
	return 0;
}
#else
static void unregister_all(void)
{
}

static int register_all(void)
{
	pr_err("hook: this kernel has no CONFIG_DYNAMIC_FTRACE_WITH_ARGS: drivers can use rhi_pool, but are not redirected\n");
	return -EOPNOTSUPP;
}
#endif

/*
 * What the mail series "Enforce host page-size alignment for shared buffers" (v3, v4) adds
 * to the kernel.
 */
static bool kernel_aligns(void)
{
	return ksym_function("mem_decrypt_granule_size") ||
	       ksym_function("rhi_get_ipa_change_alignment");
}

/**
 * hook_set() - switch the hook on or off
 * @on: which
 *
 * Context: Process, may sleep.
 * Return:
 * * %0 - done
 * * %-EOPNOTSUPP - the kernel cannot do it, or the granule is not known
 * * %-EBUSY, and others of ftrace - one of the functions cannot be replaced: the log says which
 * * %-EALREADY - the kernel does it by itself
 * * %-ENOMEM - no memory
 */
int hook_set(bool on)
{
	int err = 0;

	guard(mutex)(&hook_lock);
	if (on && !hostconf.granule) {
		pr_err("hook: the host's granule is not known: %s\n", hostconf_meaning());
		return -EOPNOTSUPP;
	}
	if (on && kernel_aligns()) {
		pr_err("hook: this kernel keeps to the host's granule by itself: nothing to redirect\n");
		return -EALREADY;
	}
	if (on && !registered)
		err = register_all();
	if (!err)
		WRITE_ONCE(taking, on);
	return err;
}

/**
 * hook_exit() - let go of the kernel's functions; no object of this module's making exists
 *
 * Context: Process, may sleep.
 */
void hook_exit(void)
{
	guard(mutex)(&hook_lock);
	WRITE_ONCE(taking, false);
	if (registered)
		unregister_all();
}

/**
 * hook_state() - is the hook on, off, or between the two?
 *
 * Context: Any.
 * Return: "on"; "draining" when it is switched off, but calls still reach this module;
 *	"off".
 */
const char *hook_state(void)
{
	if (READ_ONCE(taking))
		return "on";
	return READ_ONCE(registered) ? "draining" : "off";
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
		seq_puts(s, "# function redirected_calls\n");
		for (struct hook *hook = hooks; hook->name; hook++)
			seq_printf(s, "%s %lu\n", hook->name, nr_calls(hook));
	}
	arena_show_all(s);
}
