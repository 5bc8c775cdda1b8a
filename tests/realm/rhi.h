/* SPDX-License-Identifier: GPL-2.0-only */
/* Realm Host Interface: the host's answers to RSI_HOST_CALL. */
#ifndef REALM_RHI_H
#define REALM_RHI_H

#include "types.h"

struct realm;

#define RHI_GPRS	31
#define RHI_CALLS	10

/** struct host_call - structure of RSI_HOST_CALL in the Realm's memory, 256 bytes */
struct host_call {
	u64 imm;		/* only 16 bits are defined */
	u64 gprs[RHI_GPRS];
};

_Static_assert(sizeof(struct host_call) == 256, "RSI_HOST_CALL's structure");

/**
 * rhi_name() - name of a call in the summary
 * @i:	less than RHI_CALLS
 *
 * Return: the name.
 */
const char *rhi_name(unsigned int i);

/**
 * rhi_handle() - answer one host call and count it
 * @realm:	Realm
 * @hc:		the Realm's structure; the answer goes to gprs
 *
 * Return: 0, or the RSI code that the configuration sets for this
 * RSI_HOST_CALL; then @hc is unchanged.
 */
u64 rhi_handle(struct realm *realm, struct host_call *hc);

#endif
