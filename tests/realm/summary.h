/* SPDX-License-Identifier: GPL-2.0-only */
/* The run's figures as JSON, for whoever reads the mailbox out of RAM. */
#ifndef REALM_SUMMARY_H
#define REALM_SUMMARY_H

#include "realm.h"

/*
 * The text stands in the mailbox twice, at its beginning and its middle. They
 * are written one after the other, so that one is whole whenever the run stops.
 */
#define SUMMARY_COPIES	2

/* Runs that are listed as shared and misaligned in the end. */
#define SHARED_MISALIGNED_MAX	512

/* All but the lists, padded with blanks: the first list only ever grows. */
#define SUMMARY_HEAD	4096

/**
 * summary_init() - say where the summary goes, and write the first one
 * @realm:	Realm; it need not be configured yet
 * @mailbox:	memory
 * @size:	its size in bytes
 */
void summary_init(struct realm *realm, char *mailbox, size_t size);

/**
 * summary_refresh() - bring the mailbox up to date
 * @realm:	Realm; its lock is held
 * @now:	do it even if the latest refresh was less than a millisecond ago
 */
void summary_refresh(struct realm *realm, bool now);

/**
 * summary_text() - the text as of the latest refresh
 *
 * Return: NUL-terminated, with the padding.
 */
const char *summary_text(void);

#endif
