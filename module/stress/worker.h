/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that allocate, fill, verify, hand over and free blocks. */
#ifndef _STRESS_WORKER_H
#define _STRESS_WORKER_H

#include "run.h"

void worker_init(struct stress_run *run, unsigned int index, struct stress_block *blocks);
int worker_start(struct stress_worker *w, int cpu);

#endif /* _STRESS_WORKER_H */
