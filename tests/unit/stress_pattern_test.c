// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pattern stays inside its block, a change in any checked byte is found, and the finding names
 * the writer.
 */
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "tap.h"

#define MAX_SIZE	700
#define SEED		0x123456789abcdefULL

static const struct stress_mark mark = { .worker = 3, .operation = 0x9988776655 };
static u64 expected, found;

/* Ends where the allocation ends, so that ASan detects overruns; odd sizes give odd addresses. */
static u8 *block_of(u8 *memory, size_t size)
{
	return memory + MAX_SIZE - size;
}

static void every_size(void)
{
	u8 *memory = malloc(MAX_SIZE);
	const u64 key = pattern_key(SEED, &mark);

	for (size_t size = 1; size <= MAX_SIZE && !tap_failed; size++) {
		for (u32 every = 1; every < 14; every += 4) {
			u8 *block = block_of(memory, size);

			memset(memory, 0, MAX_SIZE);
			pattern_fill(block, size, key, every);
			CHECK_EQ(pattern_verify(block, size, key, every, &expected, &found),
				 PATTERN_GOOD);
			for (u8 *p = memory; p < block; p++)
				CHECK(!*p);
		}
	}
	free(memory);
}

/* Checked bytes: all with every=1, else the first and last line and some between. */
static void every_byte(void)
{
	u8 *memory = malloc(MAX_SIZE);
	const u64 key = pattern_key(SEED, &mark);

	for (u32 every = 1; every <= 3; every++) {
		for (size_t size = 16; size <= MAX_SIZE && !tap_failed; size += 37) {
			u8 *block = block_of(memory, size);
			const size_t lines = size / PATTERN_LINE;
			size_t seen = 0;

			pattern_fill(block, size, key, every);
			for (size_t at = 0; at < size; at++) {
				const bool edge = at < PATTERN_LINE ||
						  at >= (lines - (lines > 0)) * PATTERN_LINE;
				size_t offset;

				block[at] ^= 0x40;
				offset = pattern_verify(block, size, key, every, &expected, &found);
				block[at] ^= 0x40;
				if (every == 1 || edge)
					CHECK_EQ(offset, at / 8 * 8);
				if (offset == PATTERN_GOOD)
					continue;
				seen++;
				CHECK_EQ(offset, at / 8 * 8);
				CHECK(expected != found);
			}
			/* At least one of @every lines */
			CHECK(seen >= lines / every * PATTERN_LINE);
		}
	}
	free(memory);
}

/* Over many blocks, every line is checked. */
static void all_lines(void)
{
	enum { NR = 16, EVERY = 8 };
	u8 *block = malloc(NR * PATTERN_LINE);
	unsigned int seen[NR] = { 0 };

	for (u64 operation = 0; operation < 400; operation++) {
		struct stress_mark m = { 0, operation };
		const u64 key = pattern_key(SEED, &m);

		memset(block, 0, NR * PATTERN_LINE);
		pattern_fill(block, NR * PATTERN_LINE, key, EVERY);
		for (int i = 0; i < NR; i++)
			seen[i] += block[i * PATTERN_LINE] || block[i * PATTERN_LINE + 1];
	}
	for (int i = 0; i < NR; i++)
		CHECK(seen[i] >= 20);
	CHECK_EQ(seen[0], 400);
	CHECK_EQ(seen[NR - 1], 400);
	free(block);
}

static void names_the_writer(void)
{
	u8 *block = malloc(MAX_SIZE);
	const u64 key = pattern_key(SEED, &mark);
	struct stress_mark other = { 2, 17 }, read;
	size_t offset;

	pattern_fill(block, MAX_SIZE, key, 1);
	offset = pattern_verify(block, MAX_SIZE, pattern_key(SEED, &other), 1, &expected, &found);
	CHECK_EQ(offset, 0);
	for (size_t at = 0; at + 8 <= MAX_SIZE; at += 8) {
		u64 word;

		memcpy(&word, block + at, sizeof(word));
		pattern_read(SEED, at, word, &read);
		CHECK_EQ(read.worker, mark.worker);
		CHECK_EQ(read.operation, mark.operation);
	}
	pattern_read(SEED + 1, 0, key, &read);
	CHECK(read.worker != mark.worker || read.operation != mark.operation);
	free(block);
}

static void zero(void)
{
	u8 *memory = calloc(1, MAX_SIZE);
	u64 word;

	for (size_t size = 1; size <= MAX_SIZE && !tap_failed; size += 3) {
		u8 *block = block_of(memory, size);

		CHECK_EQ(pattern_is_zero(block, size, 5, 1, &word), PATTERN_GOOD);
		for (size_t at = 0; at < size; at++) {
			size_t offset;

			block[at] = 1;
			offset = pattern_is_zero(block, size, 5, 1, &word);
			CHECK(offset <= at && at - offset < 8);
			CHECK(word);
			block[at] = 0;
		}
	}
	/* One of 8 lines is checked, whatever the key. */
	memset(memory, 1, MAX_SIZE);
	for (u64 key = 0; key < 100; key++)
		CHECK(pattern_is_zero(memory, 512, key, 8, &word) != PATTERN_GOOD);
	free(memory);
}

int main(void)
{
	TAP_RUN(every_size);
	TAP_RUN(every_byte);
	TAP_RUN(all_lines);
	TAP_RUN(names_the_writer);
	TAP_RUN(zero);
	return tap_done();
}
