// SPDX-License-Identifier: GPL-2.0-only
/* What went wrong so far, by the module's own count; and when memory was looked at. */
#include "module.h"
#include "ok-check.h"
#include "ok-facts.h"
#include "size.h"

/* The value of a total; SKIP where the module does not count it. */
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
 * ok_leaks - was memory lost?
 * @facts: the facts
 * @check: filled in
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
 * ok_refusals - did the host refuse conversions?
 * @facts: the facts
 * @check: filled in
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
 * ok_frees - did drivers free what they did not have?
 * @facts: the facts
 * @check: filled in
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
	ok_say(check, OK_WARN, "the module ignored %llu frees of blocks that were free already, or were not "
	       "the driver's", (unsigned long long)count);
	ok_next(check, "report it to the authors of the driver that the log names");
	ok_run(check, "dmesg | grep rhi_probe");
}

/**
 * ok_audit - when was memory last looked at?
 * @facts: the facts
 * @check: filled in
 *
 * The module keeps no time, and a walk of all memory takes too long here.
 */
void ok_audit(const struct facts *facts, struct ok_check *check)
{
	if (!ok_has_granule(facts, check))
		return;
	ok_say(check, OK_SKIP, "unknown: the module does not record audits");
	ok_next(check, "audit memory; it takes longer than these checks");
	ok_run(check, "rhictl audit");
}
