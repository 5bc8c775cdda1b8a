// SPDX-License-Identifier: GPL-2.0-only
/* Reads the module's audit from debugfs. Opening the file makes the module audit all memory. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rhi_files.h>

#include "audit.h"
#include "decode.h"
#include "module.h"
#include "rhictl.h"
#include "sysroot.h"
#include "table.h"

/* The module lists at most 2^18 runs; each can be a finding with owners. */
#define AUDIT_SIZE	(80 << 20)

/* 52 bits, the largest address size in the Arm architecture. */
#define MAX_ADDRESS	(UINT64_C(1) << 52)

static const struct audit_verdict verdicts[] = {
	{ RHI_AUDIT_ALIGNED, true, EXIT_GOOD, NULL },
	{ RHI_AUDIT_MISALIGNED, true, EXIT_CHECK,
	  "rhictl hook on, then load drivers, or unbind and bind their devices; "
	  "tables of the ITS, swiotlb and atomic pools stay as they are until the next boot" },
	{ RHI_AUDIT_DESTROYED, true, EXIT_CHECK,
	  "report it to the host's operator; only a restart of the Realm brings the memory back" },
	{ RHI_AUDIT_INCONCLUSIVE, false, EXIT_ERROR, NULL },
	{ RHI_AUDIT_FAILED, false, EXIT_ERROR, "report it to the RMM's operator" },
	{ RHI_AUDIT_UNKNOWN, false, EXIT_UNSUPPORTED, NULL },
	{ RHI_AUDIT_NOT_REALM, false, EXIT_UNSUPPORTED, "run it in a Realm" },
	{ 0 }
};

/* The hook stays off on a kernel that aligns shared memory itself. */
static const struct audit_verdict misaligned_by_kernel = {
	RHI_AUDIT_MISALIGNED, true, EXIT_CHECK,
	"report this output to the kernel's distributor; the kernel aligns shared memory itself, "
	"so the hook stays off"
};

const char *const audit_states[NR_STATES] = {
	[STATE_EMPTY]		= RHI_RIPAS_EMPTY,
	[STATE_RAM]		= RHI_RIPAS_RAM,
	[STATE_DESTROYED]	= RHI_RIPAS_DESTROYED,
	[STATE_DEV]		= RHI_RIPAS_DEV,
};

const char *const audit_sums[NR_SUMS] = {
	[SUM_MISALIGNED_RUNS] = RHI_SUM_MISALIGNED_RUNS,
	[SUM_MISALIGNED_GRANULES] = RHI_SUM_MISALIGNED_GRANULES,
	[SUM_MISALIGNED_PRIVATE_BYTES] = RHI_SUM_MISALIGNED_PRIVATE_BYTES,
	[SUM_DESTROYED_RUNS] = RHI_SUM_DESTROYED_RUNS,
	[SUM_DESTROYED_BYTES] = RHI_SUM_DESTROYED_BYTES,
	[SUM_SHARED_BYTES] = RHI_SUM_SHARED_BYTES,
	[SUM_PRIVATE_BYTES] = RHI_SUM_PRIVATE_BYTES,
	[SUM_IPA_BITS] = RHI_SUM_IPA_BITS,
	[SUM_RUNS] = RHI_SUM_RUNS,
	[SUM_TRUNCATED] = RHI_SUM_TRUNCATED,
	[SUM_WALKS] = RHI_SUM_WALKS,
	[SUM_CHANGED_RUNS] = RHI_SUM_CHANGED_RUNS,
	[SUM_RSI_CALLS] = RHI_SUM_RSI_CALLS,
	[SUM_NS] = RHI_SUM_NS,
};

/* Parses "start end", and "size" if @sized, and advances @line. */
static bool take_range(char **line, bool sized, struct audit_range *range)
{
	char *words[3] = { 0 };
	uint64_t size;

	for (int i = 0; i < 2 + sized; i++) {
		words[i] = strsep(line, " ");
		if (!words[i])
			return false;
	}
	return decode_hex(words[0], &range->start) && decode_hex(words[1], &range->end) &&
	       range->start < range->end && range->end <= MAX_ADDRESS &&
	       (!sized || (decode_decimal(words[2], &size) &&
			   size == range->end - range->start));
}

/* Appends a zeroed element. Doubles the array when it is full, since it can become large. */
static void *append(void *array, size_t *nr, size_t size)
{
	void **to = array;

	if (!(*nr & (*nr - 1))) {
		void *grown = reallocarray(*to, *nr ? 2 * *nr : 1, size);

		if (!grown)
			return NULL;
		*to = grown;
	}
	return memset((char *)*to + (*nr)++ * size, 0, size);
}

