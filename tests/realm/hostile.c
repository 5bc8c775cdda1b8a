// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draw only actions that a kernel can survive (README.md, "A hostile host"): the others must not be
 * added to any list below.
 */
#include "hostile.h"
#include "lock.h"
#include "rhi.h"
#include "rsi.h"
#include "stage2.h"

#define PAGES_AT_ONCE	16	/* hidden or lost */
#define MOST_STALLS	20
#define MOST_TURNS	2048

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) */
static u64 next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15UL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
	return z ^ z >> 31;
}

static u64 below(u64 *state, u64 n)
{
	return next(state) % n;
}

/* Returns false if the host is honest about this kind. */
static bool begin(struct hostile *h, enum hostile_kind kind, u64 *state)
{
	if (!h->on || !(h->kinds & BIT(kind)))
		return false;
	*state = h->seed;
	*state = next(state) + kind;
	*state = next(state) + count(&h->requests[kind], 1);
	return true;
}

/* @what: part of the answer, for the digest */
static void given(struct hostile *h, enum hostile_kind kind, u64 what)
{
	u64 state = what + kind;

	count(&h->answers, 1);
	count(&h->digest, next(&state));
}

void hostile_reset(struct hostile *h, u64 seed, u64 kinds)
{
	h->seed = seed;
	h->kinds = kinds;
	h->stalls = 0;
	h->go_on = false;
	h->ranges = 0;
	h->digest = 0;
	h->seeds++;
	for (int i = 0; i < HOSTILE_KINDS; i++)
		h->requests[i] = 0;
	h->on = true;
}

/* Values that a program may mistake for something else */
static const u64 values[] = {
	0, 1, 2, 0xfff, 0x1000, 0x1001, 0x1800, 0x3000, 0x4000, 0x10000, 0x10001, 0x1ffff, 0x20000,
	0x200000, 0x400000, 0x800000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	0x100010000, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000,
	0xffffffffffff0000, 0xfffffffffffffffe, 0xffffffffffffffff,
};

u64 hostile_call(struct hostile *h, u64 *gprs)
{
	u64 state, code;

	if (!begin(h, HOSTILE_CALL, &state))
		return 0;
	switch (below(&state, 24)) {
	case 0:
		code = RSI_ERROR_INPUT + below(&state, RSI_ERROR_UNKNOWN);
		given(h, HOSTILE_CALL, code);
		return code;
	case 1:
		/* Never 0, RSI_SUCCESS */
		code = next(&state) | 1;
		given(h, HOSTILE_CALL, code);
		return code;
	case 2:
		gprs[0] = ~0UL;
		break;
	case 3:
	case 4:
	case 5:
		gprs[0] = values[below(&state, ARRAY_SIZE(values))];
		break;
	case 6:
		gprs[0] = BIT(below(&state, 64));
		break;
	case 7:
		gprs[0] = next(&state);
		break;
	case 8:
		for (int i = 1; i < RHI_GPRS; i++)
			gprs[i] = next(&state);
		break;
	default:
		return 0;
	}
	given(h, HOSTILE_CALL, gprs[0] ^ gprs[1]);
	return 0;
}

u64 hostile_change(struct hostile *h, u64 base, u64 top, u64 granule, bool *rejected)
{
	u64 state, units = (top - base) / granule, what;

	if (!begin(h, HOSTILE_CHANGE, &state))
		return top;
	what = below(&state, 32);
	if (!h->stalls && what < 3 && !h->go_on)
		h->stalls = 1 + below(&state, what ? 7 : MOST_STALLS);
	h->go_on = h->stalls == 1;
	if (h->stalls) {
		h->stalls--;
		*rejected = !below(&state, 32);
		given(h, HOSTILE_CHANGE, *rejected);
		return base;
	}
	if (what >= 16 || units == 1)
		return top;
	units = 1 + below(&state, units - 1);
	given(h, HOSTILE_CHANGE, units);
	return base + units * granule;
}

bool hostile_destroy(struct hostile *h, u64 *base, u64 *top, u64 granule)
{
	u64 state, units = (*top - *base) / granule;

	if (!units || !begin(h, HOSTILE_DESTROY, &state) || below(&state, 4))
		return false;
	*base += below(&state, units) * granule;
	units = 1 + below(&state, PAGES_AT_ONCE);
	*top = min_u64(*top, *base + units * granule);
	given(h, HOSTILE_DESTROY, units);
	return true;
}

