/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host whose answers are drawn from a seed. A draw depends on the seed, on the kind of
 * request and on how many of that kind there were: the same seed gives the same run.
 */
#ifndef REALM_HOSTILE_H
#define REALM_HOSTILE_H

#include "types.h"

/** enum hostile_kind - what a host can be hostile about; its bit is BIT() of it */
enum hostile_kind {
	HOSTILE_CALL,		/* RSI_HOST_CALL: its code, its registers */
	HOSTILE_CHANGE,		/* RSI_IPA_STATE_SET: stops early, gets nowhere, refuses */
	HOSTILE_DESTROY,	/* pages that a request has not reached become DESTROYED */
	HOSTILE_SET,		/* RSI_IPA_STATE_SET answers what no RMM may */
	HOSTILE_GET,		/* RSI_IPA_STATE_GET does so */
	HOSTILE_SCRIBBLE,	/* shared memory is written */
	HOSTILE_HIDE,		/* shared memory is not mapped until it is touched */
	HOSTILE_DELAY,		/* a call takes long */
	HOSTILE_KINDS,
};

#define HOSTILE_ALL	(BIT(HOSTILE_KINDS) - 1)

/* The latest ranges that became shared: what the host writes into, or hides. */
#define HOSTILE_RANGES	8

/**
 * struct hostile - its state
 * @on:		there was a hostile_reset()
 * @seed:	what is drawn from
 * @kinds:	BIT() of each kind that it is hostile about
 * @requests:	of each kind, since hostile_reset()
 * @stalls:	how many RIPAS changes more get nowhere
 * @go_on:	the next one gets somewhere
 * @range_base:	ranges that became shared
 * @range_top:	where they end
 * @ranges:	how many there have been
 * @answers:	hostile answers, since the run began
 * @seeds:	calls of hostile_reset(), since the run began
 * @digest:	of what was drawn since hostile_reset(): the same for the same run
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
 * hostile_reset() - begin anew
 * @h:		state; @answers and @seeds go on
 * @seed:	any number
 * @kinds:	BIT() of each kind; 0: an honest host
 */
void hostile_reset(struct hostile *h, u64 seed, u64 kinds);

/**
 * hostile_call() - answer a host call
 * @h:		state
 * @gprs:	31 registers with the honest answer, changed unless there is an RSI code
 *
 * Return: 0, or the RSI code with which the call fails.
 */
u64 hostile_call(struct hostile *h, u64 *gprs);

/**
 * hostile_change() - how far a change of RIPAS goes
 * @h:		state
 * @base:	first IPA
 * @top:	where an honest host would end, behind @base
 * @rejected:	set if the host refuses, and not only gets nowhere
 *
 * At most 20 requests in a row get nowhere, so that a kernel that asks for ever gets there.
 *
 * Return: where this one ends, from @base to @top.
 */
u64 hostile_change(struct hostile *h, u64 base, u64 top, bool *rejected);

/**
 * hostile_destroy() - which pages the host loses that a request has not reached
 * @h:		state
 * @base:	first page not reached; changed to the first that is lost
 * @top:	end of the request; changed to the end of what is lost
 *
 * Return: false if none is lost.
 */
bool hostile_destroy(struct hostile *h, u64 *base, u64 *top);

/**
 * hostile_set_answer() - the answer of RSI_IPA_STATE_SET
 * @h:		state
 * @base:	first IPA of the request
 * @top:	its end
 * @res:	x0..x2 of the honest answer, changed
 *
 * It never claims a change that was not made.
 */
void hostile_set_answer(struct hostile *h, u64 base, u64 top, u64 *res);

/**
 * hostile_get_answer() - the answer of RSI_IPA_STATE_GET
 * @h:		state
 * @start:	first IPA of the request
 * @end:	its end
 * @res:	x0..x2 of the honest answer, changed
 *
 * It never claims that a page is RAM or EMPTY that is not: the RMM is the Realm's, and a kernel
 * that touches such a page is lost.
 */
void hostile_get_answer(struct hostile *h, u64 start, u64 end, u64 *res);

/**
 * hostile_shared() - remember what became shared
 * @h:		state
 * @base:	first IPA
 * @top:	end
 */
void hostile_shared(struct hostile *h, u64 base, u64 top);

/**
 * hostile_scribble() - which page the host writes into now
 * @h:		state
 * @page:	its IPA; it may be shared no more
 * @word:	what is written into each 8 bytes
 *
 * Return: false if it does not.
 */
bool hostile_scribble(struct hostile *h, u64 *page, u64 *word);

/**
 * hostile_hide() - which pages the host takes out of the shared half now
 * @h:		state
 * @base:	first IPA; they may be shared no more
 * @top:	end
 *
 * Return: false if it does not.
 */
bool hostile_hide(struct hostile *h, u64 *base, u64 *top);

/**
 * hostile_delay() - how long a call takes
 * @h:		state
 *
 * Return: turns of a loop; 0: no longer than it must.
 */
u64 hostile_delay(struct hostile *h);

#endif
