// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/cache.h>
#include <linux/cleanup.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include <uapi/rhi.h>
#include <uapi/rhi_files.h>

#include "hostcall.h"
#include "hostconf.h"

/* Read-only after init: "It is a constant" (Marc Zyngier, review of the upstream series). */
struct hostconf hostconf __ro_after_init;

#define LARGEST_BLOCK	((u64)PAGE_SIZE << MAX_PAGE_ORDER)

static int __init ask_one(u32 fid, struct hostconf_answer *answer)
{
	struct hostcall_result res;
	int err = hostcall(fid, &res);

	if (err) {
		pr_err("RSI_HOST_CALL for %s failed with RSI code %lu: the host's granule is not known\n",
		       hostcall_fid_name(fid), res.rsi);
		return err;
	}
	answer->raw = res.gprs[0];
	answer->asked = true;
	return 0;
}

static enum hostconf_status __init hostconf_ask(void)
{
	enum hostconf_status status;
	const char *error;

	if (ask_one(RHI_HOSTCONF_VERSION, &hostconf.version))
		return HOSTCONF_CALL_FAILED;
	status = hostconf_check_version(hostconf.version.raw);
	if (status == HOSTCONF_NOT_SUPPORTED)
		pr_info("the host does not support RHI HOSTCONF\n");
	if (status == HOSTCONF_BAD_VERSION)
		pr_err("the host's HOSTCONF version 0x%llx is not 1.x: the host's granule is not known\n",
		       hostconf.version.raw);
	if (status != HOSTCONF_OK)
		return status;

	if (ask_one(RHI_HOSTCONF_FEATURES, &hostconf.features))
		return HOSTCONF_CALL_FAILED;
	status = hostconf_check_features(hostconf.features.raw);
	if (status != HOSTCONF_OK) {
		pr_info("the host's HOSTCONF does not report a granule (features 0x%llx)\n",
			hostconf.features.raw);
		return status;
	}

	if (ask_one(RHI_HOSTCONF_GET_IPA_CHANGE_ALIGNMENT, &hostconf.alignment))
		return HOSTCONF_CALL_FAILED;
	error = hostconf_alignment_error(hostconf.alignment.raw, LARGEST_BLOCK);
	if (error) {
		pr_err("the host's IPA change alignment 0x%llx %s: the host's granule is not known\n",
		       hostconf.alignment.raw, error);
		return HOSTCONF_INVALID_ALIGNMENT;
	}
	return HOSTCONF_OK;
}

/* granule= gives a larger granule, or one where the host's is unknown. */
static int __init take_override(u64 override)
{
	const char *error = hostconf_alignment_error(override, LARGEST_BLOCK);

	if (error) {
		pr_err("granule=%llu %s: give a power of two from %lu to %llu\n",
		       override, error, PAGE_SIZE, LARGEST_BLOCK);
		return -EINVAL;
	}
	if (override < max_t(u64, hostconf.granule, PAGE_SIZE)) {
		pr_err("granule=%llu is smaller than %llu, which this guest needs on this host: leave it out, or give a larger one\n",
		       override, max_t(u64, hostconf.granule, PAGE_SIZE));
		return -EINVAL;
	}
	hostconf.overridden = override != hostconf.granule;
	hostconf.granule = override;
	hostconf.source = RHI_SOURCE_PARAMETER;
	return 0;
}

/**
 * hostconf_init() - ask the host for its sharing granule and freeze the answers
 * @realm: false outside a Realm (force=1), where there is no host to ask
 * @override: granule= in bytes; 0 if not given
 *
 * A host call that fails, or an invalid answer, is not an error: the granule is then 0 unless
 * @override is given.
 *
 * Context: Process, at module load; after a successful hostcall_init() if @realm.
 * Return:
 * * %0 - hostconf is valid
 * * %-EINVAL - @override is invalid, or smaller than the host's granule
 */
