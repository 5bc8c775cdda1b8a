/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin lock, and atomic counters. EL2 takes no interrupts. The lock is not fair: there may be fewer
 * cores than vCPUs, and passing the lock to a vCPU that does not run would stop them all.
 */
#ifndef REALM_LOCK_H
#define REALM_LOCK_H

#include "arch.h"

struct lock {
	bool taken;
};

static inline void lock_take(struct lock *l)
{
	while (__atomic_exchange_n(&l->taken, true, __ATOMIC_ACQUIRE))
		arch_relax();
}

static inline void lock_drop(struct lock *l)
{
	__atomic_store_n(&l->taken, false, __ATOMIC_RELEASE);
}

static inline u64 count(u64 *counter, u64 n)
{
	return __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static inline u64 counted(const u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

#endif
