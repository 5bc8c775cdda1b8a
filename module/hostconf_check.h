/* SPDX-License-Identifier: GPL-2.0-only */
/* Validate the host's HOSTCONF answers. Independent of the kernel: see tests/unit. */
#ifndef _HOSTCONF_CHECK_H
#define _HOSTCONF_CHECK_H

#include <linux/types.h>

enum hostconf_status {
	HOSTCONF_OK,
	HOSTCONF_NOT_SUPPORTED,
	HOSTCONF_NO_ALIGNMENT,
	HOSTCONF_BAD_VERSION,
	HOSTCONF_INVALID_ALIGNMENT,
	HOSTCONF_CALL_FAILED,
	HOSTCONF_NOT_REALM,
};

const char *hostconf_status_name(enum hostconf_status status);
bool hostconf_granule_is_known(enum hostconf_status status);
enum hostconf_status hostconf_check_version(u64 raw);
enum hostconf_status hostconf_check_features(u64 raw);
const char *hostconf_alignment_error(u64 raw, u64 max);

#endif /* _HOSTCONF_CHECK_H */
