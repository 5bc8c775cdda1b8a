// SPDX-License-Identifier: GPL-2.0-only
#include <linux/array_size.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "fail.h"
#include "report.h"
#include "run.h"

static_assert(NR_KINDS == RHI_STRESS_NR_APIS);

static const char * const kinds[NR_KINDS] = { RHI_STRESS_APIS };
static const char * const failures[RHI_STRESS_NR_FAILURES] = { RHI_STRESS_FAILURES };
static const char * const latencies[RHI_STRESS_NR_LATENCIES] = { RHI_STRESS_LATENCIES };

static void show_words(struct seq_file *s, const char *key, const char * const *words, int nr)
{
	seq_printf(s, " %s=", key);
	for (int i = 0; i < nr; i++)
		seq_printf(s, "%s%s", i ? "|" : "", words[i]);
}

static void show_usage(struct seq_file *s)
{
	seq_puts(s, "# write any of: seed=N seconds=N operations=N workers=N min=BYTES max=BYTES blocks=N atomic=PERCENT handover=PERCENT mask=BITS every=N pressure=PERCENT hotplug=0|1 bare=0|1");
	show_words(s, "source", stress_sources, RHI_STRESS_NR_SOURCES);
	show_words(s, "context", stress_contexts, RHI_STRESS_NR_CONTEXTS);
	seq_puts(s, "; or stop\n");
}

static void show_request(struct seq_file *s, const struct stress_request *r)
{
	seq_printf(s, "seed 0x%llx\nsource %s\ncontext %s\n", r->seed, stress_sources[r->source],
		   stress_contexts[r->context]);
	seq_printf(s, "seconds %llu\noperations %llu\nworkers %llu\nmin %llu\nmax %llu\n",
		   r->seconds, r->operations, r->workers, r->min, r->max);
	seq_printf(s, "blocks %llu\natomic %llu\nhandover %llu\nmask %llu\n", r->blocks, r->atomic,
		   r->handover, r->mask);
	seq_printf(s, "every %llu\npressure %llu\nhotplug %llu\nbare %llu\n", r->every, r->pressure,
		   r->hotplug, r->bare);
}

static void show_counts(struct seq_file *s, const struct stress_run *run)
{
	u64 contexts[RHI_STRESS_ANY_CONTEXT] = { }, operations = 0, handovers = 0, skipped = 0;
	u64 kept = 0;

	for (unsigned int i = 0; i < run->request.workers; i++) {
		const struct stress_worker *w = &run->workers[i];

		operations += READ_ONCE(w->operation);
		handovers += READ_ONCE(w->handovers);
		skipped += READ_ONCE(w->skipped);
		kept += READ_ONCE(w->kept);
		for (int c = 0; c < ARRAY_SIZE(contexts); c++)
			contexts[c] += READ_ONCE(w->contexts[c]);
	}
	seq_printf(s, "done %llu\nhandovers %llu\nskipped %llu\nkept_by_host %llu\n", operations,
		   handovers, skipped, kept);
	for (int c = 0; c < ARRAY_SIZE(contexts); c++)
		seq_printf(s, "in_%s %llu\n", stress_contexts[c], contexts[c]);
	seq_puts(s, "# api allocs frees misses\n");
	for (int kind = 0; kind < NR_KINDS; kind++) {
		u64 allocs = 0, frees = 0, misses = 0;

		for (unsigned int i = 0; i < run->request.workers; i++) {
			const struct stress_worker *w = &run->workers[i];

			allocs += READ_ONCE(w->allocs[kind]);
			frees += READ_ONCE(w->frees[kind]);
			misses += READ_ONCE(w->misses[kind]);
		}
		seq_printf(s, "api %s %llu %llu %llu\n", kinds[kind], allocs, frees, misses);
	}
	if (run->is_watched)
		seq_printf(s, "misaligned_own %lld\nmisaligned_others %lld\n",
			   atomic64_read(&run->misaligned_own),
			   atomic64_read(&run->misaligned_others));
	seq_printf(s, "cpus_off %llu\npressed_bytes %llu\n", READ_ONCE(run->cpus_off),
		   READ_ONCE(run->pressed));
}

