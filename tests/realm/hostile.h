/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host whose answers are drawn from a seed. A draw depends on the seed, the kind of request and
 * the number of earlier requests of that kind, so that a seed reproduces a run.
 */
#ifndef REALM_HOSTILE_H
#define REALM_HOSTILE_H

#include "types.h"

/** enum hostile_kind - kinds of hostile answers; BIT() of each makes a mask */
enum hostile_kind {
	HOSTILE_CALL,		/* RSI_HOST_CALL: return code and registers */
	HOSTILE_CHANGE,		/* RSI_IPA_STATE_SET: stops early, no progress, refuses */
	HOSTILE_DESTROY,	/* pages that a request has not reached become DESTROYED */
	HOSTILE_SET,		/* invalid answers of RSI_IPA_STATE_SET */
	HOSTILE_GET,		/* invalid answers of RSI_IPA_STATE_GET */
	HOSTILE_SCRIBBLE,	/* writes to shared memory */
	HOSTILE_HIDE,		/* shared memory is unmapped until accessed */
	HOSTILE_DELAY,		/* delayed calls */
	HOSTILE_KINDS,
};

#define HOSTILE_ALL	(BIT(HOSTILE_KINDS) - 1)

/* Number of recent shared ranges to write to or hide */
#define HOSTILE_RANGES	8

/**
 * struct hostile - state of a hostile host
 * @on:		hostile_reset() was called
 * @seed:	seed of all draws
 * @kinds:	BIT() of each enabled kind
 * @requests:	requests of each kind since hostile_reset()
 * @stalls:	number of RIPAS changes left to make no progress
 * @go_on:	the next one makes progress
 * @range_base:	ranges that became shared
 * @range_top:	ends of these ranges
 * @ranges:	number of ranges so far
 * @answers:	hostile answers since the start of the run
 * @seeds:	calls of hostile_reset() since the start of the run
 * @digest:	digest of the draws since hostile_reset(), to compare runs
 */
struct hostile {
	bool on;
	u64 seed;
	u64 kinds;
	u64 requests[HOSTILE_KINDS];
	u64 stalls;
	bool go_on;
	u64 range_base[HOSTILE_RANGES];
	u64 range_top[HOSTILE_RANGES];
	u64 ranges;
	u64 answers;
	u64 seeds;
	u64 digest;
};

/**
 * hostile_reset() - set a seed
 * @h:		state; @answers and @seeds are kept
 * @seed:	any number
 * @kinds:	BIT() of each kind; 0: an honest host
 */
void hostile_reset(struct hostile *h, u64 seed, u64 kinds);

/**
 * hostile_call() - answer a host call
 * @h:		state
 * @gprs:	31 registers with the honest answer, changed if the return value is 0
 *
 * Return: 0, or the RSI code with which the call fails.
 */
u64 hostile_call(struct hostile *h, u64 *gprs);

/**
 * hostile_change() - limit a RIPAS change
 * @h:		state
 * @base:	first IPA
 * @top:	end of an honest change, above @base
 * @granule:	unit of changes in bytes; @base and @top are multiples
 * @rejected:	set if the host refuses
 *
 * At most 20 requests in a row make no progress: a kernel that retries forever must succeed.
 *
 * Return: end of this change, from @base to @top.
 */
u64 hostile_change(struct hostile *h, u64 base, u64 top, u64 granule, bool *rejected);

/**
 * hostile_destroy() - lose pages that a request has not reached
 * @h:		state
 * @base:	first page not reached; changed to the first page lost
 * @top:	end of the request; changed to the end of the lost pages
 * @granule:	unit in bytes; @base and @top are multiples
 *
 * Return: false if no page is lost.
 */
bool hostile_destroy(struct hostile *h, u64 *base, u64 *top, u64 granule);

/**
 * hostile_set_answer() - draw an answer of RSI_IPA_STATE_SET
 * @h:		state
 * @base:	first IPA of the request
 * @top:	end of the request
 * @res:	x0..x2 of the honest answer, changed
 *
 * The answer never claims a change that was not made.
 */
void hostile_set_answer(struct hostile *h, u64 base, u64 top, u64 *res);

/**
 * hostile_get_answer() - draw an answer of RSI_IPA_STATE_GET
 * @h:		state
 * @start:	first IPA of the request
 * @end:	end of the request
 * @res:	x0..x2 of the honest answer, changed
 *
 * The answer never claims that a page is RAM or EMPTY if it is not: the Realm has to trust the RMM,
 * and any access to such a page is fatal.
 */
void hostile_get_answer(struct hostile *h, u64 start, u64 end, u64 *res);

/**
 * hostile_shared() - record a range that became shared
 * @h:		state
 * @base:	first IPA
 * @top:	end
 */
void hostile_shared(struct hostile *h, u64 base, u64 top);

/**
 * hostile_scribble() - draw a page to write to
 * @h:		state
 * @page:	IPA of a page that was shared, and may be private again
 * @word:	value for each 8 bytes
 *
 * Return: false if the host does not write.
 */
bool hostile_scribble(struct hostile *h, u64 *page, u64 *word);

/**
 * hostile_hide() - draw pages to unmap from the shared half
 * @h:		state
 * @base:	first IPA; the pages may be private again
 * @top:	end
 *
 * Return: false if the host does not unmap any.
 */
bool hostile_hide(struct hostile *h, u64 *base, u64 *top);

/**
 * hostile_delay() - draw the delay of a call
 * @h:		state
 *
 * Return: loop iterations; 0: no delay.
 */
u64 hostile_delay(struct hostile *h);

#endif
