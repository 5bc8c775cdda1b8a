// SPDX-License-Identifier: GPL-2.0-only
/* Prints an audit: first the verdict, then the most severe findings, then a map of all memory. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rhi_files.h>

#include "audit.h"
#include "json.h"
#include "output.h"

#define MAX_SHOWN	20	/* findings in text output */

static void print_finding(const struct audit_finding *finding)
{
	printf("  0x%010" PRIx64 "  0x%010" PRIx64 "  %10" PRIu64 "  ", finding->where.start,
	       finding->where.end, finding->where.end - finding->where.start);
	if (finding->destroyed)
		printf("%10s", "lost");
	else
		printf("%10" PRIu64, finding->private_bytes);
	if (!finding->nr_owners)
		printf("\n");
	for (size_t i = 0; i < finding->nr_owners; i++) {
		const struct audit_owner *owner = &finding->owners[i];

		if (finding->nr_owners == 1)
			printf("  %s\n", owner->text);
		else
			printf("%s  - 0x%010" PRIx64 "  0x%010" PRIx64 "  %10" PRIu64
			       "  %10s  %s\n", i ? "" : "\n", owner->where.start,
			       owner->where.end, owner->where.end - owner->where.start, "",
			       owner->text);
	}
}

static void print_findings(const struct audit *audit)
{
	const size_t shown = audit->nr_findings < MAX_SHOWN ? audit->nr_findings : MAX_SHOWN;

	printf("\nmisaligned shared memory, and destroyed memory\n");
	printf("  %-12s  %-12s  %10s  %10s  %s\n", "start", "end", "bytes", "private", "owner");
	for (size_t i = 0; i < shown; i++)
		print_finding(&audit->findings[i]);
	if (shown < audit->nr_findings)
		printf("  and %zu more: rhictl audit --json has all of them\n",
		       audit->nr_findings - shown);
	printf("private: private bytes in the granules at both ends\n");
}

/**
 * text_audit - print an audit as text
 * @audit: the audit
 */
void text_audit(const struct audit *audit)
{
	const struct kernel_answer *kernel = &audit->kernel;
	const uint64_t *sums = audit->sums;

	printf("%s: %s\n", audit->verdict->word, audit->meaning);
	if (audit->granule_bytes)
		printf("sharing granule: %" PRIu64 " bytes\n", audit->granule_bytes);
	if (!strcmp(kernel->verdict, RHI_KERNEL_GRANULE_NOT_ASKED))
		printf("kernel's granule: unknown, from %s(), which was not asked\n",
		       kernel->function);
	else if (*kernel->function)
		printf("kernel's granule: %" PRIu64 " bytes, from %s(): %s\n", kernel->bytes,
		       kernel->function, kernel->verdict);
	if (audit->verdict->next)
		printf("next: %s\n", audit->verdict->next);
	if (audit->nr_findings)
		print_findings(audit);
	audit_print_map(audit);
	printf("\n%" PRIu64 " bytes private, %" PRIu64 " shared, %" PRIu64 " lost; %" PRIu64
	       " runs, read with %" PRIu64 " RSI calls\n",
	       sums[SUM_PRIVATE_BYTES], sums[SUM_SHARED_BYTES], sums[SUM_DESTROYED_BYTES],
	       sums[SUM_RUNS], sums[SUM_RSI_CALLS]);
	if (sums[SUM_TRUNCATED])
		printf("incomplete: memory has more runs than the module can list\n");
}

static struct json_object *range_object(const struct audit_range *range)
{
	struct json_object *object = json_map();

	json_set(object, "start", json_hex(range->start));
	json_set(object, "end", json_hex(range->end));
	json_set(object, "size_bytes", json_count(range->end - range->start));
	return object;
}

static struct json_object *finding_object(const struct audit_finding *finding)
{
	struct json_object *object = range_object(&finding->where), *owners = json_list();

	json_set(object, "kind", json_text(finding->destroyed ? "destroyed" : "misaligned"));
	json_set(object, "private_bytes",
		 finding->destroyed ? NULL : json_count(finding->private_bytes));
	for (size_t i = 0; i < finding->nr_owners; i++) {
		struct json_object *owner = range_object(&finding->owners[i].where);

		json_set(owner, "text", json_text(finding->owners[i].text));
		json_append(owners, owner);
	}
	json_set(object, "owners", owners);
	return object;
}

static struct json_object *map_list(const struct audit *audit)
{
	struct json_object *map = json_list();

	for (size_t i = 0; i < audit->nr_runs; i++) {
		struct json_object *run = range_object(&audit->runs[i].where);

		json_set(run, "state", json_text(audit_states[audit->runs[i].state]));
		json_append(map, run);
	}
	return map;
}

/**
 * json_audit - print an audit as JSON
 * @audit: the audit
 */
void json_audit(const struct audit *audit)
{
	struct json_object *report = json_report(), *findings = json_list(), *ram = json_list();

	json_set(report, "verdict", json_text(audit->verdict->word));
	json_set(report, "meaning", json_text(audit->meaning));
	json_set(report, "granule_bytes", json_count_or_null(audit->granule_bytes));
	for (size_t i = 0; i < audit->nr_findings; i++)
		json_append(findings, finding_object(&audit->findings[i]));
	json_set(report, "findings", findings);
	for (int i = 0; i < NR_SUMS; i++) {
		if (i == SUM_TRUNCATED)
			json_set(report, audit_sums[i], json_flag(audit->sums[i]));
		else
			json_set(report, i == SUM_NS ? "duration_ns" : audit_sums[i],
				 json_count(audit->sums[i]));
	}
	for (size_t i = 0; i < audit->nr_ram; i++)
		json_append(ram, range_object(&audit->ram[i]));
	json_set(report, "ram", ram);
	json_set(report, "map", map_list(audit));
	json_finish(report);
}
