// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"
#include "host.h"
#include "libc.h"

static const char *const state_get_names[] = {
	[STATE_GET_HONEST] = "honest",
	[STATE_GET_ERROR] = "error",
	[STATE_GET_BACKWARDS] = "backwards",
	[STATE_GET_EMPTY] = "empty",
	[STATE_GET_BEYOND] = "beyond",
	[STATE_GET_INSIDE] = "inside",
	[STATE_GET_UNKNOWN] = "unknown",
	[STATE_GET_PAGES] = "pages",
	[STATE_GET_FLIP] = "flip",
	[STATE_GET_MOVING] = "moving",
};

static const char *rmm_name(unsigned int i)
{
	static const char *const names[] = { [RMM_1_0] = "1.0", [RMM_2_0] = "2.0" };

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

static const char *state_get_name(unsigned int i)
{
	return i < ARRAY_SIZE(state_get_names) ? state_get_names[i] : NULL;
}

/* A value in the configuration text; it is not NUL-terminated. */
struct value {
	const char *s;
	size_t len;
};

static bool value_is(struct value v, const char *s)
{
	return strlen(s) == v.len && !memcmp(v.s, s, v.len);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Take @prefix from the start of a value, if it is there and not all of it. */
static bool take(struct value *v, const char *prefix)
{
	size_t len = strlen(prefix);

	if (v->len <= len || memcmp(v->s, prefix, len))
		return false;
	v->s += len;
	v->len -= len;
	return true;
}

/* Take a unit from the end of a value, and return its power of two. */
static unsigned int take_unit(struct value *v)
{
	static const char units[] = { 'k', 'm', 'g' };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (v->len > 1 && lower(v->s[v->len - 1]) == units[i]) {
			v->len--;
			return 10 * (i + 1);
		}
	}
	return 0;
}

/* -1, 4096, 64k, 2M, 0x10000: 64 bits; a negative number is its two's complement */
static bool value_u64(struct value v, u64 *out)
{
	bool negative = take(&v, "-");
	unsigned int base = take(&v, "0x") ? 16 : 10, shift = take_unit(&v);
	u64 n = 0;

	if (!v.len)
		return false;
	for (; v.len; v.s++, v.len--) {
		char c = lower(*v.s);
		u64 digit = 16;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (c >= 'a' && c <= 'f')
			digit = c - 'a' + 10;
		if (digit >= base || n > (~0UL - digit) / base)
			return false;
		n = n * base + digit;
	}
	if (n > ~0UL >> shift)
		return false;
	n <<= shift;
	*out = negative ? -n : n;
	return true;
}

/* One setter per type of value; @field is the member that the key's row refers to. */
static bool set_number(void *field, struct value v)
{
	return value_u64(v, field);
}

static bool set_word(unsigned int *field, struct value v, const char *(*word)(unsigned int i))
{
	for (unsigned int i = 0; word(i); i++) {
		if (value_is(v, word(i))) {
			*field = i;
			return true;
		}
	}
	return false;
}

static bool set_answer(void *field, struct value v)
{
	struct rhi_answer *a = field;

	a->given = true;
	a->known = !value_is(v, "off");
	return !a->known || value_u64(v, &a->value);
}

static bool set_flag(void *field, struct value v)
{
	*(bool *)field = value_is(v, "1");
	return value_is(v, "0") || value_is(v, "1");
}

static bool set_rsi_code(void *field, struct value v)
{
	u64 *code = field;

	return value_u64(v, code) && *code >= 1 && *code <= 4;
}

static bool set_hostile(void *field, struct value v)
{
	struct config *cfg = field;

	cfg->host_hostile = true;
	return value_u64(v, &cfg->host_seed);
}

static bool set_hostconf_off(void *field, struct value v)
{
	struct config *cfg = field;

	cfg->hostconf_version.known = false;
	cfg->hostconf_features.known = false;
	cfg->hostconf_alignment.known = false;
	return value_is(v, "off");
}

static bool set_rhi_off(void *field, struct value v)
{
	struct config *cfg = field;

	memset(cfg->family_version, 0, sizeof(cfg->family_version));
	memset(cfg->family_features, 0, sizeof(cfg->family_features));
	return set_hostconf_off(cfg, v);
}

#define AT(member)	offsetof(struct config, member)

static const struct key {
	const char *key;
	bool (*set)(void *field, struct value v);
	size_t at;
	const char *takes;
	const char *(*word)(unsigned int i);	/* instead of set() and takes */
} keys[] = {
	{ "rmm", .at = AT(rmm), .word = rmm_name },
	{ "memory", set_number, AT(memory), "bytes" },
	{ "entry", set_number, AT(entry), "an address" },
	{ "dtb", set_number, AT(dtb), "an address" },
	{ "cpus", set_number, AT(cpus), "a number" },
	{ "host", .at = AT(host), .word = host_policy_name },
	{ "host.step", set_number, AT(host_step), "a size, such as 64k" },
	{ "host.stop", set_number, AT(host_stop), "a size, such as 64k" },
	{ "host.keep", set_flag, AT(host_keep), "0 or 1" },
	{ "host.scribble", set_number, AT(host_scribble), "a number" },
	{ "host.hostile", set_hostile, 0, "a number" },
	{ "granule", set_number, AT(granule), "a size, such as 64k" },
	{ "rhi", set_rhi_off, 0, "off" },
	{ "rhi.hostconf", set_hostconf_off, 0, "off" },
	{ "rhi.version", set_answer, AT(hostconf_version), "a number or off" },
	{ "rhi.features", set_answer, AT(hostconf_features), "a number or off" },
	{ "rhi.alignment", set_answer, AT(hostconf_alignment), "a number or off" },
	{ "rhi.session.version", set_answer, AT(family_version[RHI_SESSION]), "a number or off" },
	{ "rhi.session.features", set_answer, AT(family_features[RHI_SESSION]), "a number or off" },
	{ "rhi.fal.version", set_answer, AT(family_version[RHI_FAL]), "a number or off" },
	{ "rhi.fal.features", set_answer, AT(family_features[RHI_FAL]), "a number or off" },
	{ "rhi.da.version", set_answer, AT(family_version[RHI_DA]), "a number or off" },
	{ "rhi.da.features", set_answer, AT(family_features[RHI_DA]), "a number or off" },
	{ "rhi.garbage", set_flag, AT(rhi_garbage), "0 or 1" },
	{ "rsi.version", set_rsi_code, AT(rsi_version), "an RSI code, 1 to 4" },
	{ "rsi.features", set_rsi_code, AT(rsi_features), "an RSI code, 1 to 4" },
	{ "rsi.alignment", set_rsi_code, AT(rsi_alignment), "an RSI code, 1 to 4" },
	{ "rsi.state_get", .at = AT(state_get), .word = state_get_name },
};

static void quote(struct sbuf *err, u64 number, const char *line, size_t len)
{
	sb_printf(err, "configuration line %lu \"", number);
	for (size_t i = 0; i < len && i < 80; i++)
		sb_printf(err, "%c", line[i]);
	sb_printf(err, "\": ");
}

static void say_expected(struct sbuf *err, const struct key *key)
{
	sb_printf(err, "%s expects %s", key->key, key->word ? key->word(0) : key->takes);
	for (unsigned int i = 1; key->word && key->word(i); i++)
		sb_printf(err, "%s%s", key->word(i + 1) ? ", " : " or ", key->word(i));
}

static bool parse_line(struct config *cfg, const char *line, size_t len, u64 number,
		       struct sbuf *err)
{
	size_t key_len = 0;

	while (key_len < len && line[key_len] != '=')
		key_len++;
	if (key_len == len) {
		quote(err, number, line, len);
		sb_printf(err, "expected key=value");
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct value v = { line + key_len + 1, len - key_len - 1 };
		void *field = (char *)cfg + keys[i].at;

		if (!value_is((struct value){ line, key_len }, keys[i].key))
			continue;
		if (keys[i].word ? set_word(field, v, keys[i].word) : keys[i].set(field, v))
			return true;
		quote(err, number, line, len);
		say_expected(err, &keys[i]);
		return false;
	}
	quote(err, number, line, len);
	sb_printf(err, "unknown key");
	return false;
}

#define RMI_GRANULE_MAX	65536UL

static bool in_ram(const struct config *cfg, u64 ipa)
{
	return ipa >= PLAT_RAM && ipa < PLAT_RAM + cfg->memory;
}

static const char *contradiction(const struct config *cfg)
{
	if (!cfg->memory || cfg->memory > PLAT_RAM_MAX || !IS_ALIGNED(cfg->memory, 2UL << 20))
		return "memory= must be a multiple of 2 MiB, at most 16 GiB";
	if (!in_ram(cfg, cfg->entry) || !IS_ALIGNED(cfg->entry, 4))
		return "entry= must be an instruction's address in the Realm's memory";
	if (!in_ram(cfg, cfg->dtb) || !IS_ALIGNED(cfg->dtb, 8))
		return "dtb= must be an 8-byte aligned address in the Realm's memory";
	if (!cfg->cpus || cfg->cpus > PLAT_CPUS)
		return "cpus= must be 1 to 8";
	if (cfg->rmi_granule != 4096 && cfg->rmi_granule != 16384 && cfg->rmi_granule != 65536)
		return "granule= must be 4096, 16384 or 65536 with rmm=2.0";
	if (cfg->rmm == RMM_2_0 && host_splits_granules(cfg))
		return "host=destroy needs rmm=1.0: no request changes part of a granule";
	if (!IS_ALIGNED(cfg->host_step | cfg->host_stop, cfg->rmi_granule))
		return cfg->rmm == RMM_2_0 ?
		       "host.step= and host.stop= must be multiples of granule=" :
		       "host.step= and host.stop= must be multiples of 4096";
	return NULL;
}

bool config_parse(struct config *cfg, const char *text, struct sbuf *err)
{
	const char *wrong;
	u64 number = 0;

	*cfg = (struct config){
		.cpus = 1,
		.granule = PAGE_SIZE,
		.host_stop = ~(RMI_GRANULE_MAX - 1),
		.hostconf_version = { .known = true, .value = 0x10000 },
		.hostconf_features = { .known = true, .value = 1 },
		.hostconf_alignment = { .known = true },
	};

	while (*text) {
		size_t len = 0;

		number++;
		while (text[len] && text[len] != '\n')
			len++;
		if (len && text[0] != '#' && !parse_line(cfg, text, len, number, err))
			return false;
		text += len + (text[len] == '\n');
	}
	if (!cfg->hostconf_alignment.given)
		cfg->hostconf_alignment.value = cfg->granule;
	/* A host may report any granule, but works in whole pages. */
	if (cfg->granule < PAGE_SIZE || cfg->granule & (cfg->granule - 1))
		cfg->granule = PAGE_SIZE;

	cfg->rmi_granule = cfg->rmm == RMM_2_0 ? cfg->granule : PAGE_SIZE;
	wrong = contradiction(cfg);
	if (wrong)
		sb_printf(err, "configuration: %s", wrong);
	return !wrong;
}
