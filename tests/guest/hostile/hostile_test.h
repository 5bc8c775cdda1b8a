/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HOSTILE_TEST_H
#define HOSTILE_TEST_H

#include <linux/prandom.h>
#include <linux/types.h>

struct device;

/**
 * struct tally - counters
 * @seeds: tested seeds
 * @got: successful allocations
 * @missed: failed allocations, because the host did not share
 */
struct tally {
	unsigned long seeds, got, missed;
};

/* buffers.c: returns an error text or NULL */
const char *use_buffers(struct rnd_state *rnd, struct tally *tally);

#endif /* HOSTILE_TEST_H */
