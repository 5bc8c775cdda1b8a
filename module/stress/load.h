/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes it harder: memory that is short, and CPUs that come and go. */
#ifndef _STRESS_LOAD_H
#define _STRESS_LOAD_H

struct stress_run;

int load_begin(struct stress_run *run);
void load_end(void);

#endif /* _STRESS_LOAD_H */
