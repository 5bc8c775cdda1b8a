// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints metrics in the Prometheus text format, for the textfile collector of node_exporter.
 * Omits unknown values: 0 would look like a measured value.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "metrics.h"
#include "output.h"

struct metric {
	const char *name, *type, *help;
};

static const struct metric totals[NR_TOTALS] = {
	[TOTAL_SHARED_CHUNKS]	 = { "rhi_shared_chunks", "gauge",
		"Runs of whole granules that rhi_probe shares now." },
	[TOTAL_SHARED_BYTES]	 = { "rhi_shared_bytes", "gauge",
		"Memory that rhi_probe shares with the host now." },
	[TOTAL_SHARES]		 = { "rhi_shares_total", "counter",
		"Conversions to shared by rhi_probe that succeeded." },
	[TOTAL_UNSHARES]	 = { "rhi_unshares_total", "counter",
		"Conversions back to private by rhi_probe that succeeded." },
	[TOTAL_REFUSED]		 = { "rhi_refused_conversions_total", "counter",
		"Conversions that the host refused; nothing was lost." },
	[TOTAL_LEAKED_BYTES]	 = { "rhi_leaked_bytes_total", "counter",
		"Memory that is lost until the Realm ends." },
	[TOTAL_TRANSFERRED_BYTES] = { "rhi_transferred_bytes_total", "counter",
		"Memory that is shared for good, for the GICv3 ITS." },
	[TOTAL_BAD_FREES]	 = { "rhi_bad_frees_total", "counter",
		"Blocks that drivers freed twice or never had; refused." },
};

static const struct metric swiotlb[NR_SWIOTLB] = {
	[SWIOTLB_SIZE]	   = { "rhi_swiotlb_size_bytes", "gauge",
		"The kernel's bounce buffers." },
	[SWIOTLB_USED]	   = { "rhi_swiotlb_used_bytes", "gauge",
		"Bounce buffers that are in use now." },
	[SWIOTLB_USED_MAX] = { "rhi_swiotlb_used_hiwater_bytes", "gauge",
		"The most bounce buffers that were in use at once." },
	[SWIOTLB_TRANSIENT] = { "rhi_swiotlb_transient_bytes", "gauge",
		"Bounce buffers for single requests, made because the others were full." },
};

static const struct {
	enum audit_sum sum;
	struct metric metric;
} sums[] = {
	{ SUM_MISALIGNED_RUNS, { "rhi_audit_misaligned_runs", "gauge",
		"Runs of shared memory that begin or end inside of a granule." } },
	{ SUM_MISALIGNED_GRANULES, { "rhi_audit_misaligned_granules", "gauge",
		"Granules that are shared in part." } },
	{ SUM_MISALIGNED_PRIVATE_BYTES, { "rhi_audit_misaligned_private_bytes", "gauge",
		"Private memory in granules that are shared in part." } },
	{ SUM_DESTROYED_BYTES, { "rhi_audit_destroyed_bytes", "gauge",
		"RAM that the host has destroyed." } },
	{ SUM_SHARED_BYTES, { "rhi_audit_shared_bytes", "gauge",
		"RAM that is shared with the host, by whomever." } },
	{ SUM_PRIVATE_BYTES, { "rhi_audit_private_bytes", "gauge",
		"RAM that is private." } },
};

static void head(FILE *to, const struct metric *metric)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
		metric->type);
}

static void value(FILE *to, const struct metric *metric, uint64_t number)
{
	head(to, metric);
	fprintf(to, "%s %" PRIu64 "\n", metric->name, number);
}

static void labelled(FILE *to, const struct metric *metric, const char *label, const char *text,
		     uint64_t number)
{
	fprintf(to, "%s{%s=\"", metric->name, label);
	for (; *text; text++) {
		if (*text == '\n') {
			fputs("\\n", to);
			continue;
		}
		if (*text == '\\' || *text == '"')
			fputc('\\', to);
		fputc(*text, to);
	}
	fprintf(to, "\"} %" PRIu64 "\n", number);
}

static void print_devices(FILE *to, const struct hook *hook)
{
	static const struct metric shared = { "rhi_device_shared_bytes", "gauge",
		"Memory that rhi_probe shares for a device now." };
	static const struct metric used = { "rhi_device_used_bytes", "gauge",
		"Of this, what the driver has allocated." };

	if (!hook->nr_devices)
		return;
	head(to, &shared);
	for (size_t i = 0; i < hook->nr_devices; i++)
		labelled(to, &shared, "device", hook->devices[i].name,
			 hook->devices[i].buffer_shared_bytes +
			 hook->devices[i].pool_shared_bytes);
	head(to, &used);
	for (size_t i = 0; i < hook->nr_devices; i++)
		labelled(to, &used, "device", hook->devices[i].name,
			 hook->devices[i].buffer_used_bytes + hook->devices[i].pool_used_bytes);
}

/**
 * prometheus_metrics - print the module's state and totals
 * @metrics: the metrics
 * @to: the stream to write to
 */
void prometheus_metrics(const struct metrics *metrics, FILE *to)
{
	static const struct metric granule = { "rhi_granule_bytes", "gauge",
		"The sharing granule of the host; 0 if it is unknown." };
	static const struct metric kernel_granule = { "rhi_kernel_granule_bytes", "gauge",
		"The granule to which the kernel itself aligns shared memory." };
	static const struct metric status = { "rhi_status", "gauge",
		"1 for what came of asking the host for its granule." };
	static const struct metric hook = { "rhi_hook_state", "gauge",
		"1 for the state of the hook." };
	static const struct metric outside = { "rhi_swiotlb_misaligned_bytes", "gauge",
		"Bounce buffers in granules that also have other memory." };
	const struct answer misaligned = swiotlb_misaligned(&metrics->swiotlb);

	value(to, &granule, metrics->info.granule_bytes);
	if (metrics->info.kernel_granule_bytes)
		value(to, &kernel_granule, metrics->info.kernel_granule_bytes);
	head(to, &status);
	for (const struct status *s = info_statuses; s->word; s++)
		labelled(to, &status, "status", s->word, s == metrics->info.status);
	head(to, &hook);
	for (const struct hook_state *s = hook_states; s->word; s++)
		labelled(to, &hook, "state", s->word, s == metrics->hook.state);
	for (int i = 0; i < NR_TOTALS; i++)
		if (metrics->totals[i].given)
			value(to, &totals[i], metrics->totals[i].value);
	print_devices(to, &metrics->hook);
	for (int i = 0; i < NR_SWIOTLB; i++)
		if (metrics->swiotlb.bytes[i].given)
			value(to, &swiotlb[i], metrics->swiotlb.bytes[i].value);
	if (misaligned.given)
		value(to, &outside, misaligned.value);
}

/**
 * prometheus_audit - print the totals of an audit
 * @audit: an audit with a verdict that is_report
 * @to: the stream to write to
 */
void prometheus_audit(const struct audit *audit, FILE *to)
{
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		value(to, &sums[i].metric, audit->sums[sums[i].sum]);
}
