// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the Realm and of its kernel's features. */
#include <errno.h>
#include <string.h>

#include "module.h"
#include "ok-check.h"
#include "ok-facts.h"
#include "sysroot.h"

/**
 * ok_realm - check whether this is a Realm, and with which RSI version
 * @facts: the facts
 * @check: gets the result
 */
void ok_realm(const struct facts *facts, struct ok_check *check)
{
	const struct kernel_log *log = &facts->log;

	if (facts->realm == YES && log->has_rsi) {
		ok_say(check, OK_PASS, "RSI version %u.%u", log->rsi_major, log->rsi_minor);
	} else if (facts->realm == YES) {
		ok_say(check, OK_PASS, "%s reports a Realm; the RSI version is in the kernel's "
				       "log, "
		       "which %s%s",
		       facts->realm_by, log->error ? "cannot be read: " : "no longer has it",
		       log->error ? sysroot_explain(log->error) : "");
	} else if (facts->realm == NO && log->rsi_mismatch) {
		ok_say(check, OK_FAIL, "this kernel supports none of the RMM's RSI versions");
		ok_next(check, "install a newer kernel, or use a host with another RMM");
		ok_run(check, "dmesg | grep RME:");
	} else if (facts->realm == NO && *facts->kernel.release &&
		   !kernel_is_since(&facts->kernel, 6, 13)) {
		ok_say(check, OK_FAIL, "not a Realm: Linux before 6.13 cannot run as one");
		ok_next(check, "see kernel");
	} else if (facts->realm == NO) {
		ok_say(check, OK_FAIL, "not an Arm CCA Realm, by %s",
		       facts->realm_by);
		ok_next(check, "start this guest as a Realm; dmesg then has a line that "
			"begins with RME:");
	} else {
		ok_say(check, OK_SKIP, "unknown: no file reports it, and the kernel's log %s%s",
		       log->error ? "cannot be read: " : "does not reach back to the boot",
		       log->error ? sysroot_explain(log->error) : "");
		if (facts->captured)
			ok_next(check, "capture /sys/devices/platform too, and dmesg in "
				"" LOG_CAPTURED);
		else if (log->error)
			ok_run(check, "sudo rhictl ok");
		else
			ok_run(check, "journalctl -k -b | grep RME:");
	}
}

/**
 * ok_kernel - check whether the kernel is new enough
 * @facts: the facts
 * @check: gets the result
 */
void ok_kernel(const struct facts *facts, struct ok_check *check)
{
	const char *release = facts->kernel.release;

	if (!*release) {
		ok_say(check, OK_SKIP, "unknown version");
		ok_next(check, "capture /proc/sys/kernel/osrelease too");
	} else if (kernel_is_since(&facts->kernel, 6, 13)) {
		ok_say(check, OK_PASS, "Linux %s", release);
	} else {
		ok_say(check, OK_FAIL, "Linux %s does not support Realms", release);
		ok_next(check, "install Linux 6.13 or later");
	}
}

/**
 * ok_debugfs - check whether debugfs, which most checks need, can be read
 * @facts: the facts
 * @check: gets the result
 */
void ok_debugfs(const struct facts *facts, struct ok_check *check)
{
	switch (facts->debugfs) {
	case 0:
		ok_say(check, OK_PASS, "mounted");
		return;
	case -ENODATA:
		ok_say(check, OK_WARN, "not mounted; most checks below need it");
		if (facts->captured)
			ok_next(check, "capture it too, as root");
		else
			ok_run(check, "mount -t debugfs none " DEBUGFS_ROOT);
		return;
	case -ENOENT:
		if (facts->captured) {
			ok_say(check, OK_SKIP, "unknown: it was not captured");
			ok_next(check, "capture it too, as root");
			return;
		}
		ok_say(check, OK_WARN, "not in this kernel; most checks below need it");
		ok_next(check, "use a kernel with CONFIG_DEBUG_FS, and do not boot it with "
			"debugfs=off");
		return;
	default:
		ok_unread(facts, check, DEBUGFS_ROOT, facts->debugfs);
	}
}

