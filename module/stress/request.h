/* SPDX-License-Identifier: GPL-2.0-only */
/* What a stress run does, as people write it. */
#ifndef _STRESS_REQUEST_H
#define _STRESS_REQUEST_H

#include <linux/types.h>

#include <uapi/rhi_stress.h>

/**
 * struct stress_request - what to do
 * @seed: of all that is random
 * @operations: the run ends after so many, of all workers; 0: no such bound
 * @seconds: the run ends after so long; 0: no such bound
 * @workers: kthreads, one on each CPU in turn
 * @min: of a block, bytes
 * @max: of a block, bytes
 * @blocks: that a worker keeps
 * @atomic: per cent of requests in process context with GFP_ATOMIC
 * @handover: per cent of live blocks that go to another worker, where they could be freed
 * @mask: bits of the device's DMA masks
 * @every: of so many lines of a block one is written and verified
 * @pressure: per cent of free memory that is taken and given back, again and again
 * @hotplug: take CPUs offline and back online
 * @bare: the same calls, and nothing else: no pattern, no check, no time
 * @source: where blocks come from
 * @context: where they are allocated and freed
 * @has_seed: @seed was given
 */
struct stress_request {
	u64 seed, operations;
	u64 seconds, workers, min, max, blocks, atomic, handover, mask, every;
	u64 pressure, hotplug, bare;
	enum rhi_stress_source source;
	enum rhi_stress_context context;
	bool has_seed;
};

extern const char * const stress_sources[RHI_STRESS_NR_SOURCES];
extern const char * const stress_contexts[RHI_STRESS_NR_CONTEXTS];

int stress_parse(char *text, unsigned int cpus, struct stress_request *request);

#endif /* _STRESS_REQUEST_H */
