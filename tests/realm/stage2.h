/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 2 of the Realm, with a granule of 4K, 16K or 64K. Descriptors also hold the RIPAS of each
 * granule. Callers hold the Realm's lock.
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
 * struct stage2 - translation tables and totals
 * @root:	first table
 * @granule:	bytes of a level-3 entry, and of a table
 * @ram:	first byte of the Realm's RAM
 * @ram_end:	end of RAM
 * @shared:	bytes of RAM whose RIPAS is EMPTY
 * @destroyed:	bytes whose RIPAS is DESTROYED
 */
struct stage2 {
	u64 *root;
	u64 granule;
	u64 ram;
	u64 ram_end;
	u64 shared;
	u64 destroyed;
};

/* First IPA of the shared half: the alias of address 0. */
#define S2_SHARED		BIT(PLAT_IPA_BITS - 1)
/* End of the IPA space */
#define S2_END			BIT(PLAT_IPA_BITS)

/**
 * s2_init() - build the tables: RIPAS RAM for all of RAM, devices in the shared half
 * @s2:		result
 * @pool:	memory for the tables, aligned to @granule
 * @size:	size of @pool in bytes
 * @granule:	4096, 16384 or 65536
 * @ram:	first byte of RAM, 2 MiB aligned
 * @bytes:	size of RAM, a multiple of 2 MiB
 * @realm:	false: an ordinary virtual machine, with devices in the lower half
 *
 * Return: false if @pool is too small.
 */
bool s2_init(struct stage2 *s2, void *pool, size_t size, u64 granule, u64 ram, u64 bytes,
	     bool realm);

/**
 * s2_ripas() - RIPAS of a protected page
 * @s2:		tables
 * @ipa:	any address below S2_SHARED
 *
 * Return: the RIPAS; EMPTY outside RAM.
 */
enum ripas s2_ripas(struct stage2 *s2, u64 ipa);

/**
 * s2_run() - find the end of a run of one RIPAS
 * @s2:		tables
 * @start:	protected, page-aligned
 * @end:	page-aligned, above @start, at most S2_SHARED
 * @ripas:	RIPAS at @start
 *
 * Return: end of the run. As in an RMM the run ends with the table that was walked, so callers
 * have to loop. A table whose granules have one RIPAS counts as an entry of the next level.
 */
u64 s2_run(struct stage2 *s2, u64 start, u64 end, enum ripas *ripas);

/**
 * s2_set() - change the RIPAS of a range
 * @s2:		tables
 * @base:	protected, aligned to the granule
 * @top:	aligned to the granule, above @base, at most S2_SHARED
 * @ripas:	EMPTY or RAM
 * @change_destroyed: allow DESTROYED pages to become RAM
 * @changed:	incremented by the number of bytes whose RIPAS changed
 *
 * Granules that change are zeroed while neither half maps them.
 *
 * Return: first address not changed: @top, unless there is a DESTROYED granule, or
 * an address outside RAM that should become RAM.
 */
u64 s2_set(struct stage2 *s2, u64 base, u64 top, enum ripas ripas, bool change_destroyed,
	   u64 *changed);

/**
 * s2_next_shared() - find the next EMPTY run in RAM
 * @s2:		tables
 * @base:	start of the search, page-aligned; changed to the start of the run
 * @top:	end of the run
 *
 * Return: false if there is none at or above @base.
 */
bool s2_next_shared(struct stage2 *s2, u64 *base, u64 *top);

/**
 * s2_destroy() - make the RAM pages of a range DESTROYED
 * @s2:		tables
 * @base:	aligned to the granule
 * @top:	aligned to the granule; addresses outside RAM are ignored
 */
void s2_destroy(struct stage2 *s2, u64 base, u64 top);

/**
 * s2_hide() - unmap shared pages from the shared half, keeping their RIPAS
 * @s2:		tables
 * @base:	page-aligned; the granule in which it lies is hidden as a whole
 * @top:	page-aligned; pages that are not shared are ignored
 */
void s2_hide(struct stage2 *s2, u64 base, u64 top);

/**
 * s2_show() - undo s2_hide() for one granule
 * @s2:		tables
 * @ipa:	any address below S2_SHARED
 */
void s2_show(struct stage2 *s2, u64 ipa);

/**
 * s2_fill_shared() - overwrite all shared RAM
 * @s2:		tables
 * @word:	value for each 8 bytes
 */
void s2_fill_shared(struct stage2 *s2, u64 word);

/**
 * s2_maps() - test whether an IPA is mapped
 * @s2:		tables
 * @ipa:	any address below S2_END, either half
 *
 * Return: true if the descriptor is valid.
 */
bool s2_maps(struct stage2 *s2, u64 ipa);

#endif