/* Returns true if the kernel has the feature; otherwise fills in @check. */
static bool has_feature(const struct facts *facts, struct ok_check *check,
			enum kernel_feature feature, const char *option, const char *effect)
{
	switch (facts->kernel.features[feature]) {
	case YES:
		return true;
	case NO:
		ok_say(check, OK_WARN, "this kernel lacks %s: %s", option, effect);
		ok_next(check, "use a kernel with it, such as Debian's");
		return false;
	default:
		ok_unread(facts, check, KALLSYMS, facts->kernel.error);
		return false;
	}
}

/* A switch that cannot be read counts as on. */
static bool is_on(const struct facts *facts, const char *path)
{
	char text[8];

	return sysroot_read_value(facts->root, path, text, sizeof(text)) || strcmp(text, "0");
}

/**
 * ok_ftrace - check whether ftrace supports the hook
 * @facts: the facts
 * @check: gets the result
 */
void ok_ftrace(const struct facts *facts, struct ok_check *check)
{
	static const char off[] = "the hook cannot be switched on";

	if (!has_feature(facts, check, HAS_FTRACE_ARGS, "CONFIG_DYNAMIC_FTRACE_WITH_ARGS", off))
		return;
	if (!is_on(facts, "/proc/sys/kernel/ftrace_enabled")) {
		ok_say(check, OK_WARN, "disabled: %s", off);
		ok_run(check, "sysctl kernel.ftrace_enabled=1");
		return;
	}
	ok_say(check, OK_PASS, "available with arguments, as the hook needs it");
}

/**
 * ok_kprobes - check whether the module can find functions that are not exported
 * @facts: the facts
 * @check: gets the result
 */
void ok_kprobes(const struct facts *facts, struct ok_check *check)
{
	static const char path[] = DEBUGFS_ROOT "/kprobes/enabled";

	if (!has_feature(facts, check, HAS_KPROBES, "CONFIG_KPROBES",
			 "no hook, and the audit names few owners"))
		return;
	if (!is_on(facts, path)) {
		ok_say(check, OK_WARN, "disabled: the hook cannot hook the GICv3 ITS");
		ok_run(check, "echo 1 >%s", path);
		return;
	}
	ok_say(check, OK_PASS, "available: the module can find functions that are not exported");
}

/* If the module is loaded, the restriction did not refuse it. */
static void say_restricted(const struct facts *facts, struct ok_check *check, const char *what)
{
	if (facts->loaded) {
		ok_say(check, OK_PASS, "%s; the module is loaded", what);
		return;
	}
	ok_say(check, OK_WARN, "%s: only modules signed with a trusted key load",
	       what);
	ok_next(check, "sign the module and enrol the key; with dkms as here, then confirm at "
		"the next boot");
	ok_run(check, "mokutil --import /var/lib/dkms/mok.pub");
}

/**
 * ok_lockdown - check whether lockdown restricts modules and files
 * @facts: the facts
 * @check: gets the result
 */
void ok_lockdown(const struct facts *facts, struct ok_check *check)
{
	const struct kernel_log *log = &facts->log;

	if (!strcmp(facts->lockdown, "none")) {
		ok_say(check, OK_PASS, "none");
	} else if (*facts->lockdown) {
		say_restricted(facts, check, facts->lockdown);
	} else if (log->locked_down) {
		say_restricted(facts, check, "locked down, by the kernel's log");
	} else if (facts->lockdown_error == -ENOENT && !facts->captured &&
		   sysroot_has(facts->root, "/sys/kernel/security/lsm")) {
		ok_say(check, OK_PASS, "not in this kernel");
	} else if (!log->error && log->has_boot) {
		ok_say(check, OK_PASS, "none, by the kernel's log");
	} else {
		ok_say(check, OK_SKIP, "unknown: " LOCKDOWN ": %s",
		       sysroot_explain(facts->lockdown_error));
		if (facts->captured)
			ok_next(check, "capture it too");
		else
			ok_run(check, "mount -t securityfs none /sys/kernel/security");
	}
}

/**
 * ok_signatures - check whether modules must be signed
 * @facts: the facts
 * @check: gets the result
 */
void ok_signatures(const struct facts *facts, struct ok_check *check)
{
	switch (facts->sig_enforce) {
	case NO:
		ok_say(check, OK_PASS, "not enforced");
		return;
	case YES:
		say_restricted(facts, check, "enforced");
		return;
	default:
		ok_say(check, OK_SKIP, "unknown: /sys/module/module/parameters/sig_enforce "
		       "was not captured");
		ok_next(check, "capture /sys/module/module and /sys/module/kernel too");
	}
}
