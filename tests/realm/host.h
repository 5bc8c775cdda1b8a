/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's part in a RIPAS change: its policy for misaligned requests. */
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
 * host_policy_name() - name of a policy in the configuration
 * @host:	index of the policy, from 0
 *
 * Return: the name, or NULL after the last policy.
 */
const char *host_policy_name(unsigned int host);

/**
 * host_has_realm() - test whether there is a Realm, not an ordinary virtual machine
 * @cfg:	configuration
 *
 * Return: false for the policy "none".
 */
bool host_has_realm(const struct config *cfg);

/**
 * host_splits_granules() - test whether the host changes part of a granule
 * @cfg:	configuration
 *
 * Return: true for a policy that RMM 2.0 cannot have.
 */
bool host_splits_granules(const struct config *cfg);

/**
 * host_ripas_change() - let the host handle RSI_IPA_STATE_SET
 * @realm:	Realm; its lock is held
 * @vcpu:	caller
 * @req:	request, validated as by the RMM
 * @next:	first address not changed
 * @rejected:	the host refused to continue
 *
 * Return: HANDLED, or FATAL if the host ended the Realm.
 */
enum result host_ripas_change(struct realm *realm, struct vcpu *vcpu,
			      const struct host_request *req, u64 *next, bool *rejected);

/**
 * host_between_calls() - let the host access shared memory after a call
 * @realm:	Realm; its lock is held
 *
 * Return: number of loop iterations to delay the vCPU.
 */
u64 host_between_calls(struct realm *realm);

#endif
