/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 2 of the Realm: 4K pages, one level-1 table, and in it the RMM's
 * state of each page. The caller holds the Realm's lock for every call here.
 */
#ifndef REALM_STAGE2_H
#define REALM_STAGE2_H

#include "platform.h"
#include "types.h"

enum ripas {
	RIPAS_EMPTY,
	RIPAS_RAM,
	RIPAS_DESTROYED,
};

/**
 * struct stage2 - translation tables and what they add up to
 * @root:	level-1 table, 64 entries
 * @ram:	first byte of the Realm's RAM
 * @ram_end:	first byte behind it
 * @shared:	bytes of RAM whose RIPAS is EMPTY
 * @destroyed:	bytes whose RIPAS is DESTROYED
 */
struct stage2 {
	u64 *root;
	u64 ram;
	u64 ram_end;
	u64 shared;
	u64 destroyed;
};

/* First IPA of the shared half: the alias of address 0. */
#define S2_SHARED		BIT(PLAT_IPA_BITS - 1)
/* First address that is no IPA. */
#define S2_END			BIT(PLAT_IPA_BITS)

/**
 * s2_init() - build the tables: RAM is RAM, devices are in the shared half
 * @s2:		result
 * @pool:	memory for tables, page-aligned
 * @size:	its size in bytes
 * @ram:	first byte of RAM, 2 MiB aligned
 * @bytes:	size of RAM, a multiple of 2 MiB
 * @realm:	false: a plain virtual machine, devices are in the lower half
 *
 * Return: false if @pool is too small.
 */
bool s2_init(struct stage2 *s2, void *pool, size_t size, u64 ram, u64 bytes, bool realm);

/**
 * s2_ripas() - state of one protected page
 * @s2:		tables
 * @ipa:	any address below S2_SHARED
 *
 * Return: its RIPAS; EMPTY where there is no RAM.
 */
enum ripas s2_ripas(struct stage2 *s2, u64 ipa);

/**
 * s2_run() - how far a state goes on
 * @s2:		tables
 * @start:	protected, page-aligned
 * @end:	page-aligned, behind @start, at most S2_SHARED
 * @ripas:	state at @start
 *
 * Return: end of the run. As in an RMM it ends with the table that was walked,
 * so a caller has to loop.
 */
u64 s2_run(struct stage2 *s2, u64 start, u64 end, enum ripas *ripas);

/**
 * s2_set() - change the state of a range
 * @s2:		tables
 * @base:	protected, page-aligned
 * @top:	page-aligned, behind @base, at most S2_SHARED
 * @ripas:	EMPTY or RAM
 * @change_destroyed: let DESTROYED pages become RAM
 * @changed:	bytes whose state was another before are added here
 *
 * A page that changes is zeroed in between, when neither half maps it.
 *
 * Return: first address not changed; @top unless a DESTROYED page, or an
 * address without memory that should become RAM, was in the way.
 */
u64 s2_set(struct stage2 *s2, u64 base, u64 top, enum ripas ripas, bool change_destroyed,
	   u64 *changed);

/**
 * s2_next_shared() - the next run of RAM that is EMPTY
 * @s2:		tables
 * @base:	where to begin, page-aligned; then where the run begins
 * @top:	then where it ends
 *
 * Return: false if there is none at @base or above.
 */
bool s2_next_shared(struct stage2 *s2, u64 *base, u64 *top);

/**
 * s2_destroy() - the host loses the RAM pages of a range
 * @s2:		tables
 * @base:	page-aligned
 * @top:	page-aligned; parts outside RAM are ignored
 */
void s2_destroy(struct stage2 *s2, u64 base, u64 top);

/**
 * s2_hide() - take shared pages out of the shared half; they stay shared
 * @s2:		tables
 * @base:	page-aligned
 * @top:	page-aligned; what is not shared is left alone
 */
void s2_hide(struct stage2 *s2, u64 base, u64 top);

/**
 * s2_show() - undo s2_hide() for one page
 * @s2:		tables
 * @ipa:	any address below S2_SHARED
 */
void s2_show(struct stage2 *s2, u64 ipa);

/**
 * s2_fill_shared() - write into all RAM that the host can reach
 * @s2:		tables
 * @word:	what is written into each 8 bytes
 */
void s2_fill_shared(struct stage2 *s2, u64 word);

/**
 * s2_maps() - whether an access to an IPA would be translated now
 * @s2:		tables
 * @ipa:	any address below S2_END, either half
 *
 * Return: true if the descriptor is valid.
 */
bool s2_maps(struct stage2 *s2, u64 ipa);

#endif
