// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/arm-smccc.h>
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <uapi/rhi.h>

#include "compat.h"
#include "hostcall.h"
#include "trace.h"

/*
 * The RSI_HOST_CALL structure (DEN0137). The immediate is 16 bits wide, but the RMM reads more
 * of its 64-bit word (TF-RMM runtime/rsi/host_call.c), so the whole word is zeroed. Aligned to
 * its own size the structure cannot cross a page, and its IPA is that of one page plus an
 * offset, wherever the kernel places module data.
 */
#define HOSTCALL_ALIGN	256

static struct {
	u64 imm;
	u64 gprs[31];
} buffer __aligned(HOSTCALL_ALIGN);

static phys_addr_t buffer_ipa;

/* Latest calls, shown in debugfs */
#define LOG_SIZE	64

struct logged_call {
	u32 fid;
	unsigned long rsi;
	u64 answer;
	u64 ns;
};

static struct logged_call call_log[LOG_SIZE];

static u64 call_count;

/* Serialises use of the buffer and the log; held while the host holds the vCPU. */
static DEFINE_MUTEX(hostcall_lock);

/*
 * Module data is outside the linear map, where virt_to_phys() silently returns a wrong address.
 * So look up the page in the page tables, and use the linear alias of the page.
 */
static int find_ipa(const void *p, phys_addr_t *ipa)
{
	const unsigned int offset = offset_in_page(p);
	struct page *page;
	void *alias;

	if (is_vmalloc_or_module_addr(p))
		page = vmalloc_to_page(p);
	else if (virt_addr_valid(p))
		page = virt_to_page(p);
	else
		return -EFAULT;
	if (!page || !page_address(page))
		return -EFAULT;

	alias = page_address(page) + offset;
	*ipa = page_to_phys(page) + offset;
	if (!virt_addr_valid(alias) || virt_to_phys(alias) != *ipa)
		return -EFAULT;
	return 0;
}

/*
 * The RMM returns RSI_ERROR_INPUT for a buffer that is not 256-byte aligned or not protected.
 * Check both here, where the message can name the cause.
 */
static int check_ipa(phys_addr_t ipa)
{
	phys_addr_t page = ALIGN_DOWN(ipa, SZ_4K), top;
	enum ripas ripas;

	if (!IS_ALIGNED(ipa, HOSTCALL_ALIGN)) {
		pr_err("the buffer for host calls is at IPA %pa, not %d-byte aligned: please report this\n",
		       &ipa, HOSTCALL_ALIGN);
		return -EFAULT;
	}
	if (rsi_ipa_state_get(page, page + SZ_4K, &ripas, &top) || ripas != RSI_RIPAS_RAM) {
		pr_err("the buffer for host calls at IPA %pa is not protected RAM: please report this\n",
		       &ipa);
		return -EFAULT;
	}
	return 0;
}

/**
 * hostcall_init() - find and check the IPA of the buffer for host calls
 *
 * Context: Process, in a Realm.
 * Return:
 * * %0 - hostcall() can be used
 * * %-EFAULT - the buffer has no linear alias, or is not aligned protected RAM; the log gives
 *   the reason
 */
int hostcall_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(buffer) != HOSTCALL_ALIGN);

	err = find_ipa(&buffer, &buffer_ipa);
	if (err) {
		pr_err("the buffer for host calls at %p has no linear-map alias: please report this\n",
		       &buffer);
		return err;
	}
	return check_ipa(buffer_ipa);
}

static void log_call(u32 fid, const struct hostcall_result *res, u64 ns)
{
	struct logged_call *entry = &call_log[call_count++ % LOG_SIZE];

	entry->fid = fid;
	entry->rsi = res->rsi;
	entry->answer = res->gprs[0];
	entry->ns = ns;
	trace_host_call(fid, hostcall_fid_name(fid), entry->rsi, entry->answer, ns);
}

