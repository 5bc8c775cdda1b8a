// SPDX-License-Identifier: GPL-2.0-only
/* Opening one of these files looks at all memory; what is read then is of that moment. */
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include "audit.h"
#include "audit_owner.h"
#include "audit_show.h"
#include "hostconf.h"

/* Of one finding: a run of scattered pages has an owner for each. */
#define MAX_OWNERS	16

static const char * const verdicts[] = {
	[AUDIT_WHOLE]		= "whole",
	[AUDIT_BROKEN]		= "broken",
	[AUDIT_UNSURE]		= "unsure",
	[AUDIT_UNKNOWN]		= "unknown",
	[AUDIT_NOT_REALM]	= "not_realm",
	[AUDIT_FAILED]		= "failed",
};

static void show_meaning(struct seq_file *s, const struct audit *audit)
{
	const struct ripas_sums *sums = &audit->sums;

	switch (audit->verdict) {
	case AUDIT_WHOLE:
		seq_puts(s, "each granule is shared with the host as a whole, or not at all");
		break;
	case AUDIT_BROKEN:
		if (sums->misaligned)
			seq_printf(s, "%llu granules are shared in part, and %llu private bytes stand in them",
				   sums->granules, sums->private_bytes);
		if (sums->destroyed)
			seq_printf(s, "%s%llu bytes are lost (DESTROYED): who touches them dies",
				   sums->misaligned ? "; " : "", sums->bytes[RIPAS_DESTROYED]);
		if (audit->moved)
			seq_printf(s, "; %zu runs moved while looking", audit->moved);
		break;
	case AUDIT_UNSURE:
		if (audit->runs.truncated)
			seq_printf(s, "nothing is broken below 0x%llx, but memory has more runs than there is room for",
				   audit->runs.end);
		else
			seq_printf(s, "%zu runs moved while looking, %u times: read it again when less is converted",
				   audit->moved, audit->walks);
		break;
	case AUDIT_UNKNOWN:
		seq_printf(s, "the host's granule is not known: %s", hostconf_meaning());
		break;
	case AUDIT_NOT_REALM:
		seq_puts(s, "not a Realm (force=1): nothing is shared with a host");
		break;
	case AUDIT_FAILED:
		if (audit->ipa_bits)
			seq_printf(s, "the RMM's answer for 0x%llx makes no sense: %s",
				   audit->runs.end, audit->error);
		else
			seq_printf(s, "the RMM's answer makes no sense: %s", audit->error);
		break;
	}
	seq_putc(s, '\n');
}

static void show_head(struct seq_file *s, const struct audit *audit)
{
	seq_printf(s, "%-22s%s\n", "verdict", verdicts[audit->verdict]);
	seq_printf(s, "%-22s", "meaning");
	show_meaning(s, audit);
	seq_printf(s, "%-22s%llu\n", "granule", hostconf.granule);
	if (audit->nr_findings)
		seq_puts(s, "# misaligned start end size private_bytes\n# destroyed start end size\n# owner start end size who\n");
}

/* The pages of a run that have one owner are one line. */
static void show_owners(struct seq_file *s, const struct ripas_range *where)
{
	struct audit_owner owner, next;
	u64 start = where->start;

	for (int nr = 0; start < where->end; nr++, start = owner.end) {
		audit_owner(start, where->end, &owner);
		if (nr == MAX_OWNERS) {
			owner.end = where->end;
			strscpy(owner.text, "not looked at: there are too many");
		}
		/* Page by page the same is said, often; a run may be most of memory. */
		while (owner.end < where->end && !fatal_signal_pending(current)) {
			audit_owner(owner.end, where->end, &next);
			if (strcmp(next.text, owner.text))
				break;
			owner.end = next.end;
			cond_resched();
		}
		seq_printf(s, "owner 0x%llx 0x%llx %llu %s\n", start, (u64)owner.end,
			   owner.end - start, owner.text);
	}
}

static void show_finding(struct seq_file *s, const struct ripas_finding *finding)
{
	const struct ripas_range *where = &finding->where;
	const u64 size = where->end - where->start;

	if (finding->state == RIPAS_DESTROYED)
		seq_printf(s, "destroyed 0x%llx 0x%llx %llu\n", where->start, where->end, size);
	else
		seq_printf(s, "misaligned 0x%llx 0x%llx %llu %llu\n", where->start, where->end,
			   size, finding->private_bytes);
	show_owners(s, where);
}

struct sum {
	const char *key;
	u64 value;
};

static void show_keys(struct seq_file *s, const struct sum *sums, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		seq_printf(s, "%-22s%llu\n", sums[i].key, sums[i].value);
}

