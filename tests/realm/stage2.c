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

#define LEVEL_SHIFT(l)	(39 - 9 * (l))
#define LEVEL_SIZE(l)	BIT(LEVEL_SHIFT(l))
#define ROOT_ENTRIES	64

struct pool {
	char *next;
	char *end;
};

static u64 *new_table(struct pool *pool)
{
	u64 *table = (u64 *)pool->next;

	if (pool->next + PAGE_SIZE > pool->end)
		return NULL;
	pool->next += PAGE_SIZE;
	return memset(table, 0, PAGE_SIZE);
}

static u64 *next_table(u64 desc)
{
	return arch_pa_to_va(desc & ADDRESS);
}

static unsigned int index_of(u64 ipa, int level)
{
	unsigned int entries = level == 1 ? ROOT_ENTRIES : PAGE_SIZE / sizeof(u64);

	return (ipa >> LEVEL_SHIFT(level)) % entries;
}

static u64 *table_for(struct pool *pool, u64 *table, u64 ipa)
{
	for (int level = 1; level < 3; level++) {
		u64 *entry = &table[index_of(ipa, level)];

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

bool s2_init(struct stage2 *s2, void *pool, size_t size, u64 ram, u64 bytes, bool realm)
{
	struct pool p = { pool, (char *)pool + size };

	*s2 = (struct stage2){ .root = new_table(&p), .ram = ram, .ram_end = ram + bytes };
	if (!s2->root)
		return false;
	s2->root[index_of(realm ? S2_SHARED : 0, 1)] = DEVICE_ATTR;
	for (u64 pa = ram; pa < s2->ram_end; pa += LEVEL_SIZE(2)) {
		u64 *private = table_for(&p, s2->root, pa);

		if (!private || !table_for(&p, s2->root, pa | S2_SHARED))
			return false;
		for (u64 i = 0; i < LEVEL_SIZE(2) / PAGE_SIZE; i++)
			private[i] = private_desc(pa + i * PAGE_SIZE, RIPAS_RAM);
	}
	arch_s2_sync();
	return true;
}

/* The deepest descriptor for an IPA, and its level */
static u64 *walk(struct stage2 *s2, u64 ipa, int *level)
{
	u64 *entry = &s2->root[index_of(ipa, 1)];

	for (*level = 1; *level < 3 && (*entry & TABLE) == TABLE; ++*level)
		entry = &next_table(*entry)[index_of(ipa, *level + 1)];
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

u64 s2_run(struct stage2 *s2, u64 start, u64 end, enum ripas *ripas)
{
	int level;
	const u64 *entry = walk(s2, start, &level);
	u64 step = LEVEL_SIZE(level);
	u64 addr = ALIGN_DOWN(start, step);
	/* The level-1 table covers everything; a level-3 table ends after 512 entries. */
	u64 table_end = level == 1 ? S2_SHARED : ALIGN_UP(start + 1, LEVEL_SIZE(level - 1));

	*ripas = ripas_of(*entry);
	for (addr += step, entry++; addr < min_u64(end, table_end); addr += step, entry++) {
		bool is_table = level < 3 && (*entry & TABLE) == TABLE;

		if (is_table || ripas_of(*entry) != *ripas)
			break;
	}
	return min_u64(addr, end);
}

/* Unmap a page from both halves; its RIPAS is kept. */
static void unmap(u64 *private, u64 *shared)
{
	WRITE_ONCE(*private, *private & ~PAGE);
	WRITE_ONCE(*shared, 0);
}

static void account(struct stage2 *s2, enum ripas from, enum ripas to)
{
	s2->shared += ((to == RIPAS_EMPTY) - (from == RIPAS_EMPTY)) * PAGE_SIZE;
	s2->destroyed += ((to == RIPAS_DESTROYED) - (from == RIPAS_DESTROYED)) * PAGE_SIZE;
}

/*
 * Change the part of a range that one level-3 table covers. Break-before-make: unmap all pages from
 * both halves, invalidate the TLBs, then zero and remap them. A vCPU that accesses one of them in
 * between faults, waits for the lock and retries.
 */
static u64 set_in_table(struct stage2 *s2, u64 base, u64 top, enum ripas ripas,
			bool change_destroyed, u64 *changed)
{
	int level;
	u64 *private = walk(s2, base, &level);
	u64 *shared = walk(s2, base | S2_SHARED, &level);
	u64 pages = (top - base) / PAGE_SIZE, broken = 0;

	for (u64 i = 0; i < pages; i++) {
		enum ripas from = ripas_of(private[i]);

		if (from == RIPAS_DESTROYED && ripas == RIPAS_RAM && !change_destroyed) {
			pages = i;
			break;
		}
		if (from == ripas)
			continue;
		unmap(&private[i], &shared[i]);
		broken++;
	}
	if (broken)
		arch_s2_invalidate();
	for (u64 i = 0; broken && i < pages; i++) {
		enum ripas from = ripas_of(private[i]);
		u64 pa = private[i] & ADDRESS;

		if (from == ripas)
			continue;
		memset(arch_pa_to_va(pa), 0, PAGE_SIZE);
		WRITE_ONCE(private[i], private_desc(pa, ripas));
		WRITE_ONCE(shared[i], shared_desc(pa, ripas));
		account(s2, from, ripas);
	}
	arch_s2_sync();
	*changed += broken * PAGE_SIZE;
	return base + pages * PAGE_SIZE;
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
		end = min_u64(end, ALIGN_UP(base + 1, LEVEL_SIZE(2)));
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

	for (u64 table = s2->ram; left && table < s2->ram_end; table += LEVEL_SIZE(2)) {
		int level;
		const u64 *private = walk(s2, table, &level);

		for (u64 i = 0; i < LEVEL_SIZE(2) / PAGE_SIZE; i++) {
			u64 *page;

			if (ripas_of(private[i]) != RIPAS_EMPTY)
				continue;
			page = arch_pa_to_va(private[i] & ADDRESS);
			for (u64 j = 0; j < PAGE_SIZE / sizeof(u64); j++)
				WRITE_ONCE(page[j], word);
			left -= PAGE_SIZE;
		}
	}
}

/* First page of RAM at or above @ipa that is EMPTY, or is not EMPTY. */
static u64 skip(struct stage2 *s2, u64 ipa, bool empty)
{
	for (; ipa < s2->ram_end; ipa += PAGE_SIZE) {
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
	for (; base < top; base += PAGE_SIZE) {
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

	base = base < s2->ram ? s2->ram : base;
	top = min_u64(top, s2->ram_end);
	for (; base < top; base += PAGE_SIZE) {
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
		   shared_desc(ALIGN_DOWN(ipa, PAGE_SIZE), RIPAS_EMPTY));
	arch_s2_sync();
}
