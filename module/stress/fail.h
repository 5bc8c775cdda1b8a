/* SPDX-License-Identifier: GPL-2.0-only */
/* Record the first failure, which ends a run. */
#ifndef _STRESS_FAIL_H
#define _STRESS_FAIL_H

#include <linux/types.h>

#include <uapi/rhi_stress.h>

struct stress_block;
struct stress_run;
struct stress_worker;

phys_addr_t stress_phys(const void *vaddr);
void stress_fail(struct stress_run *run, struct stress_worker *w, enum rhi_stress_failure what,
		 struct stress_block *block, size_t offset, u64 expected, u64 found);
void stress_fail_content(struct stress_run *run, struct stress_worker *w,
			 struct stress_block *block, size_t offset, u64 expected, u64 found);
void stress_find_overlap(struct stress_run *run);
bool stress_has_failed(struct stress_run *run);

#endif /* _STRESS_FAIL_H */
