// SPDX-License-Identifier: GPL-2.0-only
/* What all checks fill in alike. */
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

/* Prints into an array of this size. */
#define PRINT(text, format)						\
do {									\
	va_list args;							\
									\
	va_start(args, format);						\
	vsnprintf(text, sizeof(text), format, args);			\
	va_end(args);							\
} while (0)

/**
 * ok_say - say what a check came to
 * @check: the check
 * @verdict: what it came to
 * @format: of the reason, as for printf(3)
 */
void ok_say(struct ok_check *check, enum ok_verdict verdict, const char *format, ...)
{
	check->verdict = verdict;
	PRINT(check->reason, format);
}

/**
 * ok_next - say what to do
 * @check: the check
 * @format: of a sentence, as for printf(3)
 */
void ok_next(struct ok_check *check, const char *format, ...)
{
	PRINT(check->next, format);
}

/**
 * ok_run - say which command does it
 * @check: the check
 * @format: of the command, as for printf(3)
 */
void ok_run(struct ok_check *check, const char *format, ...)
{
	PRINT(check->run, format);
}

/**
 * ok_boot - say what the next boot needs
 * @check: the check
 * @format: of parameters for the kernel's command line, as for printf(3)
 */
void ok_boot(struct ok_check *check, const char *format, ...)
{
	PRINT(check->boot, format);
}

/**
 * ok_list_add - make a list longer
 * @list: all zero at first
 * @format: of the item, as for printf(3)
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
 * ok_list_rest - what to say behind a list
 * @list: the list
 *
 * Return: the words; "" if all have room.
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
 * ok_unread - nothing can be said without a file
 * @facts: the facts
 * @check: gets the verdict SKIP, and what to do if it is the user that can do it
 * @path: the file
 * @error: why it could not be read: -errno
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
 * ok_is_realm - is there a host to share memory with?
 * @facts: the facts
 * @check: gets the verdict SKIP if there is none
 *
 * Return: false if there is none; true also where nobody can tell.
 */
bool ok_is_realm(const struct facts *facts, struct ok_check *check)
{
	if (facts->realm != NO)
		return true;
	ok_say(check, OK_SKIP, "no memory is shared with a host: see realm");
	return false;
}

/**
 * ok_has_module - is the module there, in a Realm?
 * @facts: the facts
 * @check: gets the verdict SKIP if not
 *
 * Return: true if so, and all of its files that could be read are as they must be.
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
 * ok_has_granule - is the granule known?
 * @facts: the facts
 * @check: gets the verdict SKIP if not
 *
 * Return: true if so.
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
 * ok_has_totals - is it known what the module has converted?
 * @facts: the facts
 * @check: gets the verdict SKIP if not
 *
 * Return: true if so.
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
