/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocate blocks through each API, as drivers call it. */
#ifndef _STRESS_SOURCE_H
#define _STRESS_SOURCE_H

#include <linux/types.h>

#include "run.h"

int source_create(struct stress_run *run);
void source_destroy(struct stress_run *run);
bool source_is_atomic(enum stress_kind kind, bool is_free);
bool source_alloc(struct stress_run *run, struct stress_block *block, gfp_t gfp);
void source_free(struct stress_run *run, struct stress_block *block);

#endif /* _STRESS_SOURCE_H */
