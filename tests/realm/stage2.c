// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "stage2.h"
#include "libc.h"

#define VALID		BIT(0)
#define TABLE		(BIT(1) | VALID)
#define PAGE		(BIT(1) | VALID)
#define BLOCK		VALID
#define MEM_DEVICE	(1UL << 2)	/* Device-nGnRE */
#define MEM_NORMAL	(15UL << 2)	/* write-back, inner and outer */
#define RW		(3UL << 6)
#define INNER		(3UL << 8)
#define AF		BIT(10)
#define XN		BIT(54)
#define ADDRESS		0x0000fffffffff000UL

/* RIPAS, in bits that the walker ignores; kept while the descriptor is invalid. */
#define RIPAS_SHIFT	55

#define PRIVATE_ATTR	(MEM_NORMAL | RW | INNER | AF)
/* The Realm must not execute host-writable memory. */
#define SHARED_ATTR	(PRIVATE_ATTR | XN | PAGE)
#define DEVICE_ATTR	(MEM_DEVICE | RW | AF | XN | BLOCK)

/* Devices: the first GiB */
#define DEVICES		BIT(30)

struct pool {
	char *next;
	char *end;
	u64 table;		/* bytes of a table */
};

static u64 *new_table(struct pool *pool)
{
	u64 *table = (u64 *)pool->next;

	if (pool->next + pool->table > pool->end)
		return NULL;
	pool->next += pool->table;
	return memset(table, 0, pool->table);
}

static int granule_shift(const struct stage2 *s2)
{
	return __builtin_ctzl(s2->granule);
}

/* Bytes that an entry of a level covers: a table has one eighth as many entries as bytes. */
static u64 level_size(const struct stage2 *s2, int level)
{
	const int shift = granule_shift(s2);

	return BIT(shift + (3 - level) * (shift - 3));
}

/* Bytes that a level-3 table covers: 2 MiB, 32 MiB or 512 MiB */
static u64 table_size(const struct stage2 *s2)
{
	return level_size(s2, 2);
}

/* Entries of 16K and 64K tables are so many that level 2 covers all IPAs. */
static int root_level(const struct stage2 *s2)
{
	return s2->granule == PAGE_SIZE ? 1 : 2;
}

static u64 *next_table(u64 desc)
{
	return arch_pa_to_va(desc & ADDRESS);
}

/* The first table may have fewer entries than others, but IPAs are below S2_END. */
static u64 index_of(const struct stage2 *s2, u64 ipa, int level)
{
	return ipa / level_size(s2, level) % (s2->granule / sizeof(u64));
}

static u64 *table_for(struct stage2 *s2, struct pool *pool, u64 ipa)
{
	u64 *table = s2->root;

	for (int level = root_level(s2); level < 3; level++) {
		u64 *entry = &table[index_of(s2, ipa, level)];

		if (!(*entry & VALID)) {
			u64 *fresh = new_table(pool);

			if (!fresh)
				return NULL;
			*entry = arch_va_to_pa(fresh) | TABLE;
		}
		table = next_table(*entry);
	}
	return table;
}

static u64 private_desc(u64 pa, enum ripas ripas)
{
	return pa | PRIVATE_ATTR | (u64)ripas << RIPAS_SHIFT | (ripas == RIPAS_RAM ? PAGE : 0);
}

static u64 shared_desc(u64 pa, enum ripas ripas)
{
	return ripas == RIPAS_EMPTY ? pa | SHARED_ATTR : 0;
}

static enum ripas ripas_of(u64 desc)
{
	return FIELD(desc, RIPAS_SHIFT + 1, RIPAS_SHIFT);
}

static void map_devices(struct stage2 *s2, u64 half)
{
	const int level = root_level(s2);

	for (u64 pa = 0; pa < DEVICES; pa += level_size(s2, level))
		s2->root[index_of(s2, half | pa, level)] = pa | DEVICE_ATTR;
}

/* The end of the part of RAM from @base on that one level-3 table covers */
static u64 table_end(const struct stage2 *s2, u64 base)
{
	return min_u64(s2->ram_end, ALIGN_UP(base + 1, table_size(s2)));
}

