/* SPDX-License-Identifier: GPL-2.0-only */
/* Count the kernel's conversions of less than whole granules during a run. */
#ifndef _STRESS_WATCH_H
#define _STRESS_WATCH_H

struct stress_run;

void watch_begin(struct stress_run *run);
void watch_end(struct stress_run *run);

#endif /* _STRESS_WATCH_H */