/**
 * hostcall() - make a host call that takes no arguments
 * @fid: RHI function identifier
 * @res: the result; always filled in
 *
 * All 31 registers of the structure are passed to the host and back. The structure is zeroed
 * before each call, so that only @fid leaves the Realm.
 *
 * Context: Process; sleeps while another call is in progress. The host may hold the vCPU for any
 *	time; a Realm cannot bound that.
 * Return:
 * * %0 - the host answered; %RHI_NOT_SUPPORTED in gprs[0] is also an answer
 * * %-EIO - the RMM returned an error, see @res->rsi
 */
int hostcall(u32 fid, struct hostcall_result *res)
{
	struct arm_smccc_res smccc;
	ktime_t start;

	guard(mutex)(&hostcall_lock);

	memset(&buffer, 0, sizeof(buffer));
	buffer.gprs[0] = fid;
	memset(res, 0, sizeof(*res));

	start = ktime_get();
	arm_smccc_smc(SMC_RSI_HOST_CALL, buffer_ipa, 0, 0, 0, 0, 0, 0, &smccc);
	res->rsi = smccc.a0;
	if (res->rsi == RSI_SUCCESS)
		memcpy(res->gprs, buffer.gprs, sizeof(res->gprs));
	log_call(fid, res, ktime_to_ns(ktime_sub(ktime_get(), start)));

	return res->rsi == RSI_SUCCESS ? 0 : -EIO;
}

static const struct {
	u32 fid;
	const char *name;
} fid_names[] = {
	{ RHI_SESSION_VERSION, "SESSION_VERSION" },
	{ RHI_SESSION_FEATURES, "SESSION_FEATURES" },
	{ RHI_FAL_VERSION, "FAL_VERSION" },
	{ RHI_FAL_FEATURES, "FAL_FEATURES" },
	{ RHI_DA_VERSION, "DA_VERSION" },
	{ RHI_DA_FEATURES, "DA_FEATURES" },
	{ RHI_HOSTCONF_VERSION, "HOSTCONF_VERSION" },
	{ RHI_HOSTCONF_FEATURES, "HOSTCONF_FEATURES" },
	{ RHI_HOSTCONF_GET_IPA_CHANGE_ALIGNMENT, "HOSTCONF_GET_IPA_CHANGE_ALIGNMENT" },
};

/**
 * hostcall_fid_name() - name an RHI call, as in the specification
 * @fid: RHI function identifier
 *
 * Context: Any.
 * Return: The name without the prefix RHI_, or "unknown".
 */
const char *hostcall_fid_name(u32 fid)
{
	for (size_t i = 0; i < ARRAY_SIZE(fid_names); i++)
		if (fid_names[i].fid == fid)
			return fid_names[i].name;
	return "unknown";
}

static const char *rsi_code_name(unsigned long rsi)
{
	/* DEN0137, RsiCommandReturnCode; asm/rsi_smc.h lacks the last one. */
	static const char * const names[] = {
		"SUCCESS", "ERROR_INPUT", "ERROR_STATE", "INCOMPLETE", "ERROR_UNKNOWN",
	};

	return rsi < ARRAY_SIZE(names) ? names[rsi] : NULL;
}

/**
 * hostcall_show_log() - print the latest calls, oldest first
 * @s: a seq_file
 *
 * Context: Process; sleeps while a call is in progress.
 */
void hostcall_show_log(struct seq_file *s)
{
	guard(mutex)(&hostcall_lock);

	seq_puts(s, "# seq fid name rsi answer ns\n");
	for (u64 seq = call_count > LOG_SIZE ? call_count - LOG_SIZE : 0; seq < call_count; seq++) {
		struct logged_call *entry = &call_log[seq % LOG_SIZE];
		const char *rsi = rsi_code_name(entry->rsi);

		seq_printf(s, "%llu 0x%x %s ", seq + 1, entry->fid, hostcall_fid_name(entry->fid));
		if (rsi)
			seq_printf(s, "%s ", rsi);
		else
			seq_printf(s, "0x%lx ", entry->rsi);
		if (entry->rsi == RSI_SUCCESS)
			seq_printf(s, "0x%llx ", entry->answer);
		else
			seq_puts(s, "none ");
		seq_printf(s, "%llu\n", entry->ns);
	}
}
