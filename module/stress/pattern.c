// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of 64 bytes has one value and its complement in turn. The value is the block's key
 * plus the line's place times an odd number: so it differs from line to line, and from that of
 * the same line in other blocks. With the seed, a word and its place give the key back, and
 * that names the writer.
 *
 * Not each line need be written and compared: then the first and the last are, and every Nth,
 * beginning with one that differs from block to block.
 *
 * The host may write the block at any time: it is compared, and nothing else is done with
 * what is read.
 */
#include <linux/compiler.h>
#include <linux/string.h>

#include <uapi/rhi_stress.h>

#include "pattern.h"

#define LINE_WORDS	(PATTERN_LINE / sizeof(u64))
#define STEP	0x9e3779b97f4a7c15ULL

/* Blocks may stand at any address. */
struct word {
	u64 value;
} __packed;

/**
 * pattern_mix() - a number that looks nothing like its neighbours'
 * @seed: any
 *
 * Return: another for each @seed.
 */
u64 pattern_mix(u64 seed)
{
	seed += STEP;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ULL;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111ebULL;
	return seed ^ seed >> 31;
}

/**
 * pattern_key() - the key of a block
 * @seed: of the run
 * @mark: who writes it
 *
 * Return: the key; different for each mark.
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

/* All are read before any is compared: so there is no branch for each, as most lines are good. */
static __always_inline bool is_filled(const struct word *words, u64 value)
{
	const u64 a = words[0].value, b = words[1].value, c = words[2].value, d = words[3].value;
	const u64 e = words[4].value, f = words[5].value, g = words[6].value, h = words[7].value;
	const u64 other = ~value;

	return a == value && b == other && c == value && d == other &&
	       e == value && f == other && g == value && h == other;
}

/* Behind the first line, the next one that is looked at. */
static size_t first_of_every(u64 key, u32 every)
{
	return every == 1 ? 1 : 1 + (u32)(key ^ key >> 32) % every;
}

/**
 * pattern_fill() - write a block
 * @block: at any address
 * @size: bytes
 * @key: from pattern_key()
 * @every: 1 or more: of so many lines one
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

/* Of a line, or what is left of one: the first word that is wrong, or the @size. */
static size_t find(const struct word *words, size_t size, u64 value, u64 *expected, u64 *found)
{
	size_t i;

	for (i = 0; i < size / sizeof(u64); i++) {
		*expected = word_of(value, i);
		*found = words[i].value;
		if (*found != *expected)
			return i * sizeof(u64);
	}
	/* What is left is less than a word. */
	value = word_of(value, i);
	*found = 0;
	*expected = 0;
	memcpy(found, &words[i], size % sizeof(u64));
	memcpy(expected, &value, size % sizeof(u64));
	return *found == *expected ? size : i * sizeof(u64);
}

/* The first line that is wrong, of those that are looked at; @nr: none. */
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
 * pattern_verify() - is everything in the block that was written?
 * @block: at any address
 * @size: bytes
 * @key: of pattern_fill()
 * @every: of pattern_fill()
 * @expected: set to the first word that is wrong as it should be; at the end of a block that
 *	may be a part of a word
 * @found: set to that word as it is
 *
 * Return: PATTERN_GOOD; or where the wrong word stands, in bytes.
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
	offset = find(&words[line * LINE_WORDS], size_of_line, key + line * STEP, expected, found);
	if (line == nr && offset == rest)
		return PATTERN_GOOD;
	/* The host may have put it right meanwhile; wrong it was. */
	return line * PATTERN_LINE + offset % PATTERN_LINE;
}

/**
 * pattern_is_zero() - is a block zero, as far as it is looked at?
 * @block: at any address
 * @size: bytes
 * @key: which lines, as in pattern_fill()
 * @every: of so many lines one, and what is left of one at the end
 * @found: set to the first word that is not
 *
 * Return: PATTERN_GOOD; or where that word stands, in bytes.
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
 * pattern_read() - who could have written a word?
 * @seed: of the run
 * @offset: of the word in its block, bytes
 * @found: the word, a whole one
 * @mark: filled in; it makes no sense if no pattern was written there
 */
void pattern_read(u64 seed, size_t offset, u64 found, struct stress_mark *mark)
{
	const u64 value = word_of(found, offset % PATTERN_LINE / sizeof(u64));
	const u64 name = (value - offset / PATTERN_LINE * STEP) ^ pattern_mix(seed);

	mark->worker = name >> RHI_STRESS_OPERATION_BITS;
	mark->operation = name & RHI_STRESS_MAX_OPERATIONS;
}
