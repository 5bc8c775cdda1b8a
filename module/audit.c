// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ask the RMM for the state of all protected memory, run by run. Memory can be converted during
 * a walk, so repeat it until two successive walks agree.
 */
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <uapi/rhi_files.h>

#include "audit.h"
#include "compat.h"
#include "hostconf.h"

/* 2 MiB for each of two walks. A Realm with more runs has bigger problems. */
#define MAX_RUNS	SZ_256K
#define MAX_WALKS	5

/* A 4K translation table of page entries maps this much; no table of the RMM maps less. */
#define TABLE_BYTES	SZ_2M
/* Allowance for tables outside RAM: the host can create some there, but needs few. */
#define MORE_TABLES	4096

static_assert(RIPAS_EMPTY == (int)RSI_RIPAS_EMPTY && RIPAS_RAM == (int)RSI_RIPAS_RAM &&
	      RIPAS_DESTROYED == (int)RSI_RIPAS_DESTROYED);
static_assert(RIPAS_UNIT == RSI_GRANULE_SIZE);
static_assert(sizeof(struct realm_config) == RSI_GRANULE_SIZE);

static DEFINE_SPINLOCK(last_lock);	/* protects the two variables below */
static enum audit_verdict last_verdict;
static u64 last_ns;			/* from ktime_get_boottime_ns(); 0: no audit yet */

static const char * const verdicts[] = {
	[AUDIT_ALIGNED]		= RHI_AUDIT_ALIGNED,
	[AUDIT_MISALIGNED]		= RHI_AUDIT_MISALIGNED,
	[AUDIT_DESTROYED]	= RHI_AUDIT_DESTROYED,
	[AUDIT_INCONCLUSIVE]		= RHI_AUDIT_INCONCLUSIVE,
	[AUDIT_UNKNOWN]		= RHI_AUDIT_UNKNOWN,
	[AUDIT_NOT_REALM]	= RHI_AUDIT_NOT_REALM,
	[AUDIT_FAILED]		= RHI_AUDIT_FAILED,
};

/**
 * audit_verdict_name() - name a verdict, as in debugfs
 * @verdict: a verdict
 *
 * Context: Any.
 * Return: The name. Part of the ABI.
 */
const char *audit_verdict_name(enum audit_verdict verdict)
{
	return verdicts[verdict];
}

static void set_last(enum audit_verdict verdict)
{
	guard(spinlock)(&last_lock);
	last_verdict = verdict;
	last_ns = ktime_get_boottime_ns();
}

/**
 * audit_get_last() - get the verdict of the latest audit
 * @verdict: filled in
 * @age_seconds: filled in: seconds since that audit ended
 *
 * Context: Process.
 * Return: false if no audit has run since the module was loaded.
 */
bool audit_get_last(enum audit_verdict *verdict, u64 *age_seconds)
{
	guard(spinlock)(&last_lock);
	if (!last_ns)
		return false;
	*verdict = last_verdict;
	*age_seconds = div_u64(ktime_get_boottime_ns() - last_ns, NSEC_PER_SEC);
	return true;
}

/* The host chooses the length of a walk: the reader can be killed, and the module can leave. */
static bool must_end(void)
{
	return fatal_signal_pending(current) ||
	       (current->flags & PF_KTHREAD && kthread_should_stop());
}

static unsigned long get_state(u64 start, u64 end, u64 *top, u64 *state)
{
	struct arm_smccc_res res;

	if (must_end())
		return RSI_ERROR_STATE;
	/* Not rsi_ipa_state_get(): its enum would truncate a 64-bit state. */
	arm_smccc_smc(SMC_RSI_IPA_STATE_GET, start, end, 0, 0, 0, 0, 0, &res);
	*top = res.a1;
	*state = res.a2;
	cond_resched();
	return res.a0;
}

static u64 ram_bytes(const struct audit *audit)
{
	u64 bytes = 0;

	for (size_t i = 0; i < audit->nr_ram; i++)
		bytes += audit->ram[i].end - audit->ram[i].start;
	return bytes;
}

struct ram_list {
	struct ripas_range *range;
	size_t nr, room;
};

static int add_ram(struct resource *res, void *arg)
{
	struct ram_list *list = arg;

	if (list->nr < list->room)
		list->range[list->nr] = (struct ripas_range){ res->start, res->end + 1 };
	list->nr++;
	return 0;
}

static void list_ram(struct ram_list *list)
{
	list->nr = 0;
	/* walk_iomem_res_desc() does not report the children of a match. */
	walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, 0, -1,
			    list, add_ram);
}

/* "System RAM" of /proc/iomem. Memory hot-added between the two passes may be missed. */
static int find_ram(struct audit *audit)
{
	struct ram_list list = { 0 };

	list_ram(&list);
	list.room = list.nr;
	list.range = kvmalloc_array(list.room, sizeof(*list.range), GFP_KERNEL);
	if (!list.range)
		return -ENOMEM;
	list_ram(&list);
	audit->ram = list.range;
	audit->nr_ram = min(list.nr, list.room);
	return 0;
}

