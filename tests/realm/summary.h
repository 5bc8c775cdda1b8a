/* SPDX-License-Identifier: GPL-2.0-only */
/* The run's counters as JSON, in a mailbox in RAM. */
#ifndef REALM_SUMMARY_H
#define REALM_SUMMARY_H

#include "realm.h"

/*
 * The mailbox holds the text twice, at its start and middle. The copies are written one after the
 * other, so that one of them is complete whenever the run stops.
 */
#define SUMMARY_COPIES	2

/* Maximum number of shared misaligned runs to list at the end */
#define SHARED_MISALIGNED_MAX	512

/* Everything but the lists, padded with blanks, so that the first list can grow in place */
#define SUMMARY_HEAD	4096

/**
 * summary_init() - set the mailbox and write the first summary
 * @realm:	Realm; it may be unconfigured
 * @mailbox:	memory for the summary
 * @size:	size of @mailbox in bytes
 */
void summary_init(struct realm *realm, char *mailbox, size_t size);

/**
 * summary_refresh() - update the mailbox
 * @realm:	Realm; its lock is held
 * @now:	update even if the last update was less than a millisecond ago
 */
void summary_refresh(struct realm *realm, bool now);

/**
 * summary_text() - get the text of the last update
 *
 * Return: NUL-terminated, with the padding.
 */
const char *summary_text(void);

#endif