bool s2_init(struct stage2 *s2, void *pool, size_t size, u64 granule, u64 ram, u64 bytes,
	     bool realm)
{
	struct pool p = { pool, (char *)pool + size, granule };

	*s2 = (struct stage2){
		.root = new_table(&p),
		.granule = granule,
		.ram = ram,
		.ram_end = ram + bytes,
	};
	if (!s2->root)
		return false;
	map_devices(s2, realm ? S2_SHARED : 0);
	for (u64 pa = ram, end; pa < s2->ram_end; pa = end) {
		u64 *private = table_for(s2, &p, pa);

		if (!private || !table_for(s2, &p, pa | S2_SHARED))
			return false;
		end = table_end(s2, pa);
		for (u64 at = pa; at < end; at += granule)
			private[index_of(s2, at, 3)] = private_desc(at, RIPAS_RAM);
	}
	arch_s2_sync();
	return true;
}

/* The deepest descriptor for an IPA, and its level */
static u64 *walk(struct stage2 *s2, u64 ipa, int *level)
{
	u64 *entry;

	*level = root_level(s2);
	entry = &s2->root[index_of(s2, ipa, *level)];
	for (; *level < 3 && (*entry & TABLE) == TABLE; ++*level)
		entry = &next_table(*entry)[index_of(s2, ipa, *level + 1)];
	return entry;
}

enum ripas s2_ripas(struct stage2 *s2, u64 ipa)
{
	int level;

	return ripas_of(*walk(s2, ipa, &level));
}

bool s2_maps(struct stage2 *s2, u64 ipa)
{
	int level;

	return *walk(s2, ipa, &level) & VALID;
}

/* The end of a run in the table where the walk for @start ends */
static u64 run_in_table(struct stage2 *s2, u64 start, u64 end, enum ripas *ripas)
{
	int level;
	const u64 *entry = walk(s2, start, &level);
	u64 step = level_size(s2, level);
	u64 addr = ALIGN_DOWN(start, step);
	/* The first table covers everything. */
	u64 stop = level == root_level(s2) ? S2_SHARED :
					     ALIGN_UP(start + 1, level_size(s2, level - 1));

	*ripas = ripas_of(*entry);
	for (addr += step, entry++; addr < min_u64(end, stop); addr += step, entry++) {
		bool is_table = level < 3 && (*entry & TABLE) == TABLE;

		if (is_table || ripas_of(*entry) != *ripas)
			break;
	}
	return min_u64(addr, end);
}

/* A level-3 table whose entries have one RIPAS: host and RMM make one level-2 entry of it. */
static bool is_folded(struct stage2 *s2, u64 ipa, enum ripas *ripas)
{
	const u64 base = ALIGN_DOWN(ipa, table_size(s2)), end = base + table_size(s2);

	return run_in_table(s2, base, end, ripas) == end;
}

u64 s2_run(struct stage2 *s2, u64 start, u64 end, enum ripas *ripas)
{
	/* Where the level-2 table ends; with 16K and 64K granules there is just one. */
	const u64 stop = min_u64(end, ALIGN_UP(start + 1, level_size(s2, 1)));
	u64 addr = run_in_table(s2, start, end, ripas);
	enum ripas next;

	if (addr >= stop || !is_folded(s2, start, &next))
		return addr;
	while (addr < stop && is_folded(s2, addr, &next) && next == *ripas)
		addr += table_size(s2);
	return min_u64(addr, stop);
}

/* Unmap a granule from both halves; its RIPAS is kept. */
static void unmap(u64 *private, u64 *shared)
{
	WRITE_ONCE(*private, *private & ~PAGE);
	WRITE_ONCE(*shared, 0);
}

static void account(struct stage2 *s2, enum ripas from, enum ripas to)
{
	s2->shared += ((to == RIPAS_EMPTY) - (from == RIPAS_EMPTY)) * s2->granule;
	s2->destroyed += ((to == RIPAS_DESTROYED) - (from == RIPAS_DESTROYED)) * s2->granule;
}

/*
 * Change the part of a range that one level-3 table covers. Break-before-make: unmap all granules
 * from both halves, invalidate the TLBs, then zero and remap them. A vCPU that accesses one of them
 * in between faults, waits for the lock and retries.
 */
