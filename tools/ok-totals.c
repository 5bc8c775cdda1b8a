// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the module's error counters and of its latest audit. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rhi_files.h>

#include "module.h"
#include "ok-check.h"
#include "ok-facts.h"
#include "size.h"

/* Reads a total; the verdict is SKIP if the module does not count it. */
static bool has_total(const struct facts *facts, struct ok_check *check, enum metrics_total total,
		      uint64_t *value)
{
	if (!ok_has_totals(facts, check))
		return false;
	*value = facts->totals[total].value;
	if (facts->totals[total].given)
		return true;
	ok_say(check, OK_SKIP, "not counted by this module: see format");
	return false;
}

/**
 * ok_leaks - check for leaked memory
 * @facts: the facts
 * @check: gets the result
 */
void ok_leaks(const struct facts *facts, struct ok_check *check)
{
	uint64_t bytes;

	if (!has_total(facts, check, TOTAL_LEAKED_BYTES, &bytes))
		return;
	if (!bytes) {
		ok_say(check, OK_PASS, "none");
		return;
	}
	ok_say(check, OK_FAIL, "%s are lost until the Realm ends: the host stopped in the middle "
	       "of a conversion or refused to undo one, or a pool was destroyed with blocks in use",
	       size_text(bytes).text);
	ok_next(check, "the log says which: report it to the host's operator, or to the "
		"driver's authors");
	ok_run(check, "dmesg | grep rhi_probe");
}

/**
 * ok_refusals - check for conversions that the host refused
 * @facts: the facts
 * @check: gets the result
 */
void ok_refusals(const struct facts *facts, struct ok_check *check)
{
	uint64_t count;

	if (!has_total(facts, check, TOTAL_REFUSED, &count))
		return;
	if (!count) {
		ok_say(check, OK_PASS, "none");
		return;
	}
	ok_say(check, OK_WARN, "the host refused %llu conversions; no memory was lost, but "
	       "allocations failed", (unsigned long long)count);
	ok_next(check, "report it to the host's operator with the log");
	ok_run(check, "dmesg | grep rhi_probe");
}

/**
 * ok_frees - check for bad frees by drivers
 * @facts: the facts
 * @check: gets the result
 */
void ok_frees(const struct facts *facts, struct ok_check *check)
{
	uint64_t count;

	if (!has_total(facts, check, TOTAL_BAD_FREES, &count))
		return;
	if (!count) {
		ok_say(check, OK_PASS, "no bad frees");
		return;
	}
	ok_say(check, OK_WARN, "the module ignored %llu frees of blocks that were free already, "
			       "or were not "
	       "the driver's", (unsigned long long)count);
	ok_next(check, "report it to the authors of the driver that the log names");
	ok_run(check, "dmesg | grep rhi_probe");
}

/**
 * ok_audit - check the result of the latest audit
 * @facts: the facts
 * @check: gets the result
 *
 * Starts no audit, because an audit takes longer than all checks together.
 */
void ok_audit(const struct facts *facts, struct ok_check *check)
{
	const struct about *about = &facts->about;
	char age[48] = "";

	if (!ok_has_granule(facts, check))
		return;
	if (facts->about_error) {
		ok_unread(facts, check, DEBUGFS "/about", facts->about_error);
		return;
	}
	if (about->audit_age.given)
		snprintf(age, sizeof(age), ", %" PRIu64 " s ago", about->audit_age.value);
	if (!*about->audit_verdict) {
		ok_say(check, OK_SKIP, "none since the module was loaded");
		ok_next(check, "audit memory; it takes longer than these checks");
	} else if (!strcmp(about->audit_verdict, RHI_AUDIT_ALIGNED)) {
		ok_say(check, OK_PASS, "%s%s", about->audit_verdict, age);
		return;
	} else if (!strcmp(about->audit_verdict, RHI_AUDIT_MISALIGNED) ||
		   !strcmp(about->audit_verdict, RHI_AUDIT_DESTROYED)) {
		ok_say(check, OK_FAIL, "%s%s", about->audit_verdict, age);
		ok_next(check, "audit again: it lists the owners");
	} else {
		ok_say(check, OK_WARN, "%s%s", about->audit_verdict, age);
		ok_next(check, "audit again");
	}
	ok_run(check, "rhictl audit");
}
