// SPDX-License-Identifier: GPL-2.0-only
/* Opening either file runs an audit; reading returns the result of that moment. */
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include <uapi/rhi_files.h>

#include "audit.h"
#include "audit_owner.h"
#include "audit_show.h"
#include "hostconf.h"
#include "kernel_granule.h"
#include "note_trace.h"

/* Per finding: each page of a run of scattered pages may have its own owner. */
#define MAX_OWNERS	16

static void show_meaning(struct seq_file *s, const struct audit *audit)
{
	const struct ripas_sums *sums = &audit->sums;
	char gap[96];

	switch (audit->verdict) {
	case AUDIT_ALIGNED:
		seq_puts(s, "each granule is either shared as a whole or private as a whole");
		break;
	case AUDIT_MISALIGNED:
	case AUDIT_DESTROYED:
		if (sums->misaligned)
			seq_printf(s, "%llu granules are shared in part and also hold %llu private bytes",
				   sums->granules, sums->private_bytes);
		if (sums->destroyed)
			seq_printf(s, "%s%llu bytes are DESTROYED: any access is fatal",
				   sums->misaligned ? "; " : "", sums->bytes[RIPAS_DESTROYED]);
		if (audit->changed)
			seq_printf(s, "; %zu runs changed during the audit", audit->changed);
		if (note_trace_gap(gap, sizeof(gap)))
			seq_printf(s, "; some owners are unknown: %s", gap);
		break;
	case AUDIT_INCONCLUSIVE:
		if (audit->runs.truncated)
			seq_printf(s, "aligned below 0x%llx; memory has more runs than the audit has room for",
				   audit->runs.end);
		else
			seq_printf(s, "memory kept changing: %zu runs differed between the last two of %u walks; try again",
				   audit->changed, audit->walks);
		break;
	case AUDIT_UNKNOWN:
		seq_printf(s, "the granule is not known: %s", hostconf_meaning());
		break;
	case AUDIT_NOT_REALM:
		seq_puts(s, "not a Realm (force=1): no memory is shared with a host");
		break;
	case AUDIT_FAILED:
		if (audit->ipa_bits)
			seq_printf(s, "invalid answer from the RMM for 0x%llx: %s",
				   audit->runs.end, audit->error);
		else
			seq_printf(s, "invalid answer from the RMM: %s", audit->error);
		break;
	}
	seq_putc(s, '\n');
}

static void show_head(struct seq_file *s, const struct audit *audit)
{
	seq_printf(s, "%-26s%s\n", "verdict", audit_verdict_name(audit->verdict));
	seq_printf(s, "%-26s", "meaning");
	show_meaning(s, audit);
	seq_printf(s, "%-26s%llu\n", "granule", hostconf.granule);
	seq_printf(s, "%-26s", RHI_KERNEL_GRANULE);
	kernel_granule_report(s);
	if (audit->nr_findings)
		seq_puts(s, "# misaligned start end size private_bytes\n# destroyed start end size\n# owner start end size who\n");
}

/* Print one line for each part of a run that has a single owner. */
static void show_owners(struct seq_file *s, const struct ripas_finding *finding)
{
	const struct ripas_range *where = &finding->where;
	const bool shared = finding->state == RIPAS_EMPTY;
	struct audit_owner owner, next;
	u64 start = where->start;

	for (int nr = 0; start < where->end; nr++, start = owner.end) {
		audit_owner(start, where->end, shared, &owner);
		if (nr == MAX_OWNERS) {
			owner.end = where->end;
			strscpy(owner.text, "not listed: too many owners");
		}
		/*
		 * Merge equal neighbours: owners are often reported page by page, and a run can
		 * be most of memory.
		 */
		while (owner.end < where->end && !fatal_signal_pending(current)) {
			audit_owner(owner.end, where->end, shared, &next);
			if (strcmp(next.text, owner.text))
				break;
			owner.end = next.end;
			cond_resched();
		}
		seq_printf(s, RHI_AUDIT_LINE_OWNER " 0x%llx 0x%llx %llu %s\n",
			   start, (u64)owner.end, owner.end - start, owner.text);
	}
}

static void show_finding(struct seq_file *s, const struct ripas_finding *finding)
{
	const struct ripas_range *where = &finding->where;
	const u64 size = where->end - where->start;

	if (finding->state == RIPAS_DESTROYED)
		seq_printf(s, RHI_AUDIT_LINE_DESTROYED " 0x%llx 0x%llx %llu\n",
			   where->start, where->end, size);
	else
		seq_printf(s, RHI_AUDIT_LINE_MISALIGNED " 0x%llx 0x%llx %llu %llu\n",
			   where->start, where->end, size, finding->private_bytes);
	show_owners(s, finding);
}

struct sum {
	const char *key;
	u64 value;
};

static void show_keys(struct seq_file *s, const struct sum *sums, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		seq_printf(s, "%-26s%llu\n", sums[i].key, sums[i].value);
}

/* A failed walk covers only part of memory. */
static bool has_map(const struct audit *audit)
{
	return audit->verdict != AUDIT_NOT_REALM && audit->verdict != AUDIT_FAILED;
}