static u64 set_in_table(struct stage2 *s2, u64 base, u64 top, enum ripas ripas,
			bool change_destroyed, u64 *changed)
{
	int level;
	u64 *private = walk(s2, base, &level);
	u64 *shared = walk(s2, base | S2_SHARED, &level);
	u64 entries = (top - base) / s2->granule, broken = 0;

	for (u64 i = 0; i < entries; i++) {
		enum ripas from = ripas_of(private[i]);

		if (from == RIPAS_DESTROYED && ripas == RIPAS_RAM && !change_destroyed) {
			entries = i;
			break;
		}
		if (from == ripas)
			continue;
		unmap(&private[i], &shared[i]);
		broken++;
	}
	if (broken)
		arch_s2_invalidate();
	for (u64 i = 0; broken && i < entries; i++) {
		enum ripas from = ripas_of(private[i]);
		u64 pa = private[i] & ADDRESS;

		if (from == ripas)
			continue;
		memset(arch_pa_to_va(pa), 0, s2->granule);
		WRITE_ONCE(private[i], private_desc(pa, ripas));
		WRITE_ONCE(shared[i], shared_desc(pa, ripas));
		account(s2, from, ripas);
	}
	arch_s2_sync();
	*changed += broken * s2->granule;
	return base + entries * s2->granule;
}

u64 s2_set(struct stage2 *s2, u64 base, u64 top, enum ripas ripas, bool change_destroyed,
	   u64 *changed)
{
	while (base < top) {
		u64 end = top, stop;

		if (base < s2->ram || base >= s2->ram_end) {
			if (ripas == RIPAS_RAM)
				return base;
			base = base < s2->ram ? min_u64(top, s2->ram) : top;
			continue;
		}
		end = min_u64(end, table_end(s2, base));
		stop = set_in_table(s2, base, end, ripas, change_destroyed, changed);
		if (stop != end)
			return stop;
		base = end;
	}
	return base;
}

void s2_fill_shared(struct stage2 *s2, u64 word)
{
	u64 left = s2->shared;

	for (u64 base = s2->ram, end; left && base < s2->ram_end; base = end) {
		int level;
		const u64 *private = walk(s2, base, &level);

		end = table_end(s2, base);
		for (u64 i = 0; i < (end - base) / s2->granule; i++) {
			u64 *at;

			if (ripas_of(private[i]) != RIPAS_EMPTY)
				continue;
			at = arch_pa_to_va(private[i] & ADDRESS);
			for (u64 j = 0; j < s2->granule / sizeof(u64); j++)
				WRITE_ONCE(at[j], word);
			left -= s2->granule;
		}
	}
}

/* First granule of RAM at or above @ipa that is EMPTY, or is not EMPTY. */
static u64 skip(struct stage2 *s2, u64 ipa, bool empty)
{
	for (; ipa < s2->ram_end; ipa += s2->granule) {
		if ((s2_ripas(s2, ipa) == RIPAS_EMPTY) == empty)
			break;
	}
	return ipa;
}

bool s2_next_shared(struct stage2 *s2, u64 *base, u64 *top)
{
	*base = skip(s2, *base < s2->ram ? s2->ram : *base, true);
	*top = skip(s2, *base, false);
	return *base < s2->ram_end;
}

void s2_destroy(struct stage2 *s2, u64 base, u64 top)
{
	bool broken = false;

	base = base < s2->ram ? s2->ram : base;
	top = min_u64(top, s2->ram_end);
	for (; base < top; base += s2->granule) {
		int level;
		u64 *private = walk(s2, base, &level);
		u64 pa = *private & ADDRESS;

		if (ripas_of(*private) != RIPAS_RAM)
			continue;
		WRITE_ONCE(*private, private_desc(pa, RIPAS_DESTROYED));
		account(s2, RIPAS_RAM, RIPAS_DESTROYED);
		broken = true;
	}
	if (broken)
		arch_s2_invalidate();
}

void s2_hide(struct stage2 *s2, u64 base, u64 top)
{
	bool broken = false;

	base = base < s2->ram ? s2->ram : ALIGN_DOWN(base, s2->granule);
	top = min_u64(top, s2->ram_end);
	for (; base < top; base += s2->granule) {
		int level;

		if (s2_ripas(s2, base) != RIPAS_EMPTY)
			continue;
		WRITE_ONCE(*walk(s2, base | S2_SHARED, &level), 0);
		broken = true;
	}
	if (broken)
		arch_s2_invalidate();
}

void s2_show(struct stage2 *s2, u64 ipa)
{
	int level;

	if (ipa < s2->ram || ipa >= s2->ram_end || s2_ripas(s2, ipa) != RIPAS_EMPTY)
		return;
	WRITE_ONCE(*walk(s2, ipa | S2_SHARED, &level),
		   shared_desc(ALIGN_DOWN(ipa, s2->granule), RIPAS_EMPTY));
	arch_s2_sync();
}
