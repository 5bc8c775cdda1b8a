// SPDX-License-Identifier: GPL-2.0-only
/* Requests for a stress run: valid input, and input that is refused with a reason */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "tap.h"

static char log_text[512];

void unit_printk(const char *fmt, ...);

void unit_printk(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(log_text, sizeof(log_text), fmt, ap);
	va_end(ap);
}

/* Parse a copy on the heap, where ASan detects reads beyond the end. */
static int parse(const char *text, unsigned int cpus, struct stress_request *request)
{
	char *copy = strdup(text);
	int err;

	log_text[0] = '\0';
	err = stress_parse(copy, cpus, request);
	free(copy);
	return err;
}

static void nothing_said(void)
{
	struct stress_request r;

	CHECK_EQ(parse("", 4, &r), 0);
	CHECK_EQ(r.workers, 4);
	CHECK_EQ(r.seconds, RHI_STRESS_SECONDS);
	CHECK_EQ(r.operations, 0);
	CHECK_EQ(r.min, RHI_STRESS_MIN_SIZE);
	CHECK_EQ(r.max, RHI_STRESS_MAX_SIZE);
	CHECK_EQ(r.blocks, RHI_STRESS_BLOCKS);
	CHECK_EQ(r.mask, RHI_STRESS_MASK);
	CHECK_EQ(r.every, RHI_STRESS_EVERY);
	CHECK_EQ(r.source, RHI_STRESS_ANY_SOURCE);
	CHECK_EQ(r.context, RHI_STRESS_ANY_CONTEXT);
	CHECK(!r.has_seed);
	CHECK_STR(log_text, "");
}

static void all_said(void)
{
	struct stress_request r;

	CHECK_EQ(parse("seed=0xfedcba9876543210\tseconds=1 operations=2 workers=3 min=17 max=0x40\n"
		       "blocks=5 atomic=6 handover=7 mask=40 every=9 pressure=10  hotplug=1 bare=1 "
		       "source=dma context=hardirq\n", 1, &r), 0);
	CHECK(r.has_seed);
	CHECK_EQ(r.seed, 0xfedcba9876543210);
	CHECK_EQ(r.seconds, 1);
	CHECK_EQ(r.operations, 2);
	CHECK_EQ(r.workers, 3);
	CHECK_EQ(r.min, 17);
	CHECK_EQ(r.max, 64);
	CHECK_EQ(r.blocks, 5);
	CHECK_EQ(r.atomic, 6);
	CHECK_EQ(r.handover, 7);
	CHECK_EQ(r.mask, 40);
	CHECK_EQ(r.every, 9);
	CHECK_EQ(r.pressure, 10);
	CHECK_EQ(r.hotplug, 1);
	CHECK_EQ(r.bare, 1);
	CHECK_EQ(r.source, RHI_STRESS_DMA);
	CHECK_EQ(r.context, RHI_STRESS_HARDIRQ);
}

static void bounds(void)
{
	struct stress_request r;

	CHECK_EQ(parse("operations=5", 1, &r), 0);
	CHECK_EQ(r.seconds, 0);
	CHECK_EQ(parse("operations=5 seconds=3", 1, &r), 0);
	CHECK_EQ(r.seconds, 3);
	/* More CPUs than the maximum number of workers */
	CHECK_EQ(parse("blocks=1", 100000, &r), 0);
	CHECK_EQ(r.workers, RHI_STRESS_MAX_WORKERS);
	CHECK_EQ(parse("workers=256 blocks=16", 1, &r), 0);
}

/* Input, and part of the log message */
static const char *const refused[][2] = {
	{ "workers=0", "workers=0: 1 to 256" },
	{ "workers=257", "workers=257: 1 to 256" },
	{ "workers=4294967297", "workers=4294967297: 1 to 256" },
	{ "workers=-1", "workers=-1 is not a number" },
	{ "workers=18446744073709551616", "is not a number of 64 bits" },
	{ "workers=", "workers= is not a number" },
	{ "workers", "\"workers\" is not key=value" },
	{ "=", "unknown key \"\"" },
	{ "=1", "unknown key \"\"" },
	{ "colour=1", "unknown key \"colour\"" },
	{ "seconds=604801", "seconds=604801: 0 to 604800" },
	{ "seconds=0", "seconds=0 operations=0" },
	{ "seconds=0 operations=0", "seconds=0 operations=0" },
	{ "operations=1099511627776", "operations=1099511627776: 0 to 1099511627775" },
	{ "min=15", "min=15: 16 to 65536" },
	{ "max=65537", "max=65537: 16 to 65536" },
	{ "min=64 max=63", "min=64 max=63" },
	{ "min=64K", "min=64K is not a number" },
	{ "blocks=0", "blocks=0: 1 to 1024" },
	{ "blocks=1025", "blocks=1025: 1 to 1024" },
	{ "workers=256 blocks=17", "could be more than 268435456 bytes" },
	{ "atomic=101", "atomic=101: 0 to 100" },
	{ "handover=101", "handover=101: 0 to 100" },
	{ "mask=31", "mask=31: 32 to 64" },
	{ "mask=65", "mask=65: 32 to 64" },
	{ "every=0", "every=0: 1 to 1024" },
	{ "pressure=91", "pressure=91: 0 to 90" },
	{ "hotplug=2", "hotplug=2: 0 to 1" },
	{ "bare=2", "bare=2: 0 to 1" },
	{ "source=all", "unknown source \"all\"" },
	{ "source=", "unknown source \"\"" },
	{ "context=nmi", "unknown context \"nmi\"" },
	{ "seed=many", "seed=many is not a number" },
	{ "seconds=1 seconds", "\"seconds\" is not key=value" },
};

static void all_refused(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct stress_request r;

		tap_begin();
		CHECK_EQ(parse(refused[i][0], 2, &r), -EINVAL);
		CHECK(strstr(log_text, refused[i][1]));
		if (tap_failed)
			printf("# log: %s\n", log_text);
		tap_end("refused: %s", refused[i][0]);
	}
}

int main(void)
{
	TAP_RUN(nothing_said);
	TAP_RUN(all_said);
	TAP_RUN(bounds);
	all_refused();
	return tap_done();
}
