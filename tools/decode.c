// SPDX-License-Identifier: GPL-2.0-only
/* Decodes words and numbers of the module. Reads no files and prints nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rhi_files.h>

#include "decode.h"

static bool decode_digits(const char *text, const char *digits, int base, uint64_t *value)
{
	if (!*text || text[strspn(text, digits)])
		return false;
	errno = 0;
	*value = strtoull(text, NULL, base);
	return !errno;
}

/**
 * decode_decimal - decode an unsigned decimal number
 * @text: text to decode
 * @value: gets the number on success
 *
 * Return: false if @text is empty, contains anything but digits, or exceeds 64 bits.
 */
bool decode_decimal(const char *text, uint64_t *value)
{
	return decode_digits(text, "0123456789", 10, value);
}

/**
 * decode_hex - decode an unsigned hexadecimal number with the prefix 0x
 * @text: text to decode
 * @value: gets the number on success
 *
 * Return: false if @text is not 0x followed by hexadecimal digits, or exceeds 64 bits.
 */
bool decode_hex(const char *text, uint64_t *value)
{
	return !strncmp(text, "0x", 2) &&
	       decode_digits(text + 2, "0123456789abcdefABCDEF", 16, value);
}

/**
 * decode_bytes - decode a size: a decimal number with an optional suffix K
 * @text: text to decode
 * @min: smallest valid size, in bytes
 * @max: largest valid size, in bytes; below 2^54, so that the suffix cannot overflow
 * @bytes: gets the size on success
 *
 * Return: false if @text is not a size, or the size is not between @min and @max.
 */
bool decode_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *bytes)
{
	size_t digits = strspn(text, "0123456789");
	bool kilo = text[digits] == 'K' || text[digits] == 'k';
	char number[24];

	if (digits >= sizeof(number) || text[digits + kilo])
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!decode_decimal(number, bytes) || *bytes > max)
		return false;
	if (kilo)
		*bytes *= 1024;
	return *bytes >= min && *bytes <= max;
}

/**
 * decode_answer - decode a raw answer of the host
 * @text: "0x..." or "none"
 * @answer: gets the answer
 *
 * Return: false if @text is neither.
 */
bool decode_answer(const char *text, struct answer *answer)
{
	*answer = (struct answer){ 0 };
	if (!strcmp(text, "none"))
		return true;
	answer->given = decode_hex(text, &answer->value);
	return answer->given;
}

/**
 * decode_word - copy a name or status of letters, digits and underscores
 * @text: text to check
 * @word: gets a copy
 * @size: size of @word, in bytes
 *
 * Return: false if @text has another character, is empty or does not fit.
 */
bool decode_word(const char *text, char *word, size_t size)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	size_t len = strlen(text);

	if (!len || len >= size || text[strspn(text, ok)])
		return false;
	memcpy(word, text, len + 1);
	return true;
}

/* Feature bits by gprs[] word, from ARM-software/cca-rmm-acs, val_rhi.h. */
static const struct {
	const char *family;
	const char *bits[2][8];
} features[] = {
	{ "HOSTCONF", { { "GET_IPA_CHANGE_ALIGNMENT" } } },
	{ "SESSION", { { "OPEN", "CLOSE", "SEND", "RECEIVE" },
		       { "BLOCKING", "NON_BLOCKING" } } },
	{ "FAL", { { "GET_SIZE", "READ" } } },
	{ "DA", { { "OBJECT_SIZE", "OBJECT_READ", "CONTINUE", "GET_MEASUREMENTS",
		    "GET_INTERFACE_REPORT", "SET_TDI_STATE", "P2P_UNBIND", "ABORT" } } },
	{ 0 }
};

/**
 * decode_kernel_answer - read the module's line about the kernel's granule
 * @text: "BYTES FUNCTION VERDICT", or "none"; gets modified
 * @answer: the result; the caller zeroes it first
 *
 * Return: false if @text has another form.
 */
bool decode_kernel_answer(char *text, struct kernel_answer *answer)
{
	const char *bytes = strsep(&text, " "), *function = strsep(&text, " ");

	if (!function)
		return !strcmp(bytes, RHI_KERNEL_GRANULE_NONE);
	return text && decode_decimal(bytes, &answer->bytes) &&
	       decode_word(function, answer->function, sizeof(answer->function)) &&
	       decode_word(text, answer->verdict, sizeof(answer->verdict));
}

/**
 * decode_feature - find the name of a feature bit
 * @family: name of the RHI family, as in the module's files
 * @word: index into gprs[] of the answer
 * @bit: 0 to 63
 *
 * Return: the name, or NULL if the bit has no name.
 */
const char *decode_feature(const char *family, unsigned int word, unsigned int bit)
{
	if (word >= 2 || bit >= 8)
		return NULL;
	for (int i = 0; features[i].family; i++)
		if (!strcmp(family, features[i].family))
			return features[i].bits[word][bit];
	return NULL;
}

/**
 * decode_alignment - check an IPA change alignment
 * @value: the host's answer, in bytes
 *
 * The upper limit is the largest block of the guest's page allocator. Only the kernel knows
 * that limit, so this function accepts values that are too large.
 *
 * Return: NULL for a power of two of at least 4096, otherwise the reason.
 */
const char *decode_alignment(uint64_t value)
{
	if (!value)
		return "zero";
	if (value & (value - 1))
		return "not a power of two";
	if (value < 4096)
		return "smaller than 4096";
	return NULL;
}
