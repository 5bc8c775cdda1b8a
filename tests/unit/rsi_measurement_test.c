// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "rsi.h"
#include "rsi_env.h"
#include "sha256.h"
#include "tap.h"

static void check_hash(const char *text, const char *want)
{
	u8 out[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	sha256((const u8 *)text, strlen(text), out);
	for (int i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", out[i]);
	CHECK_STR(hex, want);
}

/* Examples of FIPS 180-4, and lengths around the padding boundary */
static void sha256_vectors(void)
{
	check_hash("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_hash("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		   "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	check_hash("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		   "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	check_hash("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		   "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

static long extend(struct realm *realm, u64 index, u64 size, u64 value)
{
	u64 x[31] = { 0xc4000193, index, size };

	for (int i = 3; i <= 10; i++)
		x[i] = value;
	CHECK_EQ(env_smc(realm, x), HANDLED);
	return x[0];
}

static void measurement_read(struct realm *realm, u64 index, u64 *value)
{
	u64 x[31] = { 0xc4000192, index };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_SUCCESS);
	memcpy(value, &x[1], 8 * sizeof(u64));
}

/* new = SHA-256(old || input), for the selected measurement only */
static void measurement_extend(void)
{
	struct realm *realm = env_realm("");
	u8 input[SHA256_SIZE + 16] = { 0 };
	u64 want[8] = { 0 }, got[8], zero[8] = { 0 };

	CHECK_EQ(extend(realm, 2, 16, 0x1122334455667788), RSI_SUCCESS);
	for (int i = 0; i < 16; i++)
		input[SHA256_SIZE + i] = 0x88 - 0x11 * (i % 8);
	sha256(input, sizeof(input), (u8 *)want);
	measurement_read(realm, 2, got);
	CHECK(!memcmp(got, want, sizeof(got)));
	measurement_read(realm, 1, got);
	CHECK(!memcmp(got, zero, sizeof(got)));

	memcpy(input, want, SHA256_SIZE);
	sha256(input, SHA256_SIZE, (u8 *)want);
	CHECK_EQ(extend(realm, 2, 0, 0), RSI_SUCCESS);
	measurement_read(realm, 2, got);
	CHECK(!memcmp(got, want, sizeof(got)));
}

static void measurement_errors(void)
{
	struct realm *realm = env_realm("");

	CHECK_EQ(extend(realm, 0, 32, 1), RSI_ERROR_INPUT);
	CHECK_EQ(extend(realm, 5, 32, 1), RSI_ERROR_INPUT);
	CHECK_EQ(extend(realm, 1, 65, 1), RSI_ERROR_INPUT);
	CHECK_EQ(extend(realm, 1, ~0UL, 1), RSI_ERROR_INPUT);
	CHECK_EQ(extend(realm, 4, 64, 1), RSI_SUCCESS);
}

static long token_continue(struct realm *realm, u64 ipa, u64 offset, u64 size)
{
	u64 x[31] = { 0xc4000195, ipa, offset, size };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[1] | x[2] | x[3], 0);
	return x[0];
}

/* Attestation is not supported: a token cannot be started, and so not be continued. */
static void attestation_token(void)
{
	struct realm *realm = env_realm("");
	u64 x[31] = { 0xc4000194 };

	CHECK_EQ(env_smc(realm, x), HANDLED);
	CHECK_EQ(x[0], RSI_ERROR_UNKNOWN);
	CHECK_EQ(token_continue(realm, PLAT_RAM, 0, 4096), RSI_ERROR_STATE);
	CHECK_EQ(token_continue(realm, PLAT_RAM, 4095, 1), RSI_ERROR_STATE);
	CHECK_EQ(token_continue(realm, PLAT_RAM + 8, 0, 8), RSI_ERROR_INPUT);
	CHECK_EQ(token_continue(realm, PLAT_RAM, 4096, 0), RSI_ERROR_INPUT);
	CHECK_EQ(token_continue(realm, PLAT_RAM, 1, 4096), RSI_ERROR_INPUT);
	CHECK_EQ(token_continue(realm, PLAT_RAM, 8, ~0UL), RSI_ERROR_INPUT);
	CHECK_EQ(token_continue(realm, PLAT_RAM | S2_SHARED, 0, 8), RSI_ERROR_INPUT);
}

int main(void)
{
	TAP_RUN(sha256_vectors);
	TAP_RUN(measurement_extend);
	TAP_RUN(measurement_errors);
	TAP_RUN(attestation_token);
	return tap_done();
}
