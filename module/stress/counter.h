/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters that one thread writes while others read them. */
#ifndef _STRESS_COUNTER_H
#define _STRESS_COUNTER_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * counter_add() - add to a counter of this thread
 * @counter: read by others with READ_ONCE()
 * @n: the amount
 *
 * Context: Any. No other context writes the counter meanwhile.
 */
static inline void counter_add(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

#endif /* _STRESS_COUNTER_H */
