/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's half of a RIPAS change: its policy on what breaks its granule. */
#ifndef REALM_HOST_H
#define REALM_HOST_H

#include "realm.h"

struct host_request {
	u64 base;
	u64 top;
	enum ripas ripas;
	bool change_destroyed;
};

/**
 * host_ripas_change() - let the host answer RSI_IPA_STATE_SET
 * @realm:	Realm; its lock is held
 * @vcpu:	caller
 * @req:	request, already valid for the RMM
 * @next:	first address not changed
 * @rejected:	the host says no, where it could also have said "go on"
 *
 * Return: HANDLED, or FATAL if the host ended the Realm.
 */
enum result host_ripas_change(struct realm *realm, struct vcpu *vcpu,
			      const struct host_request *req, u64 *next, bool *rejected);

/**
 * host_between_calls() - let the host do what it likes with the memory that it shares
 * @realm:	Realm; its lock is held
 *
 * Return: for how many turns of a loop it keeps the CPU after that.
 */
u64 host_between_calls(struct realm *realm);

#endif
