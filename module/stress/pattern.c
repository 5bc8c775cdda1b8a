// SPDX-License-Identifier: GPL-2.0-only
/*
 * A word is the block's key plus its place times an odd number: each differs from all others
 * of the block, and from those at the same place of other blocks. With the seed, a word and
 * its place give the key back, and that names the writer.
 *
 * The host may write the block at any time: it is compared, and nothing else is done with
 * what is read.
 */
#include <linux/compiler_attributes.h>
#include <linux/string.h>

#include <uapi/rhi_stress.h>

#include "pattern.h"

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

/**
 * pattern_fill() - write a block
 * @block: at any address
 * @size: bytes
 * @key: from pattern_key()
 */
void pattern_fill(void *block, size_t size, u64 key)
{
	const size_t nr = size / sizeof(u64);
	struct word *words = block;
	size_t i;

	/* Four at a time: this is what a run spends its time with. */
	for (i = 0; i + 4 <= nr; i += 4) {
		words[i].value = key;
		words[i + 1].value = key + STEP;
		words[i + 2].value = key + 2 * STEP;
		words[i + 3].value = key + 3 * STEP;
		key += 4 * STEP;
	}
	for (; i < nr; i++, key += STEP)
		words[i].value = key;
	memcpy(&words[nr], &key, size % sizeof(u64));
}

static size_t find(const struct word *words, size_t begin, size_t size, u64 key, u64 *expected,
		   u64 *found)
{
	const size_t nr = size / sizeof(u64);

	key += begin * STEP;
	for (size_t i = begin; i < nr; i++, key += STEP) {
		const u64 value = words[i].value;

		if (value == key)
			continue;
		*expected = key;
		*found = value;
		return i * sizeof(u64);
	}
	/* What is left is less than a word. */
	*found = 0;
	*expected = 0;
	memcpy(found, &words[nr], size % sizeof(u64));
	memcpy(expected, &key, size % sizeof(u64));
	return *found == *expected ? PATTERN_GOOD : nr * sizeof(u64);
}

/**
 * pattern_verify() - is everything in the block that was written?
 * @block: at any address
 * @size: bytes
 * @key: of pattern_fill()
 * @expected: set to the first word that is wrong as it should be; at the end of a block that
 *	may be a part of a word
 * @found: set to that word as it is
 *
 * Return: PATTERN_GOOD; or where the wrong word stands, in bytes.
 */
size_t pattern_verify(const void *block, size_t size, u64 key, u64 *expected, u64 *found)
{
	const size_t nr = size / sizeof(u64);
	const struct word *words = block;
	u64 here = key;
	size_t i;

	for (i = 0; i + 4 <= nr; i += 4) {
		if ((words[i].value ^ here) | (words[i + 1].value ^ (here + STEP)) |
		    (words[i + 2].value ^ (here + 2 * STEP)) |
		    (words[i + 3].value ^ (here + 3 * STEP)))
			break;
		here += 4 * STEP;
	}
	return find(words, i, size, key, expected, found);
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
	const u64 key = (found - offset / sizeof(u64) * STEP) ^ pattern_mix(seed);

	mark->worker = key >> RHI_STRESS_OPERATION_BITS;
	mark->operation = key & RHI_STRESS_MAX_OPERATIONS;
}
