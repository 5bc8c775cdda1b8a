// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of 64 bytes alternates one value and its complement. The value is the block's key plus
 * the line number times an odd constant, so it differs between lines, and between equal lines of
 * different blocks. A word, its place and the seed give the key, and the key identifies the
 * writer.
 *
 * With every > 1 only the first, the last and every Nth line are written and compared, starting
 * at a line that differs between blocks.
 *
 * The host may write the block at any time. What is read from it is compared and not used
 * otherwise.
 */
#include <linux/compiler.h>
#include <linux/string.h>

#include <uapi/rhi_stress.h>

#include "pattern.h"

#define LINE_WORDS	(PATTERN_LINE / sizeof(u64))
#define STEP	0x9e3779b97f4a7c15ULL

/* Blocks may have any alignment. */
struct word {
	u64 value;
} __packed;

/**
 * pattern_mix() - scramble a number
 * @seed: any number
 *
 * Return: A number that is unlike those of neighbouring seeds; different for each @seed.
 */
u64 pattern_mix(u64 seed)
{
	seed += STEP;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ULL;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111ebULL;
	return seed ^ seed >> 31;
}

/**
 * pattern_key() - compute the key of a block
 * @seed: seed of the run
 * @mark: the writer
 *
 * Return: The key; different for each mark.
 */
u64 pattern_key(u64 seed, const struct stress_mark *mark)
{
	const u64 name = (u64)mark->worker << RHI_STRESS_OPERATION_BITS | mark->operation;

	return name ^ pattern_mix(seed);
}

static u64 word_of(u64 value, size_t index)
{
	return index % 2 ? ~value : value;
}

static __always_inline void fill_line(struct word *words, u64 value)
{
	words[0].value = value;
	words[1].value = ~value;
	words[2].value = value;
	words[3].value = ~value;
	words[4].value = value;
	words[5].value = ~value;
	words[6].value = value;
	words[7].value = ~value;
}

/* Read all words before comparing: most lines match, and this avoids a branch per word. */
static __always_inline bool is_filled(const struct word *words, u64 value)
{
	const u64 a = words[0].value, b = words[1].value, c = words[2].value, d = words[3].value;
	const u64 e = words[4].value, f = words[5].value, g = words[6].value, h = words[7].value;
	const u64 other = ~value;

	return a == value && b == other && c == value && d == other &&
	       e == value && f == other && g == value && h == other;
}

/* Returns the first line after line 0 that is written and compared. */
static size_t first_of_every(u64 key, u32 every)
{
	return every == 1 ? 1 : 1 + (u32)(key ^ key >> 32) % every;
}

/**
 * pattern_fill() - write the pattern of a block
 * @block: any alignment
 * @size: bytes
 * @key: from pattern_key()
 * @every: write one of this many lines, at least 1
 */
void pattern_fill(void *block, size_t size, u64 key, u32 every)
{
	const size_t nr = size / PATTERN_LINE, rest = size % PATTERN_LINE;
	struct word *words = block, *line;
	u64 value;
	size_t i;

	if (nr) {
		fill_line(words, key);
		fill_line(&words[(nr - 1) * LINE_WORDS], key + (nr - 1) * STEP);
	}
	i = first_of_every(key, every);
	line = &words[i * LINE_WORDS];
	value = key + i * STEP;
	for (; i < nr; i += every) {
		fill_line(line, value);
		line += every * LINE_WORDS;
		value += every * STEP;
	}
	words += nr * LINE_WORDS;
	key += nr * STEP;
	for (i = 0; i < rest / sizeof(u64); i++)
		words[i].value = word_of(key, i);
	key = word_of(key, i);
	memcpy(&words[i], &key, rest % sizeof(u64));
}

/* Returns the offset of the first wrong word of a line or a partial line; @size if none. */
static size_t find_word(const struct word *words, size_t size, u64 value, u64 *expected, u64 *found)
{
	size_t i;

	for (i = 0; i < size / sizeof(u64); i++) {
		*expected = word_of(value, i);
		*found = words[i].value;
		if (*found != *expected)
			return i * sizeof(u64);
	}
	/* The rest is less than a word. */
	value = word_of(value, i);
	*found = 0;
	*expected = 0;
	memcpy(found, &words[i], size % sizeof(u64));
	memcpy(expected, &value, size % sizeof(u64));
	return *found == *expected ? size : i * sizeof(u64);
}

