/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that implement the checks of rhictl ok, and helpers that fill in a check. */
#ifndef OK_CHECK_H
#define OK_CHECK_H

#include <stdbool.h>

#include "ok.h"

struct facts;

#define OK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

void ok_say(struct ok_check *check, enum ok_verdict verdict, const char *format, ...)
	OK_PRINTF(3, 4);
void ok_next(struct ok_check *check, const char *format, ...) OK_PRINTF(2, 3);
void ok_run(struct ok_check *check, const char *format, ...) OK_PRINTF(2, 3);
void ok_boot(struct ok_check *check, const char *format, ...) OK_PRINTF(2, 3);

/* A comma-separated list of as many items as fit. */
struct ok_list {
	char text[200];
	bool has_more;
};

void ok_list_add(struct ok_list *list, const char *format, ...) OK_PRINTF(2, 3);
const char *ok_list_rest(const struct ok_list *list);

void ok_unread(const struct facts *facts, struct ok_check *check, const char *path, int error);
bool ok_is_realm(const struct facts *facts, struct ok_check *check);
bool ok_has_module(const struct facts *facts, struct ok_check *check);
bool ok_has_granule(const struct facts *facts, struct ok_check *check);
bool ok_has_totals(const struct facts *facts, struct ok_check *check);

/* Performs one check. */
typedef void ok_look(const struct facts *facts, struct ok_check *check);

ok_look ok_realm, ok_kernel, ok_debugfs, ok_ftrace, ok_kprobes, ok_lockdown, ok_signatures;
ok_look ok_module, ok_version, ok_format, ok_unload;
ok_look ok_host, ok_granule, ok_sharing, ok_at_boot, ok_devices, ok_hook;
ok_look ok_swiotlb, ok_peak, ok_place, ok_growth, ok_full, ok_atomic;
ok_look ok_leaks, ok_refusals, ok_frees, ok_audit;

#endif
