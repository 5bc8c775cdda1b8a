/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocate, check and fill a block; verify it; free it and check it again. */
#ifndef _STRESS_BLOCK_H
#define _STRESS_BLOCK_H

#include <linux/types.h>

#include "run.h"

bool block_create(struct stress_worker *w, struct stress_block *block, gfp_t gfp);
bool block_verify(struct stress_run *run, struct stress_worker *w, struct stress_block *block);
void block_destroy(struct stress_run *run, struct stress_worker *w, struct stress_block *block);

#endif /* _STRESS_BLOCK_H */