int __init hostconf_init(bool realm, u64 override)
{
	hostconf.status = realm ? hostconf_ask() : HOSTCONF_NOT_REALM;

	if (hostconf.status == HOSTCONF_OK && hostconf.alignment.raw >= PAGE_SIZE) {
		hostconf.granule = hostconf.alignment.raw;
		hostconf.source = RHI_SOURCE_HOST;
	} else if (hostconf_granule_is_known(hostconf.status)) {
		hostconf.granule = PAGE_SIZE;
		hostconf.source = RHI_SOURCE_PAGE_SIZE;
	} else {
		hostconf.source = RHI_SOURCE_UNKNOWN;
	}

	if (override) {
		int err = take_override(override);

		if (err)
			return err;
	}

	if (hostconf.granule)
		pr_info("sharing granule %llu bytes: %s\n", hostconf.granule, hostconf_meaning());
	else
		pr_err("sharing is disabled: %s\n", hostconf_meaning());
	return 0;
}

/**
 * hostconf_meaning() - describe the status to the user
 *
 * Context: Any, after hostconf_init().
 * Return: One clause, without a full stop.
 */
const char *hostconf_meaning(void)
{
	if (hostconf.status != HOSTCONF_NOT_REALM && hostconf.overridden)
		return hostconf_granule_is_known(hostconf.status) ?
		       "set by granule=, larger than this host needs" :
		       "set by granule=, as the host's is unknown";

	switch (hostconf.status) {
	case HOSTCONF_OK:
		return hostconf.alignment.raw < PAGE_SIZE ?
		       "the host's granule is smaller than a page" : "reported by the host";
	case HOSTCONF_NOT_SUPPORTED:
		return "assumed: the host does not support RHI HOSTCONF";
	case HOSTCONF_NO_ALIGNMENT:
		return "assumed: the host's HOSTCONF does not report a granule";
	case HOSTCONF_BAD_VERSION:
		return "unsupported version; set granule= if you know the host's";
	case HOSTCONF_INVALID_ALIGNMENT:
		return "invalid granule from the host; set granule= if you know the host's";
	case HOSTCONF_CALL_FAILED:
		return "host call failed; set granule= if you know the host's";
	case HOSTCONF_NOT_REALM:
		return "not a Realm (force=1): sharing has no effect";
	}
	return "";
}

static bool hostconf_show_answer(struct seq_file *s, u32 fid, int words)
{
	struct hostcall_result res;

	if (hostcall(fid, &res)) {
		seq_puts(s, " call_failed");
		return false;
	}
	if (res.gprs[0] == RHI_NOT_SUPPORTED) {
		seq_puts(s, " not_supported");
		return false;
	}
	seq_printf(s, " 0x%llx", res.gprs[0]);
	for (int i = 1; i < words; i++)
		seq_printf(s, ",0x%llx", res.gprs[i]);
	return true;
}

/**
 * hostconf_show_families() - query the RHI families and print the answers
 * @s: a seq_file
 *
 * The host is asked on each read; loading the module asks only for HOSTCONF. SESSION has two
 * words of features, the other families have one (Arm's ACS, val_rhi.h).
 *
 * Context: Process, in a Realm; sleeps.
 */
void hostconf_show_families(struct seq_file *s)
{
	static const struct {
		const char *name;
		u32 version, features;
		int words;
	} families[] = {
		{ "SESSION", RHI_SESSION_VERSION, RHI_SESSION_FEATURES, 2 },
		{ "FAL", RHI_FAL_VERSION, RHI_FAL_FEATURES, 1 },
		{ "DA", RHI_DA_VERSION, RHI_DA_FEATURES, 1 },
		{ "HOSTCONF", RHI_HOSTCONF_VERSION, RHI_HOSTCONF_FEATURES, 1 },
	};

	seq_puts(s, "# family version features\n");
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		seq_puts(s, families[i].name);
		if (hostconf_show_answer(s, families[i].version, 1))
			hostconf_show_answer(s, families[i].features, families[i].words);
		else
			seq_puts(s, " -");
		seq_putc(s, '\n');
	}
}
