/* SPDX-License-Identifier: GPL-2.0-only */
/* Redirect functions of the running kernel, by ftrace. */
#ifndef _REDIRECT_H
#define _REDIRECT_H

#include <linux/ftrace.h>
#include <linux/types.h>

struct seq_file;

#define HOOK_MAX	10	/* functions in a table */

/**
 * struct hook - one redirected kernel function
 * @name: symbol name; an entry without a name ends a table
 * @function: address; NULL until it is looked up by @name if the function is not exported
 * @group: one bit, shared by functions that are released together
 * @redirects: decides from the arguments whether @replacement handles this call. Runs in the
 *	caller's context, which can be any, without preemption. On true, @replacement owns the
 *	module reference and the count that @redirects acquired, if any
 * @replacement: called instead of @function
 * @direct: trampoline that decides by itself, in fewer instructions; or NULL
 * @resume: where to store the address at which @function continues after its ftrace site; or
 *	NULL
 * @is_registered: calls reach this module
 * @is_direct: the latest registration used @direct
 * @calls: calls redirected through @redirects; NULL if never registered
 * @ops: ftrace ops for @direct
 */
struct hook {
	const char *name;
	void *function;
	unsigned int group;
	bool (*redirects)(struct ftrace_regs *fregs);
	void *replacement;
	void *direct;
	unsigned long *resume;
	bool is_registered, is_direct;
	unsigned long __percpu *calls;
	struct ftrace_ops ops;
};

int redirect_register(struct hook *hooks);
void redirect_unregister(struct hook *hooks, unsigned int groups);
bool redirect_is_registered(const struct hook *hooks, unsigned int groups);
void redirect_show(const struct hook *hooks, struct seq_file *s);
void redirect_exit(struct hook *hooks);

#endif /* _REDIRECT_H */
