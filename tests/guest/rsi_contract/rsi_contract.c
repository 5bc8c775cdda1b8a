// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check every row of tests/unit/rsi-contract.tsv inside a Realm: reading
 * /sys/kernel/debug/rsi_contract makes the calls and prints KTAP. rsi_contract-2.0 does the same
 * with rsi-contract-2.0.tsv.
 *
 * Rows of the first share single pages, so the host must accept any 4K request; those of the second
 * expect a host with larger pages that rejects them. All pages belong to this module, and are RAM
 * again after each row.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/arm-smccc.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include <compat.h>

#include "rsi_fids.h"

#define AREA_SIZE	SZ_512K

/* Markers that no call returns */
#define UNSET		0x756e73657400UL
#define KEPT		0x6b65707400UL
#define OUT		0x6f757400UL
#define RUN		0x72756e00UL

/* A host call that every host answers, without side effects */
#define HARMLESS_CALL	FID_SMCCC_VERSION

struct host_call {
	u64 imm;
	u64 gprs[31];
};

static struct host_call static_call __aligned(256);

static struct page *area_pages;
static u64 area;		/* IPA of AREA_SIZE bytes, with that alignment */
static u64 static_ipa;
static u64 shared_bit;
static struct dentry *file_1_0, *file_2_0;
static DEFINE_MUTEX(lock);	/* one reader of the file at a time */

/* Symbols in the rows. The space between them belongs to this module too. */
#define P	(area + SZ_64K)
#define H	(area + SZ_128K + SZ_64K)
#define B	(area + SZ_256K + SZ_64K + SZ_4K)
#define E	(area + SZ_256K + SZ_128K + SZ_16K)
#define STATIC	static_ipa
#define SH	shared_bit
#define TOP	shared_bit
#define HIGH	BIT(47)
#define MMIO	0x09000000UL	/* a UART of both QEMU's and kvmtool's machines */
#define ANY	0x123456789abcdefUL

static u64 pattern(unsigned int i)
{
	return 0xa5a5a5a500000000UL | i;
}

/* The RMM may stop anywhere, so loop; fail without progress. */
static int set_state(u64 base, u64 end, enum ripas state)
{
	while (base < end) {
		phys_addr_t top;

		if (rsi_set_addr_range_state(base, end, state, RSI_CHANGE_DESTROYED, &top))
			return -EIO;
		if (top <= base || top > end)
			return -EIO;
		base = top;
	}
	return 0;
}

static bool all_ram(u64 base, u64 end)
{
	while (base < end) {
		enum ripas state;
		phys_addr_t top;

		if (rsi_ipa_state_get(base, end, &state, &top) || state != RSI_RIPAS_RAM ||
		    top <= base)
			return false;
		base = top;
	}
	return true;
}

static void prepare_call(struct host_call *call)
{
	memset(call, 0, sizeof(*call));
	call->gprs[0] = HARMLESS_CALL;
}

static int prepare(void)
{
	prepare_call(page_address(area_pages) + (P - area));
	prepare_call(&static_call);
	if (set_state(ALIGN_DOWN(E, SZ_64K), ALIGN(E, SZ_64K), RSI_RIPAS_EMPTY))
		return -EIO;
	return set_state(H, H + SZ_64K, RSI_RIPAS_EMPTY);
}

static bool answer_fits(unsigned int i, u64 want, const u64 *in, const u64 *got)
{
	if (want == KEPT)
		return got[i] == in[i];
	if (want == RUN)
		return got[i] > in[1] && got[i] <= in[2] && IS_ALIGNED(got[i], SZ_4K);
	return want == OUT || got[i] == want;
}

/* First register after the results, which every call has to preserve */
static unsigned int first_kept(const u64 *want)
{
	return want[1] == OUT ? 9 : 4;
}

static bool fits(const u64 *want, const u64 *in, const u64 *got, unsigned int regs)
{
	for (unsigned int i = 0; i < 4; i++) {
		if (!answer_fits(i, want[i], in, got))
			return false;
	}
	for (unsigned int i = first_kept(want); i < regs; i++) {
		if (got[i] != in[i])
			return false;
	}
	return true;
}

static void print_got(struct seq_file *seq, const u64 *want, const u64 *in, const u64 *got,
		      unsigned int regs)
{
	seq_printf(seq, "# got x0..x3 = %#llx %#llx %#llx %#llx", got[0], got[1], got[2], got[3]);
	for (unsigned int i = first_kept(want); i < regs; i++) {
		if (got[i] != in[i])
			seq_printf(seq, ", x%u changed from %#llx to %#llx", i, in[i], got[i]);
	}
	seq_putc(seq, '\n');
}

