// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the module: loaded, same release as rhictl, can be unloaded. */
#include <errno.h>
#include <string.h>

#include <rhi_files.h>

#include "module.h"
#include "ok-check.h"
#include "ok-facts.h"
#include "sysroot.h"
#include "version.h"

#define MODULE	"/sys/module/rhi_probe"

/* The kernel rate-limits the message about unsigned modules, so the log may lack it. */
static bool needs_signature(const struct facts *facts)
{
	return facts->log.unsigned_refused || facts->log.locked_down || facts->sig_enforce == YES ||
	       (*facts->lockdown && strcmp(facts->lockdown, "none"));
}

/**
 * ok_module - check whether the module is loaded
 * @facts: the facts
 * @check: gets the result
 */
void ok_module(const struct facts *facts, struct ok_check *check)
{
	if (facts->loaded) {
		ok_say(check, OK_PASS, "loaded");
		return;
	}
	if (facts->realm == NO) {
		ok_say(check, OK_SKIP, "not loaded: only useful in a Realm");
		ok_next(check, "for benchmarks it loads outside a Realm too");
		ok_run(check, "modprobe rhi_probe force=1");
		return;
	}
	if (needs_signature(facts)) {
		ok_say(check, OK_FAIL, "not loaded: the kernel loads only signed modules");
		ok_next(check, "see lockdown and signatures; then load it");
	} else if (facts->kernel.features[HAS_ALIGNMENT] == YES) {
		ok_say(check, OK_WARN, "not loaded: this kernel aligns shared memory itself, "
		       "but does not show the granule");
	} else {
		ok_say(check, OK_FAIL, "not loaded: the host's granule is unknown");
	}
	ok_run(check, "modprobe rhi_probe");
}

static void ask_for_one_release(struct ok_check *check)
{
	ok_next(check, "install module and rhictl of one release, and reload the module");
	ok_run(check, "modprobe -r rhi_stress rhi_probe; modprobe rhi_probe");
}

/**
 * ok_version - check whether the module and rhictl have the same version
 * @facts: the facts
 * @check: gets the result
 */
void ok_version(const struct facts *facts, struct ok_check *check)
{
	char text[64];
	int ret;

	if (!facts->loaded) {
		ok_has_module(facts, check);
		return;
	}
	ret = sysroot_read_value(facts->root, MODULE "/version", text, sizeof(text));
	if (ret) {
		ok_unread(facts, check, MODULE "/version", ret);
	} else if (!strcmp(text, RHICTL_VERSION)) {
		ok_say(check, OK_PASS, "same as rhictl");
	} else {
		ok_say(check, OK_WARN, "the module is version %s, rhictl is not", text);
		ask_for_one_release(check);
	}
}

/**
 * ok_format - check whether rhictl supports the format of the module's files
 * @facts: the facts
 * @check: gets the result
 */
void ok_format(const struct facts *facts, struct ok_check *check)
{
	if (!facts->loaded) {
		ok_has_module(facts, check);
		return;
	}
	if (facts->module_error) {
		ok_say(check, OK_FAIL, "rhictl cannot parse one of the module's files; the "
		       "message on standard error names it");
		ask_for_one_release(check);
		return;
	}
	if (facts->about_error && facts->totals_error) {
		ok_unread(facts, check, DEBUGFS "/about", facts->about_error);
		return;
	}
	if (!facts->about.format.given || facts->about.format.value < RHI_FORMAT) {
		ok_say(check, OK_WARN, "the module is older than rhictl");
		ask_for_one_release(check);
		return;
	}
	if (facts->about.format.value > RHI_FORMAT) {
		ok_say(check, OK_WARN, "the module is newer than rhictl");
		ask_for_one_release(check);
		return;
	}
	ok_say(check, OK_PASS, "same as rhictl");
}

static bool add_holder(void *to, const char *name)
{
	ok_list_add(to, "%s", name);
	return true;
}

/* Names the holders of references, and how to release them. */
static void say_held(const struct facts *facts, struct ok_check *check, uint64_t references)
{
	const bool has_stress = sysroot_has(facts->root, MODULE "/holders/rhi_stress");
	const size_t nr_devices = facts->hook.nr_devices;
	struct ok_list users = { 0 };

	sysroot_list(facts->root, MODULE "/holders", add_holder, &users);
	for (size_t i = 0; i < nr_devices; i++)
		ok_list_add(&users, "%s", facts->hook.devices[i].name);
	if (!*users.text) {
		ok_say(check, OK_WARN, "cannot be unloaded: %llu references, held by no module "
				       "or device; "
		       "readers of " DEBUGFS " and recently freed buffers hold references",
		       (unsigned long long)references);
		ok_next(check, "wait two seconds, then find the readers");
		ok_run(check, "fuser -v " DEBUGFS "/*");
		return;
	}
	if (!has_stress && (facts_hook_is(facts, RHI_HOOK_ON) || !nr_devices)) {
		ok_say(check, OK_PASS, "in use by %s%s", users.text, ok_list_rest(&users));
		return;
	}
	ok_say(check, OK_WARN, "cannot be unloaded: in use by %s%s", users.text,
	       ok_list_rest(&users));
	if (has_stress) {
		ok_next(check, "a Realm in production does not need rhi_stress");
		ok_run(check, "modprobe -r rhi_stress");
	} else {
		ok_next(check, "unbind these devices or unload their drivers, then unload "
			"the module");
		ok_run(check, "modprobe -r rhi_probe");
	}
}

/**
 * ok_unload - check whether the module can be unloaded
 * @facts: the facts
 * @check: gets the result
 */
void ok_unload(const struct facts *facts, struct ok_check *check)
{
	static const char path[] = MODULE "/refcnt";
	uint64_t references;
	char text[24];
	int ret;

	if (!facts->loaded) {
		ok_has_module(facts, check);
		return;
	}
	ret = sysroot_read_value(facts->root, path, text, sizeof(text));
	if (!ret && !decode_decimal(text, &references))
		ret = -EPROTO;
	if (ret)
		ok_unread(facts, check, path, ret);
	else if (references)
		say_held(facts, check, references);
	else
		ok_say(check, OK_PASS, "not in use");
}