/*
 * Ask the RMM: prot_ns_shared is the bit in a PTE, whose position differs from that in the IPA
 * if addresses have 52 bits.
 */
static int ask_ipa_bits(struct audit *audit)
{
	struct realm_config *config __free(kfree) = NULL;

	/* kzalloc() aligns this to its size, in the linear map, as the RMM requires. */
	config = kzalloc(RSI_GRANULE_SIZE, GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	audit->calls++;
	if (rsi_get_realm_config(config))
		audit->error = "an RSI error code for the Realm's configuration";
	else if (config->ipa_bits < 32 || config->ipa_bits > 52)
		audit->error = "an invalid IPA width";
	else
		audit->ipa_bits = config->ipa_bits;
	return 0;
}

/* Walk until two successive walks agree, at most MAX_WALKS times. */
static int audit_walk(struct audit *audit)
{
	const u64 max_short = ram_bytes(audit) / TABLE_BYTES * 2 + MORE_TABLES;
	struct ripas_runs before = { .max = MAX_RUNS };

	audit->runs.max = MAX_RUNS;
	audit->runs.run = kvmalloc_array(MAX_RUNS, sizeof(*audit->runs.run), GFP_KERNEL);
	before.run = kvmalloc_array(MAX_RUNS, sizeof(*before.run), GFP_KERNEL);
	if (!audit->runs.run || !before.run) {
		kvfree(before.run);
		return -ENOMEM;
	}
	while (audit->walks < MAX_WALKS) {
		swap(audit->runs, before);
		audit->error = ripas_runs_walk(&audit->runs, 1ULL << (audit->ipa_bits - 1),
					       max_short, get_state);
		audit->calls += audit->runs.calls;
		if (audit->error)
			break;
		audit->changed = ripas_runs_changed(&audit->runs, &before);
		if (audit->walks++ && !audit->changed)
			break;
	}
	kvfree(before.run);
	return must_end() ? -EINTR : 0;
}

static int find_misaligned(struct audit *audit)
{
	const u64 granule = hostconf.granule;

	audit->nr_findings = ripas_runs_find_misaligned(&audit->runs, audit->ram, audit->nr_ram,
							granule, NULL, 0, &audit->sums);
	if (audit->nr_findings) {
		audit->findings = kvmalloc_array(audit->nr_findings, sizeof(*audit->findings),
						 GFP_KERNEL);
		if (!audit->findings)
			return -ENOMEM;
		ripas_runs_find_misaligned(&audit->runs, audit->ram, audit->nr_ram, granule,
					   audit->findings, audit->nr_findings, &audit->sums);
		audit->verdict = audit->sums.misaligned ? AUDIT_MISALIGNED : AUDIT_DESTROYED;
	} else if (!granule) {
		audit->verdict = AUDIT_UNKNOWN;
	} else if (audit->changed || audit->runs.truncated) {
		audit->verdict = AUDIT_INCONCLUSIVE;
	} else {
		audit->verdict = AUDIT_ALIGNED;
	}
	return 0;
}

static int audit_fill(struct audit *audit)
{
	int err;

	if (hostconf.status == HOSTCONF_NOT_REALM) {
		audit->verdict = AUDIT_NOT_REALM;
		return 0;
	}
	err = find_ram(audit);
	if (!err)
		err = ask_ipa_bits(audit);
	if (!err && !audit->error)
		err = audit_walk(audit);
	if (err)
		return err;
	if (audit->error) {
		audit->verdict = AUDIT_FAILED;
		return 0;
	}
	return find_misaligned(audit);
}

/**
 * audit_take() - audit all memory of the Realm now
 *
 * Only asks the RMM: no state is changed and no memory is read.
 *
 * Context: Process, may sleep. Takes one RSI call for each run of memory and one for each
 *	translation table of the RMM, at least twice.
 * Return: The audit, to be freed with audit_release(); ERR_PTR(-ENOMEM); or ERR_PTR(-EINTR) if
 *	the task was killed, or is a kthread and must stop.
 */
struct audit *audit_take(void)
{
	const u64 start = ktime_get_ns();
	struct audit *audit = kzalloc(sizeof(*audit), GFP_KERNEL);
	int err;

	if (!audit)
		return ERR_PTR(-ENOMEM);
	err = audit_fill(audit);
	if (err) {
		audit_release(audit);
		return ERR_PTR(err);
	}
	audit->ns = ktime_get_ns() - start;
	set_last(audit->verdict);
	return audit;
}

/**
 * audit_release() - free an audit
 * @audit: from audit_take()
 *
 * Context: Process.
 */
void audit_release(struct audit *audit)
{
	kvfree(audit->runs.run);
	kvfree(audit->findings);
	kvfree(audit->ram);
	kfree(audit);
}
