// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switch the hook: decide which kernel functions are redirected, and when.
 *
 * hook=on redirects the functions that create pools and buffers and the functions that use them.
 * hook=off releases the first group at once, and the second when the last pool or buffer is
 * gone. Then nothing stays registered and a call costs what it did before.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include <rhi_granule.h>
#include <uapi/rhi_files.h>

#include "arena.h"
#include "bound.h"
#include "hook.h"
#include "hook_calls.h"
#include "hook_its.h"
#include "hostconf.h"
#include "kernel_granule.h"
#include "redirect.h"

static DEFINE_MUTEX(hook_lock);		/* protects the hook's state and registrations */
static enum { LOADING, READY, GONE } phase;
static bool wanted;			/* state to enter when READY */
static bool its_registered;

/* Releases each group that no pool or buffer needs. */
static void hook_settle_fn(struct work_struct *unused)
{
	guard(mutex)(&hook_lock);
	if (!hook_is_on())
		redirect_unregister(hooks, ~hook_groups_in_use());
}

static void switch_off(void)
{
	hook_turn(false);
	bound_forget();
	if (its_registered)
		hook_its_unregister();
	its_registered = false;
	/* After this every redirected call has been counted: see hook_turn(). */
	synchronize_rcu();
	redirect_unregister(hooks, ~hook_groups_in_use());
}

static int switch_on(void)
{
	int err;

	if (hook_is_on())
		return 0;
	err = redirect_register(hooks);
	if (err) {
		switch_off();
		return err;
	}
	hook_turn(true);
	bound_record();
	its_registered = !hook_its_register();
	return 0;
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
	name = kernel_granule_function();
	if (name) {
		pr_err("hook: stays off: this kernel aligns shared memory itself (%s)\n",
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
	INIT_WORK(&hook_settle_work, hook_settle_fn);
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
	}
	cancel_work_sync(&hook_settle_work);
	redirect_exit(hooks);
}

/**
 * rhi_hook_state() - name the state of the hook
 *
 * Context: Any.
 * Return: "on"; "draining" if it is off but pools or buffers are still in use, so that calls
 *	still reach this module; "off".
 */
const char *rhi_hook_state(void)
{
	if (hook_is_on())
		return RHI_HOOK_ON;
	return redirect_is_registered(hooks, HOOK_POOL_USE | HOOK_BUFFER_USE) ?
	       RHI_HOOK_DRAINING : RHI_HOOK_OFF;
}
EXPORT_SYMBOL_GPL(rhi_hook_state);

/**
 * hook_show() - print the state of the hook, the redirected calls, and the memory of each device
 * @s: a seq_file
 *
 * Context: Process, may sleep.
 */
void hook_show(struct seq_file *s)
{
	scoped_guard(mutex, &hook_lock) {
		seq_printf(s, "state %s\n", rhi_hook_state());
		redirect_show(hooks, s);
	}
	arena_show_all(s);
}