static int add_finding(struct audit *audit, char *line, bool destroyed)
{
	struct audit_finding finding = { .destroyed = destroyed };
	struct audit_finding *added;

	if (!take_range(&line, true, &finding.where))
		return -EPROTO;
	if (destroyed ? !!line : !line || !decode_decimal(line, &finding.private_bytes))
		return -EPROTO;
	added = append(&audit->findings, &audit->nr_findings, sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = finding;
	return 0;
}

/* An owner line belongs to the finding line before it. */
static int add_owner(struct audit *audit, char *line)
{
	struct audit_owner owner = { 0 }, *added;
	struct audit_finding *finding;

	if (!audit->nr_findings)
		return -EPROTO;
	finding = &audit->findings[audit->nr_findings - 1];
	if (!take_range(&line, true, &owner.where) || !line || !*line ||
	    strlen(line) >= sizeof(owner.text) || owner.where.start < finding->where.start ||
	    owner.where.end > finding->where.end)
		return -EPROTO;
	memcpy(owner.text, line, strlen(line) + 1);
	added = append(&finding->owners, &finding->nr_owners, sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = owner;
	return 0;
}

static int add_ram(struct audit *audit, char *line)
{
	struct audit_range range, *added;

	if (!take_range(&line, false, &range) || line ||
	    (audit->nr_ram && range.start < audit->ram[audit->nr_ram - 1].end))
		return -EPROTO;
	added = append(&audit->ram, &audit->nr_ram, sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = range;
	return 0;
}

static int add_verdict(struct audit *audit, const char *word)
{
	for (audit->verdict = verdicts; audit->verdict->word; audit->verdict++)
		if (!strcmp(word, audit->verdict->word))
			return 0;
	return -EPROTO;
}

static int add_meaning(struct audit *audit, const char *text)
{
	if (strlen(text) >= sizeof(audit->meaning))
		return -EPROTO;
	memcpy(audit->meaning, text, strlen(text) + 1);
	return 0;
}

/* Runs must be contiguous, from address 0 on. */
static int add_run(struct audit *audit, char *line)
{
	struct audit_run run = { 0 }, *added;

	if (!take_range(&line, true, &run.where) || !line ||
	    run.where.start != (audit->nr_runs ? audit->runs[audit->nr_runs - 1].where.end : 0))
		return -EPROTO;
	while (run.state < NR_STATES && strcmp(line, audit_states[run.state]))
		run.state++;
	if (run.state == NR_STATES)
		return -EPROTO;
	added = append(&audit->runs, &audit->nr_runs, sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = run;
	return 0;
}

static int add_audit_line(void *to, char **fields)
{
	struct audit *audit = to;
	const char *key = fields[0];

	if (!strcmp(key, "verdict"))
		return add_verdict(audit, fields[1]);
	if (!strcmp(key, "meaning"))
		return add_meaning(audit, fields[1]);
	if (!strcmp(key, "granule"))
		return decode_decimal(fields[1], &audit->granule_bytes) &&
		       (!audit->granule_bytes || !decode_alignment(audit->granule_bytes)) ?
		       0 : -EPROTO;
	if (!strcmp(key, RHI_KERNEL_GRANULE))
		return decode_kernel_answer(fields[1], &audit->kernel) ? 0 : -EPROTO;
	if (!strcmp(key, RHI_AUDIT_LINE_MISALIGNED))
		return add_finding(audit, fields[1], false);
	if (!strcmp(key, RHI_AUDIT_LINE_DESTROYED))
		return add_finding(audit, fields[1], true);
	if (!strcmp(key, RHI_AUDIT_LINE_OWNER))
		return add_owner(audit, fields[1]);
	if (!strcmp(key, RHI_AUDIT_LINE_RAM))
		return add_ram(audit, fields[1]);
	if (!strcmp(key, RHI_AUDIT_LINE_RUN))
		return add_run(audit, fields[1]);
	for (int i = 0; i < NR_SUMS; i++)
		if (!strcmp(key, audit_sums[i]))
			return decode_decimal(fields[1], &audit->sums[i]) ? 0 : -EPROTO;
	return 0;	/* key of a newer module */
}

static const struct table audit_table = {
	DEBUGFS "/audit", "key value", 2, add_audit_line
};

static int read_table(const struct sysroot *root, struct audit *audit)
{
	int ret = table_read_large(root, &audit_table, AUDIT_SIZE, audit);

	if (!table_is_unread(ret))
		return ret;
	sysroot_warn(root, audit_table.path, ret);
	if (ret != -ENOENT)
		return ret;
	if (sysroot_has(root, DEBUGFS))
		warnx("load a newer rhi_probe");
	else if (*root->dir)
		warnx("capture debugfs too, as root");
	else
		warnx("mount debugfs: mount -t debugfs none /sys/kernel/debug");
	return -ENOENT;
}

/* Destroyed memory first, then by descending private bytes. */
static int compare(const void *a, const void *b)
{
	const struct audit_finding *x = a, *y = b;

	if (x->destroyed != y->destroyed)
		return x->destroyed ? -1 : 1;
	if (x->private_bytes != y->private_bytes)
		return x->private_bytes > y->private_bytes ? -1 : 1;
	return x->where.start < y->where.start ? -1 : x->where.start > y->where.start;
}

static bool has_verdict(const struct audit *audit, const char *word)
{
	return audit->verdict && !strcmp(audit->verdict->word, word);
}

static int check(const struct sysroot *root, const struct audit *audit)
{
	const uint64_t *sums = audit->sums;
	const bool is_misaligned = has_verdict(audit, RHI_AUDIT_MISALIGNED);
	const bool is_destroyed = has_verdict(audit, RHI_AUDIT_DESTROYED);

	if (!audit->verdict || !*audit->meaning ||
	    is_misaligned != !!sums[SUM_MISALIGNED_RUNS] ||
	    (is_misaligned || is_destroyed) != !!audit->nr_findings ||
	    sums[SUM_MISALIGNED_RUNS] + sums[SUM_DESTROYED_RUNS] != audit->nr_findings ||
	    (audit->verdict->is_report && !audit->nr_ram)) {
		warnx("%s" DEBUGFS "/audit: the verdict contradicts the list", root->dir);
		return -EPROTO;
	}
	if (audit->verdict->is_report && audit->nr_runs != sums[SUM_RUNS]) {
		warnx("%s" DEBUGFS "/audit: it lists %zu runs of memory, and says %" PRIu64
		      ": is rhi_probe older than rhictl?", root->dir, audit->nr_runs,
		      sums[SUM_RUNS]);
		return -EPROTO;
	}
	return 0;
}

/**
 * audit_read - make the module audit memory, and read the result
 * @root: the tree to read
 * @audit: filled in; the caller zeroes it first, and calls audit_free() even after an error
 *
 * Reports errors on stderr with the path of the file.
 *
 * Return:
 * * 0		- @audit is complete
 * * -ENODEV	- the module is not loaded
 * * -ENOENT	- debugfs is missing, or the module is too old; the report says what to do
 * * -EPROTO	- a file has unexpected content
 * * -ENOMEM	- out of memory; not reported
 * * -errno	- error from sysroot_read()
 */
int audit_read(const struct sysroot *root, struct audit *audit)
{
	int ret;

	ret = module_check(root);
	if (ret)
		return ret;
	ret = read_table(root, audit);
	if (!ret)
		ret = check(root, audit);
	if (!ret && *audit->kernel.function && has_verdict(audit, RHI_AUDIT_MISALIGNED))
		audit->verdict = &misaligned_by_kernel;
	if (!ret && audit->nr_findings)
		qsort(audit->findings, audit->nr_findings, sizeof(*audit->findings), compare);
	return ret;
}

/**
 * audit_same - compare two audits
 * @a: an audit
 * @b: another audit
 *
 * Return: true if the verdicts and the locations of all findings are equal.
 */
bool audit_same(const struct audit *a, const struct audit *b)
{
	if (a->verdict != b->verdict || a->nr_findings != b->nr_findings)
		return false;
	for (size_t i = 0; i < a->nr_findings; i++)
		if (a->findings[i].destroyed != b->findings[i].destroyed ||
		    a->findings[i].where.start != b->findings[i].where.start ||
		    a->findings[i].where.end != b->findings[i].where.end)
			return false;
	return true;
}

/**
 * audit_free - release what audit_read() allocated
 * @audit: the audit
 */
void audit_free(struct audit *audit)
{
	for (size_t i = 0; i < audit->nr_findings; i++)
		free(audit->findings[i].owners);
	free(audit->findings);
	free(audit->ram);
	free(audit->runs);
}
