/* SPDX-License-Identifier: GPL-2.0-only */
/* Add memory pressure and CPU hotplug to a run. */
#ifndef _STRESS_LOAD_H
#define _STRESS_LOAD_H

struct stress_run;

int load_begin(struct stress_run *run);
void load_end(void);

#endif /* _STRESS_LOAD_H */