static void show_sums(struct seq_file *s, const struct audit *audit)
{
	const struct ripas_sums *sums = &audit->sums;
	const struct sum memory[] = {
		{ RHI_SUM_MISALIGNED_RUNS, sums->misaligned },
		{ RHI_SUM_MISALIGNED_GRANULES, sums->granules },
		{ RHI_SUM_MISALIGNED_PRIVATE_BYTES, sums->private_bytes },
		{ RHI_SUM_DESTROYED_RUNS, sums->destroyed },
		{ RHI_SUM_DESTROYED_BYTES, sums->bytes[RIPAS_DESTROYED] },
		{ RHI_SUM_SHARED_BYTES, sums->bytes[RIPAS_EMPTY] },
		{ RHI_SUM_PRIVATE_BYTES, sums->bytes[RIPAS_RAM] + sums->bytes[RIPAS_DEV] },
	};
	const struct sum walk[] = {
		{ RHI_SUM_IPA_BITS, audit->ipa_bits },
		{ RHI_SUM_RUNS, audit->runs.nr },
		{ RHI_SUM_TRUNCATED, audit->runs.truncated },
		{ RHI_SUM_WALKS, audit->walks },
		{ RHI_SUM_CHANGED_RUNS, audit->changed },
		{ RHI_SUM_RSI_CALLS, audit->calls },
		{ RHI_SUM_NS, audit->ns },
	};

	if (audit->verdict == AUDIT_NOT_REALM)
		return;
	seq_puts(s, "# sums\n");
	if (audit->verdict != AUDIT_FAILED)
		show_keys(s, memory, ARRAY_SIZE(memory));
	show_keys(s, walk, ARRAY_SIZE(walk));
	for (size_t i = 0; i < audit->nr_ram; i++)
		seq_printf(s, RHI_AUDIT_LINE_RAM " 0x%llx 0x%llx\n", audit->ram[i].start,
			   audit->ram[i].end);
	if (has_map(audit))
		seq_puts(s, "# run start end size state\n");
}

static void show_run(struct seq_file *s, const char *prefix, const struct ripas_runs *runs,
		     size_t i)
{
	const struct ripas_range run = ripas_runs_at(runs, i);

	seq_printf(s, "%s0x%llx 0x%llx %llu %s\n", prefix, run.start, run.end,
		   run.end - run.start, ripas_state_name(ripas_runs_state(runs, i)));
}

/* A seq_file position is a record number plus one, because NULL ends the file. */
static void *audit_place(loff_t pos, size_t nr)
{
	return pos < nr ? (void *)(uintptr_t)(pos + 1) : NULL;
}

static size_t place_number(void *v)
{
	return (uintptr_t)v - 1;
}

static void audit_stop(struct seq_file *s, void *v)
{
}

/* Records: the head, the findings, the sums, the runs. */
static void *audit_start(struct seq_file *s, loff_t *pos)
{
	const struct audit *audit = s->private;

	return audit_place(*pos, audit->nr_findings + 2 + (has_map(audit) ? audit->runs.nr : 0));
}

static void *audit_next(struct seq_file *s, void *v, loff_t *pos)
{
	++*pos;
	return audit_start(s, pos);
}

static int audit_show(struct seq_file *s, void *v)
{
	const struct audit *audit = s->private;
	const size_t nr = place_number(v), sums = audit->nr_findings + 1;

	if (!nr)
		show_head(s, audit);
	else if (nr < sums)
		show_finding(s, &audit->findings[nr - 1]);
	else if (nr == sums)
		show_sums(s, audit);
	else
		show_run(s, RHI_AUDIT_LINE_RUN " ", &audit->runs, nr - sums - 1);
	return 0;
}

/* Records: the head, the runs, a remark. */
static void *ripas_start(struct seq_file *s, loff_t *pos)
{
	const struct audit *audit = s->private;

	return audit_place(*pos, audit->runs.nr + 2);
}

static void *ripas_next(struct seq_file *s, void *v, loff_t *pos)
{
	++*pos;
	return ripas_start(s, pos);
}

static void show_remark(struct seq_file *s, const struct audit *audit)
{
	if (audit->verdict == AUDIT_NOT_REALM || audit->verdict == AUDIT_FAILED) {
		seq_puts(s, "# ");
		show_meaning(s, audit);
	} else if (audit->runs.truncated) {
		seq_printf(s, "# truncated after %zu runs\n",
			   audit->runs.max);
	} else if (audit->changed) {
		seq_printf(s, "# %zu runs changed during the audit\n", audit->changed);
	}
}

static int ripas_show(struct seq_file *s, void *v)
{
	const struct audit *audit = s->private;
	const size_t nr = place_number(v);

	if (!nr)
		seq_puts(s, "# start end size state\n");
	else if (nr <= audit->runs.nr)
		show_run(s, "", &audit->runs, nr - 1);
	else
		show_remark(s, audit);
	return 0;
}

static int audit_show_open(struct file *file, const struct seq_operations *ops)
{
	struct audit *audit = audit_take();
	int err;

	if (IS_ERR(audit))
		return PTR_ERR(audit);
	err = seq_open(file, ops);
	if (err) {
		audit_release(audit);
		return err;
	}
	((struct seq_file *)file->private_data)->private = audit;
	return 0;
}

static int audit_open(struct inode *inode, struct file *file)
{
	static const struct seq_operations ops = {
		.start = audit_start, .next = audit_next, .stop = audit_stop, .show = audit_show,
	};

	return audit_show_open(file, &ops);
}

static int ripas_open(struct inode *inode, struct file *file)
{
	static const struct seq_operations ops = {
		.start = ripas_start, .next = ripas_next, .stop = audit_stop, .show = ripas_show,
	};

	return audit_show_open(file, &ops);
}

static int audit_show_release(struct inode *inode, struct file *file)
{
	struct seq_file *s = file->private_data;

	audit_release(s->private);
	return seq_release(inode, file);
}

/* debugfs audit: the verdict, the findings, the sums, and the map they are based on */
const struct file_operations audit_fops = {
	.owner = THIS_MODULE,
	.open = audit_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = audit_show_release,
};

/* debugfs ripas: the map */
const struct file_operations ripas_fops = {
	.owner = THIS_MODULE,
	.open = ripas_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = audit_show_release,
};
