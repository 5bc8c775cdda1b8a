// SPDX-License-Identifier: GPL-2.0-only
/* Prints the checks as JSON. */
#include <stdio.h>

#include "json.h"
#include "ok.h"
#include "output.h"

static struct json_object *text_or_null(const char *text)
{
	return *text ? json_text(text) : NULL;
}

static struct json_object *check_object(const struct ok_check *check)
{
	struct json_object *object = json_map();

	json_set(object, "name", json_text(check->name));
	json_set(object, "parent", check->parent ? json_text(check->parent) : NULL);
	json_set(object, "verdict", json_text(ok_verdicts[check->verdict]));
	json_set(object, "reason", json_text(check->reason));
	json_set(object, "next", text_or_null(check->next));
	json_set(object, "run", text_or_null(check->run));
	json_set(object, "boot", text_or_null(check->boot));
	return object;
}

/**
 * json_ok - print the checks as JSON
 * @ok: the checks
 */
void json_ok(const struct ok *ok)
{
	struct json_object *report = json_report(), *checks = json_list();

	for (size_t i = 0; i < ok->nr; i++)
		json_append(checks, check_object(&ok->checks[i]));
	json_set(report, "exit_status", json_count(ok->exit_code));
	json_set(report, "passed", json_count(ok->counts[OK_PASS]));
	json_set(report, "warned", json_count(ok->counts[OK_WARN]));
	json_set(report, "failed", json_count(ok->counts[OK_FAIL]));
	json_set(report, "skipped", json_count(ok->counts[OK_SKIP]));
	json_set(report, "checks", checks);
	json_finish(report);
}
