/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP for C programs: a case is a function with CHECKs, named after the function (TAP_RUN) or its
 * data (tap_begin() and tap_end()).
 */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_cases, tap_failures;
static bool tap_failed;

static inline void tap_begin(void)
{
	tap_failed = false;
}

static inline void __attribute__((format(printf, 1, 2))) tap_end(const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", tap_failed ? "not " : "", ++tap_cases);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	tap_failures += tap_failed;
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_cases);
	return tap_failures != 0;
}

#define TAP_RUN(fn) do {						\
	tap_begin();							\
	fn();								\
	tap_end("%s", #fn);						\
} while (0)

/* A failed CHECK fails the case and continues. */
#define CHECK(cond) do {						\
	if (!(cond)) {							\
		tap_failed = true;					\
		fprintf(stderr, "# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
	}								\
} while (0)

#define CHECK_EQ(got, want) do {					\
	unsigned long got_ = (unsigned long)(got), want_ = (unsigned long)(want); \
	if (got_ != want_) {						\
		tap_failed = true;					\
		fprintf(stderr, "# %s:%d: %s is 0x%lx, not 0x%lx\n",	\
			__FILE__, __LINE__, #got, got_, want_);		\
	}								\
} while (0)

#define CHECK_STR(got, want) do {					\
	const char *g_ = (got), *w_ = (want);				\
	bool same_ = true;						\
	for (size_t i_ = 0; same_ && (g_[i_] || w_[i_]); i_++)		\
		same_ = g_[i_] == w_[i_];				\
	if (!same_) {							\
		tap_failed = true;					\
		fprintf(stderr, "# %s:%d: %s is \"%s\", not \"%s\"\n",	\
			__FILE__, __LINE__, #got, g_, w_);		\
	}								\
} while (0)

#endif
