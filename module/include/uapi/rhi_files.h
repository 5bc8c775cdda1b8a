/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Words in the files of /sys/kernel/rhi and /sys/kernel/debug/rhi, written by the module and
 * read by rhictl. docs/ABI/testing describes the files.
 */
#ifndef _UAPI_RHI_FILES_H
#define _UAPI_RHI_FILES_H

/* Version of all words below; incremented when a key or word changes its meaning. */
#define RHI_FORMAT			2

/* about */
#define RHI_ABOUT_FORMAT		"format"
#define RHI_ABOUT_AUDIT_VERDICT		"audit_verdict"
#define RHI_ABOUT_AUDIT_AGE		"audit_age_seconds"
#define RHI_ABOUT_AUDIT_AT_LOAD		"audit_at_load"
#define RHI_ABOUT_NONE			"none"

/* status: the result of asking the host */
#define RHI_STATUS_OK			"ok"
#define RHI_STATUS_NOT_SUPPORTED	"not_supported"
#define RHI_STATUS_NO_ALIGNMENT		"no_alignment"
#define RHI_STATUS_BAD_VERSION		"bad_version"
#define RHI_STATUS_INVALID_ALIGNMENT	"invalid_alignment"
#define RHI_STATUS_CALL_FAILED		"call_failed"
#define RHI_STATUS_NOT_REALM		"not_realm"

/* granule_source */
#define RHI_SOURCE_HOST			"host"
#define RHI_SOURCE_PAGE_SIZE		"page_size"
#define RHI_SOURCE_PARAMETER		"parameter"
#define RHI_SOURCE_UNKNOWN		"unknown"

/* kernel_granule: key in hostconf and audit; the verdict is the third word of its value */
#define RHI_KERNEL_GRANULE		"kernel_granule"
#define RHI_KERNEL_GRANULE_NONE		"none"
#define RHI_KERNEL_GRANULE_AGREES	"agrees"
#define RHI_KERNEL_GRANULE_TOO_SMALL	"too_small"
#define RHI_KERNEL_GRANULE_INVALID	"invalid"
#define RHI_KERNEL_GRANULE_UNKNOWN	"unknown"
#define RHI_KERNEL_GRANULE_NOT_ASKED	"not_asked"

/* hook: state */
#define RHI_HOOK_ON			"on"
#define RHI_HOOK_DRAINING		"draining"
#define RHI_HOOK_OFF			"off"

/* hook, while it is on: devices that were bound before */
#define RHI_HOOK_EARLY_DEVICES		"early_devices"
#define RHI_HOOK_EARLY			"early"

/* swiotlb */
#define RHI_SWIOTLB_SIZE		"size_bytes"
#define RHI_SWIOTLB_USED		"used_bytes"
#define RHI_SWIOTLB_PEAK		"peak_bytes"
#define RHI_SWIOTLB_GROWS		"grows"
#define RHI_SWIOTLB_TRANSIENT		"transient_bytes"
#define RHI_SWIOTLB_POOL		"pool"
#define RHI_SWIOTLB_NONE		"none"

/* pools: totals */
#define RHI_TOTAL_SHARED_CHUNKS		"shared_chunks"
#define RHI_TOTAL_SHARED_BYTES		"shared_bytes"
#define RHI_TOTAL_SHARES		"shares"
#define RHI_TOTAL_UNSHARES		"unshares"
#define RHI_TOTAL_REFUSED		"refused"
#define RHI_TOTAL_LEAKED_BYTES		"leaked_bytes"
#define RHI_TOTAL_TRANSFERRED_BYTES	"transferred_bytes"
#define RHI_TOTAL_BAD_FREES		"bad_frees"

/* audit: verdict */
#define RHI_AUDIT_ALIGNED		"aligned"
#define RHI_AUDIT_MISALIGNED		"misaligned"
#define RHI_AUDIT_DESTROYED		"destroyed"
#define RHI_AUDIT_INCONCLUSIVE		"inconclusive"
#define RHI_AUDIT_UNKNOWN		"unknown"
#define RHI_AUDIT_NOT_REALM		"not_realm"
#define RHI_AUDIT_FAILED		"failed"

/* audit: first word of a line with several fields */
#define RHI_AUDIT_LINE_MISALIGNED	"misaligned"
#define RHI_AUDIT_LINE_DESTROYED	"destroyed"
#define RHI_AUDIT_LINE_OWNER		"owner"
#define RHI_AUDIT_LINE_RAM		"ram"
#define RHI_AUDIT_LINE_RUN		"run"

/* audit: sums */
#define RHI_SUM_MISALIGNED_RUNS		"misaligned_runs"
#define RHI_SUM_MISALIGNED_GRANULES	"misaligned_granules"
#define RHI_SUM_MISALIGNED_PRIVATE_BYTES "misaligned_private_bytes"
#define RHI_SUM_DESTROYED_RUNS		"destroyed_runs"
#define RHI_SUM_DESTROYED_BYTES		"destroyed_bytes"
#define RHI_SUM_SHARED_BYTES		"shared_bytes"
#define RHI_SUM_PRIVATE_BYTES		"private_bytes"
#define RHI_SUM_IPA_BITS		"ipa_bits"
#define RHI_SUM_RUNS			"runs"
#define RHI_SUM_TRUNCATED		"truncated"
#define RHI_SUM_WALKS			"walks"
#define RHI_SUM_CHANGED_RUNS		"changed_runs"
#define RHI_SUM_RSI_CALLS		"rsi_calls"
#define RHI_SUM_NS			"ns"

/* audit, ripas: RIPAS values, spelled as in DEN0137 */
#define RHI_RIPAS_EMPTY			"EMPTY"
#define RHI_RIPAS_RAM			"RAM"
#define RHI_RIPAS_DESTROYED		"DESTROYED"
#define RHI_RIPAS_DEV			"DEV"

#endif /* _UAPI_RHI_FILES_H */
