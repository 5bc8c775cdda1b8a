/* SPDX-License-Identifier: GPL-2.0-only */
/* Keep the notes of who shares memory up to date. */
#ifndef _NOTE_TRACE_H
#define _NOTE_TRACE_H

#include <linux/types.h>

void note_trace_start(bool realm);
void note_trace_stop(void);
bool note_trace_gap(char *text, size_t size);

#endif /* _NOTE_TRACE_H */