static void show_sums(struct seq_file *s, const struct audit *audit)
{
	const struct ripas_sums *sums = &audit->sums;
	const struct sum memory[] = {
		{ "misaligned_runs", sums->misaligned },
		{ "broken_granules", sums->granules },
		{ "broken_private_bytes", sums->private_bytes },
		{ "destroyed_runs", sums->destroyed },
		{ "destroyed_bytes", sums->bytes[RIPAS_DESTROYED] },
		{ "shared_bytes", sums->bytes[RIPAS_EMPTY] },
		{ "private_bytes", sums->bytes[RIPAS_RAM] + sums->bytes[RIPAS_DEV] },
	};
	const struct sum walk[] = {
		{ "ipa_bits", audit->ipa_bits },
		{ "runs", audit->runs.nr },
		{ "truncated", audit->runs.truncated },
		{ "walks", audit->walks },
		{ "moved_runs", audit->moved },
		{ "rsi_calls", audit->calls },
		{ "ns", audit->ns },
	};

	if (audit->verdict == AUDIT_NOT_REALM)
		return;
	seq_puts(s, "# sums\n");
	if (audit->verdict != AUDIT_FAILED)
		show_keys(s, memory, ARRAY_SIZE(memory));
	show_keys(s, walk, ARRAY_SIZE(walk));
	for (size_t i = 0; i < audit->nr_ram; i++)
		seq_printf(s, "ram 0x%llx 0x%llx\n", audit->ram[i].start, audit->ram[i].end);
}

/*
 * A place in a file is its number and one: the head, then each finding or run, then the foot.
 */
static void *place(loff_t pos, size_t nr)
{
	return pos < nr + 2 ? (void *)(uintptr_t)(pos + 1) : NULL;
}

static size_t place_number(void *v)
{
	return (uintptr_t)v - 1;
}

static void stop(struct seq_file *s, void *v)
{
}

static void *audit_start(struct seq_file *s, loff_t *pos)
{
	const struct audit *audit = s->private;

	return place(*pos, audit->nr_findings);
}

static void *audit_next(struct seq_file *s, void *v, loff_t *pos)
{
	++*pos;
	return audit_start(s, pos);
}

static int audit_show(struct seq_file *s, void *v)
{
	const struct audit *audit = s->private;
	const size_t nr = place_number(v);

	if (!nr)
		show_head(s, audit);
	else if (nr <= audit->nr_findings)
		show_finding(s, &audit->findings[nr - 1]);
	else
		show_sums(s, audit);
	return 0;
}

static void *ripas_start(struct seq_file *s, loff_t *pos)
{
	const struct audit *audit = s->private;

	return place(*pos, audit->runs.nr);
}

static void *ripas_next(struct seq_file *s, void *v, loff_t *pos)
{
	++*pos;
	return ripas_start(s, pos);
}

static void show_run(struct seq_file *s, const struct ripas_runs *runs, size_t i)
{
	const struct ripas_range run = ripas_runs_at(runs, i);

	seq_printf(s, "0x%llx 0x%llx %llu %s\n", run.start, run.end, run.end - run.start,
		   ripas_state_name(ripas_runs_state(runs, i)));
}

static void show_remark(struct seq_file *s, const struct audit *audit)
{
	if (audit->verdict == AUDIT_NOT_REALM || audit->verdict == AUDIT_FAILED) {
		seq_puts(s, "# ");
		show_meaning(s, audit);
	} else if (audit->runs.truncated) {
		seq_printf(s, "# there are more runs than %zu: nobody looked behind the last one\n",
			   audit->runs.max);
	} else if (audit->moved) {
		seq_printf(s, "# %zu runs moved while looking\n", audit->moved);
	}
}

static int ripas_show(struct seq_file *s, void *v)
{
	const struct audit *audit = s->private;
	const size_t nr = place_number(v);

	if (!nr)
		seq_puts(s, "# start end size state\n");
	else if (nr <= audit->runs.nr)
		show_run(s, &audit->runs, nr - 1);
	else
		show_remark(s, audit);
	return 0;
}

static int open(struct file *file, const struct seq_operations *ops)
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
		.start = audit_start, .next = audit_next, .stop = stop, .show = audit_show,
	};

	return open(file, &ops);
}

static int ripas_open(struct inode *inode, struct file *file)
{
	static const struct seq_operations ops = {
		.start = ripas_start, .next = ripas_next, .stop = stop, .show = ripas_show,
	};

	return open(file, &ops);
}

static int release(struct inode *inode, struct file *file)
{
	struct seq_file *s = file->private_data;

	audit_release(s->private);
	return seq_release(inode, file);
}

/* debugfs: verdict, what breaks the granule, sums */
const struct file_operations audit_fops = {
	.owner = THIS_MODULE,
	.open = audit_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = release,
};

/* debugfs: the map */
const struct file_operations ripas_fops = {
	.owner = THIS_MODULE,
	.open = ripas_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = release,
};
