// SPDX-License-Identifier: GPL-2.0-only
/* Helpers that fill in a check. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "ok-check.h"
#include "ok-facts.h"
#include "sysroot.h"

const char *const ok_verdicts[NR_OK_VERDICTS] = {
	[OK_PASS] = "PASS",
	[OK_WARN] = "WARN",
	[OK_FAIL] = "FAIL",
	[OK_SKIP] = "SKIP",
};

/* @text must be an array, not a pointer. */
#define PRINT(text, format)						\
do {									\
	va_list args;							\
									\
	va_start(args, format);						\
	vsnprintf(text, sizeof(text), format, args);			\
	va_end(args);							\
} while (0)

/**
 * ok_say - set the verdict and reason of a check
 * @check: the check
 * @verdict: the verdict
 * @format: format of the reason, as for printf(3)
 */
void ok_say(struct ok_check *check, enum ok_verdict verdict, const char *format, ...)
{
	check->verdict = verdict;
	PRINT(check->reason, format);
}

/**
 * ok_next - set the advice of a check
 * @check: the check
 * @format: format of a sentence, as for printf(3)
 */
void ok_next(struct ok_check *check, const char *format, ...)
{
	PRINT(check->next, format);
}

/**
 * ok_run - set the command that follows the advice
 * @check: the check
 * @format: format of the command, as for printf(3)
 */
void ok_run(struct ok_check *check, const char *format, ...)
{
	PRINT(check->run, format);
}

/**
 * ok_boot - set the kernel parameters for the next boot
 * @check: the check
 * @format: format of the parameters, as for printf(3)
 */
void ok_boot(struct ok_check *check, const char *format, ...)
{
	PRINT(check->boot, format);
}

/**
 * ok_list_add - append an item to a list
 * @list: the list; zero it before the first item
 * @format: format of the item, as for printf(3)
 */
void ok_list_add(struct ok_list *list, const char *format, ...)
{
	const size_t len = strlen(list->text);
	char item[128];

	PRINT(item, format);
	if (len + strlen(item) + strlen(", ") >= sizeof(list->text))
		list->has_more = true;
	if (!list->has_more)
		snprintf(list->text + len, sizeof(list->text) - len, "%s%s", len ? ", " : "", item);
}

/**
 * ok_list_rest - get the text to print after a list
 * @list: the list
 *
 * Return: the text; "" if the list has all items.
 */
const char *ok_list_rest(const struct ok_list *list)
{
	return list->has_more ? " and others" : "";
}

static bool is_refused(int error)
{
	return error == -EACCES || error == -EPERM;
}

/**
 * ok_unread - skip a check that needs an unreadable file
 * @facts: the facts
 * @check: gets the verdict SKIP and advice
 * @path: the file
 * @error: -errno from reading it
 */
void ok_unread(const struct facts *facts, struct ok_check *check, const char *path, int error)
{
	ok_say(check, OK_SKIP, "unknown: %s: %s", path, sysroot_explain(error));
	if (facts->captured)
		ok_next(check, "capture it too, as root");
	else if (is_refused(error) && geteuid())
		ok_run(check, "sudo rhictl ok");
	else if (!strncmp(path, DEBUGFS_ROOT "/", strlen(DEBUGFS_ROOT "/")) && facts->debugfs)
		ok_next(check, "see debugfs");
	else
		ok_next(check, "install a kernel and a module that provide it");
}

/**
 * ok_is_realm - check whether this is a Realm, which shares memory with a host
 * @facts: the facts
 * @check: gets the verdict SKIP if not
 *
 * Return: false if this is not a Realm; true also if that is unknown.
 */
bool ok_is_realm(const struct facts *facts, struct ok_check *check)
{
	if (facts->realm != NO)
		return true;
	ok_say(check, OK_SKIP, "no memory is shared with a host: see realm");
	return false;
}

/**
 * ok_has_module - check whether the module is loaded in a Realm
 * @facts: the facts
 * @check: gets the verdict SKIP if not
 *
 * Return: true if it is loaded and its readable files have the expected content.
 */
bool ok_has_module(const struct facts *facts, struct ok_check *check)
{
	if (!ok_is_realm(facts, check))
		return false;
	if (!facts->loaded) {
		ok_say(check, OK_SKIP, "the module is not loaded: see module");
		return false;
	}
	if (facts->module_error) {
		ok_say(check, OK_SKIP, "cannot read the module's files: see format");
		return false;
	}
	return true;
}

/**
 * ok_has_granule - check whether the granule is known
 * @facts: the facts
 * @check: gets the verdict SKIP if not
 *
 * Return: true if it is known.
 */
bool ok_has_granule(const struct facts *facts, struct ok_check *check)
{
	if (!ok_has_module(facts, check))
		return false;
	if (facts->info.granule_bytes)
		return true;
	ok_say(check, OK_SKIP, "the granule is unknown: see granule");
	return false;
}

/**
 * ok_has_totals - check whether the module's totals are known
 * @facts: the facts
 * @check: gets the verdict SKIP if not
 *
 * Return: true if they are known.
 */
bool ok_has_totals(const struct facts *facts, struct ok_check *check)
{
	if (!ok_has_module(facts, check))
		return false;
	if (!facts->totals_error)
		return true;
	ok_unread(facts, check, DEBUGFS "/pools", facts->totals_error);
	return false;
}
