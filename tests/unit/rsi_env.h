/* SPDX-License-Identifier: GPL-2.0-only */
/* Environment for the simulator's logic on the host: memory, a TLB and PSCI */
#ifndef UNIT_RSI_ENV_H
#define UNIT_RSI_ENV_H

#include "realm.h"

#ifndef ENV_RAM
#define ENV_RAM		(8UL << 20)
#endif

/* Return value of arch_gicv3_vtr(), as measured */
#define ENV_GICV3_VTR	0x90b80003U

/* Return value of arch_nsec(), in milliseconds */
extern u64 env_msec;

/**
 * env_realm() - create a Realm with ENV_RAM bytes
 * @config:	additional configuration lines
 *
 * Return: the Realm, at the same address each time.
 */
struct realm *env_realm(const char *config);

/**
 * env_smc() - make an SMC on vCPU 0
 * @realm:	Realm
 * @x:		x0..x30
 *
 * Return: result of smc_handle().
 */
enum result env_smc(struct realm *realm, u64 *x);

/**
 * env_set() - call RSI_IPA_STATE_SET with CHANGE_DESTROYED
 * @realm:	Realm
 * @base:	first IPA
 * @top:	end
 * @ripas:	new RIPAS
 * @next:	X1 of the answer, or NULL
 *
 * Return: X0, or -1 if the run is over.
 */
long env_set(struct realm *realm, u64 base, u64 top, enum ripas ripas, u64 *next);

/**
 * env_tlb_fill() - fill the TLB with all mapped pages
 * @realm:	Realm
 */
void env_tlb_fill(struct realm *realm);

/**
 * env_tlb_stale() - count stale TLB entries
 * @realm:	Realm
 *
 * Return: number of pages that the TLB maps but stage 2 does not.
 */
u64 env_tlb_stale(struct realm *realm);

/**
 * env_json_balanced() - check that a text is one complete JSON object
 * @text:	NUL-terminated
 *
 * Return: true if quotes, braces and brackets match and nothing follows.
 */
bool env_json_balanced(const char *text);

#endif
