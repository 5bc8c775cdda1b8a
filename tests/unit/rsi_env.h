/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulator's logic on the host: memory, a TLB and PSCI of pretence. */
#ifndef UNIT_RSI_ENV_H
#define UNIT_RSI_ENV_H

#include "realm.h"

#ifndef ENV_RAM
#define ENV_RAM		(8UL << 20)
#endif

/* Milliseconds that arch_nsec() tells, as nanoseconds. */
extern u64 env_msec;

/**
 * env_realm() - a fresh Realm of ENV_RAM bytes
 * @config:	further configuration lines
 *
 * Return: the Realm, the same one each time.
 */
struct realm *env_realm(const char *config);

/**
 * env_smc() - one SMC of vCPU 0
 * @realm:	Realm
 * @x:		x0..x30
 *
 * Return: what smc_handle() says.
 */
enum result env_smc(struct realm *realm, u64 *x);

/**
 * env_set() - RSI_IPA_STATE_SET with CHANGE_DESTROYED
 * @realm:	Realm
 * @base:	first IPA
 * @top:	end
 * @ripas:	new state
 * @next:	X1 of the answer, or NULL
 *
 * Return: X0, or -1 if the run is over.
 */
long env_set(struct realm *realm, u64 base, u64 top, enum ripas ripas, u64 *next);

/**
 * env_tlb_fill() - let a CPU touch every page that is mapped now
 * @realm:	Realm
 */
void env_tlb_fill(struct realm *realm);

/**
 * env_tlb_stale() - pages that a CPU still reaches though no descriptor says so
 * @realm:	Realm
 *
 * Return: their number.
 */
u64 env_tlb_stale(struct realm *realm);

/**
 * env_json_balanced() - whether the mailbox is one whole JSON object
 * @text:	NUL-terminated
 *
 * Return: true if quotes, braces and brackets match up and nothing follows.
 */
bool env_json_balanced(const char *text);

#endif
