// SPDX-License-Identifier: GPL-2.0-only
#include <linux/array_size.h>
#include <linux/log2.h>
#include <linux/sizes.h>

#include <uapi/rhi.h>
#include <uapi/rhi_files.h>

#include "hostconf_check.h"

static const char * const status_names[] = {
	[HOSTCONF_OK]			= RHI_STATUS_OK,
	[HOSTCONF_NOT_SUPPORTED]	= RHI_STATUS_NOT_SUPPORTED,
	[HOSTCONF_NO_ALIGNMENT]		= RHI_STATUS_NO_ALIGNMENT,
	[HOSTCONF_BAD_VERSION]		= RHI_STATUS_BAD_VERSION,
	[HOSTCONF_INVALID_ALIGNMENT]	= RHI_STATUS_INVALID_ALIGNMENT,
	[HOSTCONF_CALL_FAILED]		= RHI_STATUS_CALL_FAILED,
	[HOSTCONF_NOT_REALM]		= RHI_STATUS_NOT_REALM,
};

/**
 * hostconf_status_name() - name a status, as in sysfs
 * @status: a status
 *
 * Context: Any.
 * Return: The name. Part of the ABI.
 */
const char *hostconf_status_name(enum hostconf_status status)
{
	return (size_t)status < ARRAY_SIZE(status_names) ? status_names[status] : "unknown";
}

/**
 * hostconf_granule_is_known() - check whether a status allows sharing memory
 * @status: result of asking the host
 *
 * A host without HOSTCONF predates granules above 4K, so one page may be assumed. A host that
 * gives an invalid answer may have any granule.
 *
 * Context: Any.
 * Return: true if the host's granule is known, or may be assumed to be one page.
 */
bool hostconf_granule_is_known(enum hostconf_status status)
{
	switch (status) {
	case HOSTCONF_OK:
	case HOSTCONF_NOT_SUPPORTED:
	case HOSTCONF_NO_ALIGNMENT:
	case HOSTCONF_NOT_REALM:
		return true;
	default:
		return false;
	}
}

/**
 * hostconf_check_version() - check the answer to RHI_HOSTCONF_VERSION
 * @raw: gprs[0] as returned by the host
 *
 * Accept only major version 1: a draft assigned this FID to another call.
 *
 * Context: Any.
 * Return: HOSTCONF_OK, HOSTCONF_NOT_SUPPORTED or HOSTCONF_BAD_VERSION.
 */
enum hostconf_status hostconf_check_version(u64 raw)
{
	if (raw == RHI_NOT_SUPPORTED)
		return HOSTCONF_NOT_SUPPORTED;
	return RHI_VERSION_MAJOR(raw) == 1 ? HOSTCONF_OK : HOSTCONF_BAD_VERSION;
}

/**
 * hostconf_check_features() - check the answer to RHI_HOSTCONF_FEATURES
 * @raw: gprs[0] as returned by the host
 *
 * Test for "not supported" first: all its bits are set, including that of the alignment call.
 *
 * Context: Any.
 * Return: HOSTCONF_OK if the host offers the alignment call, else HOSTCONF_NO_ALIGNMENT.
 */
enum hostconf_status hostconf_check_features(u64 raw)
{
	if (raw == RHI_NOT_SUPPORTED || !(raw & RHI_HOSTCONF_HAS_IPA_CHANGE_ALIGNMENT))
		return HOSTCONF_NO_ALIGNMENT;
	return HOSTCONF_OK;
}

/**
 * hostconf_alignment_error() - check an IPA change alignment
 * @raw: bytes, from the host in gprs[0] or from the user in granule=
 * @max: bytes, the largest block of the page allocator
 *
 * RSI_IPA_STATE_SET works in units of 4K (RMM specification DEN0137), so no host can have a
 * smaller alignment; ALIGN() needs a power of two; and a granule that cannot be allocated cannot
 * be shared.
 *
 * Context: Any.
 * Return: NULL if @raw is valid, else a description of what is wrong with it.
 */
const char *hostconf_alignment_error(u64 raw, u64 max)
{
	if (raw == RHI_NOT_SUPPORTED)
		return "is 'not supported', although the host's features offer the call";
	if (raw == 0)
		return "is zero";
	if (!is_power_of_2(raw))
		return "is not a power of two";
	if (raw < SZ_4K)
		return "is below 4096, the smallest unit of RSI_IPA_STATE_SET";
	if (raw > max)
		return "is larger than the page allocator's largest block";
	return NULL;
}