void hostile_set_answer(struct hostile *h, u64 base, u64 top, u64 *res)
{
	u64 state, what;

	if (!begin(h, HOSTILE_SET, &state) || below(&state, 128))
		return;
	what = below(&state, 6);
	given(h, HOSTILE_SET, what);
	switch (what) {
	case 0:
		res[0] = RSI_ERROR_INPUT + below(&state, RSI_ERROR_UNKNOWN);
		break;
	case 1:
		res[0] = next(&state) | 1;
		break;
	case 2:
		res[1] = base - PAGE_SIZE;
		break;
	case 3:
		res[1] = top + PAGE_SIZE;
		break;
	case 4:
		/* Short of what was done: the caller must not assume the rest is unchanged. */
		res[1] = base;
		break;
	case 5:
		res[1] -= PAGE_SIZE / 2;
		break;
	}
}

/*
 * A walk over all memory makes thousands of calls and stops at the first invalid answer; a check of
 * one granule makes a single call. So let the probability depend on the seed.
 */
static u64 rarity(const struct hostile *h)
{
	u64 state = ~h->seed;

	return 4UL << 4 * below(&state, 3);
}

void hostile_get_answer(struct hostile *h, u64 start, u64 end, u64 *res)
{
	u64 state, what;

	if (!begin(h, HOSTILE_GET, &state) || below(&state, rarity(h)))
		return;
	what = below(&state, 12);
	given(h, HOSTILE_GET, what);
	switch (what) {
	case 0:
		res[0] = RSI_ERROR_INPUT + below(&state, RSI_ERROR_UNKNOWN);
		break;
	case 1:
		res[1] = start;
		break;
	case 2:
		res[1] = start - PAGE_SIZE;
		break;
	case 3:
		res[1] = end + (1 + below(&state, 512)) * PAGE_SIZE;
		break;
	case 4:
		res[1] -= 8 * (1 + below(&state, PAGE_SIZE / 8 - 1));
		break;
	case 5:
		res[2] = RIPAS_DESTROYED + 1 + below(&state, 4);
		break;
	case 6:
		res[2] = next(&state) | BIT(32);
		break;
	case 7:
	case 8:
		res[2] = RIPAS_DESTROYED;
		break;
	default:
		res[1] = start + PAGE_SIZE;
		break;
	}
}

void hostile_shared(struct hostile *h, u64 base, u64 top)
{
	u64 i = h->ranges++ % HOSTILE_RANGES;

	h->range_base[i] = base;
	h->range_top[i] = top;
}

/* Draw one of the ranges that became shared; there is at least one. */
static u64 draw_range(struct hostile *h, u64 *state, u64 *top)
{
	u64 i = below(state, min_u64(h->ranges, HOSTILE_RANGES));
	u64 pages = (h->range_top[i] - h->range_base[i]) / PAGE_SIZE;

	*top = h->range_top[i];
	return h->range_base[i] + below(state, pages) * PAGE_SIZE;
}

bool hostile_scribble(struct hostile *h, u64 *page, u64 *word)
{
	u64 state, top;

	if (!begin(h, HOSTILE_SCRIBBLE, &state) || !h->ranges || below(&state, 4))
		return false;
	*page = draw_range(h, &state, &top);
	*word = below(&state, 2) ? next(&state) : values[below(&state, ARRAY_SIZE(values))];
	given(h, HOSTILE_SCRIBBLE, *word);
	return true;
}

bool hostile_hide(struct hostile *h, u64 *base, u64 *top)
{
	u64 state;

	if (!begin(h, HOSTILE_HIDE, &state) || !h->ranges || below(&state, 8))
		return false;
	*base = draw_range(h, &state, top);
	*top = min_u64(*top, *base + (1 + below(&state, PAGES_AT_ONCE)) * PAGE_SIZE);
	given(h, HOSTILE_HIDE, 0);
	return true;
}

u64 hostile_delay(struct hostile *h)
{
	u64 state, turns;

	if (!begin(h, HOSTILE_DELAY, &state) || below(&state, 16))
		return 0;
	turns = 1 + below(&state, MOST_TURNS);
	given(h, HOSTILE_DELAY, turns);
	return turns;
}
