/* SPDX-License-Identifier: GPL-2.0-only */
/* Parse a request for a stress run. */
#ifndef _STRESS_REQUEST_H
#define _STRESS_REQUEST_H

#include <linux/types.h>

#include <uapi/rhi_stress.h>

/**
 * struct stress_request - parameters of a run
 * @seed: seed of all random choices
 * @operations: limit on the operations of all workers together; 0: none
 * @seconds: limit on the duration; 0: none
 * @workers: kthreads, distributed over the CPUs in turn
 * @min: smallest block size in bytes
 * @max: largest block size in bytes
 * @blocks: blocks per worker
 * @atomic: percentage of requests in process context that use GFP_ATOMIC
 * @handover: percentage of live blocks handed to another worker instead of being freed
 * @mask: bits of the device's DMA masks
 * @every: one of this many lines of a block is written and verified
 * @pressure: percentage of available memory that is repeatedly allocated and freed
 * @hotplug: take CPUs offline and back online
 * @bare: make the same calls without patterns, checks and timing
 * @source: the APIs that blocks come from
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