static void show_block(struct seq_file *s, const char *prefix, const struct stress_block *block)
{
	seq_printf(s, "%s_api %s\n%s_dma %pad\n%s_size %zu\n", prefix, kinds[block->kind], prefix,
		   &block->dma, prefix, block->size);
	seq_printf(s, "%s_worker %u\n%s_operation %llu\n", prefix, block->mark.worker, prefix,
		   block->mark.operation);
}

static void show_failure(struct seq_file *s, struct stress_run *run)
{
	const struct stress_failure *f = &run->failure;

	if (!stress_has_failed(run)) {
		seq_puts(s, "failure none\n");
		return;
	}
	seq_printf(s, "failure %s\n", failures[f->what]);
	if (f->worker < run->request.workers)
		seq_printf(s, "failure_worker %u\nfailure_operation %llu\n", f->worker,
			   f->operation);
	seq_printf(s, "failure_offset %zu\nfailure_expected 0x%llx\nfailure_found 0x%llx\n",
		   f->offset, f->expected, f->found);
	if (f->block.vaddr) {
		show_block(s, "block", &f->block);
		seq_printf(s, "block_phys %pa\n", &f->phys);
	}
	if (f->has_writer)
		seq_printf(s, "writer_worker %u\nwriter_operation %llu\n", f->writer.worker,
			   f->writer.operation);
	if (f->other.vaddr)
		show_block(s, "other", &f->other);
}

static void show_latency(struct seq_file *s, const struct stress_run *run,
			 enum rhi_stress_latency which, struct histogram *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < run->request.workers; i++)
		histogram_merge(sum, &run->workers[i].latency[which]);
	if (!sum->count)
		return;
	seq_printf(s, "latency %s %llu %llu %llu\n", latencies[which], sum->count, sum->sum,
		   sum->max);
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		if (sum->buckets[i])
			seq_printf(s, "bucket %s %llu %llu %llu\n", latencies[which],
				   histogram_low(i), histogram_high(i), sum->buckets[i]);
}

static void show_latencies(struct seq_file *s, const struct stress_run *run)
{
	struct histogram *sum = kvmalloc(sizeof(*sum), GFP_KERNEL);

	if (!sum)
		return;
	seq_puts(s, "# latency operation count sum_ns max_ns; bucket operation low_ns high_ns count\n");
	for (int i = 0; i < RHI_STRESS_NR_LATENCIES; i++)
		show_latency(s, run, i, sum);
	kvfree(sum);
}

/**
 * report_show() - print the accepted keys, and a run
 * @s: a seq_file
 * @run: the current or latest run; NULL if none was started
 *
 * Context: Process, may sleep. The caller keeps the run alive.
 */
void report_show(struct seq_file *s, struct stress_run *run)
{
	bool finished;
	u64 end;

	show_usage(s);
	if (!run)
		return;
	/* Read the state first: STRESS_FINISHED means that all other fields are final. */
	finished = smp_load_acquire(&run->state) == STRESS_FINISHED;
	seq_printf(s, "state %s\n", finished ? "finished" : "running");
	show_request(s, &run->request);
	end = finished ? run->end : ktime_get_ns();
	seq_printf(s, "granule %llu\nhook %s\nns %llu\n", run->granule, run->hook,
		   run->start && end > run->start ? end - run->start : 0);
	show_counts(s, run);
	if (!finished)
		return;
	seq_printf(s, "ended %s\nerror %d\n", run->error ? "error" : stress_has_failed(run) ?
		   "failure" : run->is_stopped ? "stopped" : "bound", run->error);
	seq_printf(s, "shares %llu\nunshares %llu\nleaked_bytes %llu\n",
		   run->after.shares - run->before.shares,
		   run->after.unshares - run->before.unshares,
		   run->after.leaked - run->before.leaked);
	show_failure(s, run);
	if (!run->request.bare)
		show_latencies(s, run);
}