struct rows {
	struct seq_file *seq;
	unsigned int count;
};

static void row(struct rows *rows, const char *name, u32 fid, u64 x1, u64 x2, u64 x3, u64 x4,
		u64 r0, u64 r1, u64 r2, u64 r3)
{
	const u64 args[] = { x1, x2, x3, x4 }, want[] = { r0, r1, r2, r3 };
	union {
		struct arm_smccc_1_2_regs regs;
		u64 x[18];
	} in, got;
	bool prepared = !prepare(), restored, good;

	for (unsigned int i = 0; i < ARRAY_SIZE(in.x); i++)
		in.x[i] = pattern(i);
	in.x[0] = fid;
	for (unsigned int i = 0; i < ARRAY_SIZE(args); i++) {
		if (args[i] != UNSET)
			in.x[i + 1] = args[i];
	}
	if (prepared)
		arm_smccc_1_2_smc(&in.regs, &got.regs);

	restored = !set_state(area, area + AREA_SIZE, RSI_RIPAS_RAM) &&
		   all_ram(area, area + AREA_SIZE);
	good = prepared && restored && fits(want, in.x, got.x, ARRAY_SIZE(got.x));

	if (!prepared)
		seq_puts(rows->seq, "# cannot share 64K on this host\n");
	else if (!restored)
		seq_puts(rows->seq, "# pages did not become RAM again\n");
	else if (!good)
		print_got(rows->seq, want, in.x, got.x, ARRAY_SIZE(got.x));
	seq_printf(rows->seq, "%sok %u %s\n", good ? "" : "not ", ++rows->count, name);
}

/* KTAP begins with the number of cases: count the rows without making their calls. */
#define ROW(...)	(rows++)

static unsigned int planned_1_0(void)
{
	unsigned int rows = 0;

#include "rsi-contract.h"
	return rows;
}

static unsigned int planned_2_0(void)
{
	unsigned int rows = 0;

#include "rsi-contract-2.0.h"
	return rows;
}

#undef ROW
#define ROW(name, fid, ...)	row(&rows, name, fid, __VA_ARGS__)

static int show_1_0(struct seq_file *seq, void *unused)
{
	struct rows rows = { .seq = seq };

	guard(mutex)(&lock);
	seq_printf(seq, "KTAP version 1\n1..%u\n", planned_1_0());
#include "rsi-contract.h"
	return 0;
}

static int show_2_0(struct seq_file *seq, void *unused)
{
	struct rows rows = { .seq = seq };

	guard(mutex)(&lock);
	seq_printf(seq, "KTAP version 1\n1..%u\n", planned_2_0());
#include "rsi-contract-2.0.h"
	return 0;
}

static int rsi_contract_open(struct inode *inode, struct file *f)
{
	/* Large enough that seq_file does not have to make the calls twice. */
	return single_open_size(f, inode->i_private, NULL, SZ_32K);
}

static const struct file_operations rsi_contract_fops = {
	.owner = THIS_MODULE,
	.open = rsi_contract_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init rsi_contract_init(void)
{
	struct realm_config *config;

	if (!is_realm_world())
		return -ENODEV;

	area_pages = alloc_pages(GFP_KERNEL | __GFP_ZERO, get_order(AREA_SIZE));
	if (!area_pages)
		return -ENOMEM;
	area = page_to_phys(area_pages);
	static_ipa = page_to_phys(vmalloc_to_page(&static_call)) + offset_in_page(&static_call);

	config = page_address(area_pages);
	if (rsi_get_realm_config(config)) {
		__free_pages(area_pages, get_order(AREA_SIZE));
		return -EIO;
	}
	shared_bit = BIT(config->ipa_bits - 1);
	file_1_0 = debugfs_create_file("rsi_contract", 0400, NULL, show_1_0, &rsi_contract_fops);
	file_2_0 = debugfs_create_file("rsi_contract-2.0", 0400, NULL, show_2_0,
				       &rsi_contract_fops);
	return 0;
}

static void __exit rsi_contract_exit(void)
{
	debugfs_remove(file_1_0);
	debugfs_remove(file_2_0);
	/* Pages that are not RAM must never return to the page allocator. */
	if (all_ram(area, area + AREA_SIZE))
		__free_pages(area_pages, get_order(AREA_SIZE));
	else
		pr_err("%u bytes at %#llx are not RAM, leaking them\n", AREA_SIZE,
		       area);
}

module_init(rsi_contract_init);
module_exit(rsi_contract_exit);

MODULE_DESCRIPTION("Compare the RMM's answers with known ones");
MODULE_LICENSE("GPL");
