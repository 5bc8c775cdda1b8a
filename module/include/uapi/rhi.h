/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Realm Host Interface (RHI): calls that a Realm makes to its host through RSI_HOST_CALL.
 * Numbers from Arm's ACS, val_rhi.h; only calls without side effects on the host.
 */
#ifndef _UAPI_RHI_H
#define _UAPI_RHI_H

/* An unsupported call returns RSI_SUCCESS with this in gprs[0]; RHI has no other status. */
#define RHI_NOT_SUPPORTED			0xffffffffffffffffULL

#define RHI_SESSION_VERSION			0xc5000040
#define RHI_SESSION_FEATURES			0xc5000041
#define RHI_FAL_VERSION				0xc5000046
#define RHI_FAL_FEATURES			0xc5000047
#define RHI_DA_VERSION				0xc500004a
#define RHI_DA_FEATURES				0xc500004b
#define RHI_HOSTCONF_VERSION			0xc500004e
#define RHI_HOSTCONF_FEATURES			0xc500004f
#define RHI_HOSTCONF_GET_IPA_CHANGE_ALIGNMENT	0xc5000050

/* In every family a version is major << 16 | minor. */
#define RHI_VERSION_MAJOR(v)			((v) >> 16)
#define RHI_VERSION_MINOR(v)			((v) & 0xffff)

/* RHI_HOSTCONF_FEATURES, gprs[0]: RHI_HOSTCONF_GET_IPA_CHANGE_ALIGNMENT is available. */
#define RHI_HOSTCONF_HAS_IPA_CHANGE_ALIGNMENT	0x1ULL

#endif /* _UAPI_RHI_H */