/* Returns the first wrong line of those compared; @nr if none. */
static size_t find_line(const struct word *words, size_t nr, u64 key, u32 every)
{
	const size_t first = first_of_every(key, every), last = nr - 1;
	const struct word *line = &words[first * LINE_WORDS];
	u64 value = key + first * STEP;

	if (!is_filled(words, key))
		return 0;
	for (size_t i = first; i < nr; i += every) {
		if (!is_filled(line, value))
			return i;
		line += every * LINE_WORDS;
		value += every * STEP;
	}
	return is_filled(&words[last * LINE_WORDS], key + last * STEP) ? nr : last;
}

/**
 * pattern_verify() - check that a block holds its pattern
 * @block: any alignment
 * @size: bytes
 * @key: as for pattern_fill()
 * @every: as for pattern_fill()
 * @expected: set to the expected value of the first wrong word, which may be partial at the end
 *	of the block
 * @found: set to the actual value of that word
 *
 * Return: PATTERN_GOOD, or the offset of the wrong word in bytes.
 */
size_t pattern_verify(const void *block, size_t size, u64 key, u32 every, u64 *expected,
		      u64 *found)
{
	const size_t nr = size / PATTERN_LINE, rest = size % PATTERN_LINE;
	const struct word *words = block;
	size_t line = nr ? find_line(words, nr, key, every) : 0;
	size_t size_of_line = line < nr ? PATTERN_LINE : rest, offset;

	if (!size_of_line)
		return PATTERN_GOOD;
	offset = find_word(&words[line * LINE_WORDS], size_of_line, key + line * STEP, expected,
			   found);
	if (line == nr && offset == rest)
		return PATTERN_GOOD;
	/* Report the line even if the host has corrected it meanwhile. */
	return line * PATTERN_LINE + offset % PATTERN_LINE;
}

/**
 * pattern_is_zero() - check that a block is zero in the lines examined
 * @block: any alignment
 * @size: bytes
 * @key: selects the lines, as in pattern_fill()
 * @every: examine one of this many lines, and a partial line at the end
 * @found: set to the first nonzero word
 *
 * Return: PATTERN_GOOD, or the offset of that word in bytes.
 */
size_t pattern_is_zero(const void *block, size_t size, u64 key, u32 every, u64 *found)
{
	const size_t nr = size / PATTERN_LINE;
	const struct word *words = block;

	for (size_t i = first_of_every(key, every) - 1; i < nr; i += every) {
		const struct word *line = &words[i * LINE_WORDS];

		if (!(line[0].value | line[1].value | line[2].value | line[3].value |
		      line[4].value | line[5].value | line[6].value | line[7].value))
			continue;
		for (size_t j = 0; j < LINE_WORDS; j++) {
			*found = line[j].value;
			if (*found)
				return i * PATTERN_LINE + j * sizeof(u64);
		}
	}
	for (size_t at = nr * PATTERN_LINE; at < size; at++) {
		*found = *((const u8 *)block + at);
		if (*found)
			return at;
	}
	return PATTERN_GOOD;
}

/**
 * pattern_read() - find the writer of a word
 * @seed: seed of the run
 * @offset: offset of the word in its block, in bytes
 * @found: the word, which must be complete
 * @mark: filled in; meaningless if no pattern was written there
 */
void pattern_read(u64 seed, size_t offset, u64 found, struct stress_mark *mark)
{
	const u64 value = word_of(found, offset % PATTERN_LINE / sizeof(u64));
	const u64 name = (value - offset / PATTERN_LINE * STEP) ^ pattern_mix(seed);

	mark->worker = name >> RHI_STRESS_OPERATION_BITS;
	mark->operation = name & RHI_STRESS_MAX_OPERATIONS;
}
