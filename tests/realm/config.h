/* SPDX-License-Identifier: GPL-2.0-only */
/* The run's configuration: "key=value" lines (README.md lists the keys). */
#ifndef REALM_CONFIG_H
#define REALM_CONFIG_H

#include "sbuf.h"

enum host_policy {
	HOST_LENIENT,
	HOST_RECORD,
	HOST_REFUSE,
	HOST_KILL,
	HOST_DESTROY,
	HOST_NONE,		/* no Realm at all: a plain virtual machine */
};

/** enum state_get - how RSI_IPA_STATE_GET answers, once there was an RHI call */
enum state_get {
	STATE_GET_HONEST,
	STATE_GET_ERROR,	/* RSI_ERROR_STATE */
	STATE_GET_BACKWARDS,	/* runs end before they begin */
	STATE_GET_EMPTY,	/* runs end where they begin */
	STATE_GET_BEYOND,	/* runs end behind what was asked for */
	STATE_GET_INSIDE,	/* runs end inside of a page */
	STATE_GET_UNKNOWN,	/* a state that there is not */
	STATE_GET_PAGES,	/* a page at a time, all of it RAM */
	STATE_GET_FLIP,		/* a page at a time, every other one EMPTY */
	STATE_GET_MOVING,	/* at the beginning of RAM is shared what is not, each time more */
};

/**
 * struct rhi_answer - what the host says to one RHI call
 * @known:	it knows the call; otherwise the answer is -1
 * @given:	the configuration said so, it is no default
 * @value:	gprs[0] if it does
 */
struct rhi_answer {
	bool known;
	bool given;
	u64 value;
};

/** enum rhi_family - families the host can be told to know beside HOSTCONF */
enum rhi_family {
	RHI_SESSION,
	RHI_FAL,
	RHI_DA,
	RHI_FAMILIES,
};

struct config {
	u64 memory;			/* bytes of the Realm's RAM */
	u64 entry;			/* IPA of the kernel's first instruction */
	u64 dtb;			/* IPA handed to it in X0 */
	u64 cpus;
	enum host_policy host;
	u64 granule;			/* bytes in which the host manages memory */
	u64 host_step;			/* bytes, the most that one request changes; 0: all */

	/* From the first RHI call on: before, these would not let a kernel boot. */
	u64 host_stop_after;		/* bytes that become shared, and then no more do */
	bool host_keep;			/* what is shared stays so */
	u64 host_scribble;		/* written over shared memory at each call; 0: nothing is */
	bool host_hostile;		/* answers are drawn, from host_seed */
	u64 host_seed;

	struct rhi_answer hostconf_version;
	struct rhi_answer hostconf_features;
	struct rhi_answer hostconf_alignment;
	struct rhi_answer family_version[RHI_FAMILIES];
	struct rhi_answer family_features[RHI_FAMILIES];
	bool rhi_garbage;		/* fill gprs[1..30] of each answer with noise */

	/* RSI code with which the RSI_HOST_CALL fails that carries the HOSTCONF call; 0: none. */
	u64 rsi_version;
	u64 rsi_features;
	u64 rsi_alignment;
	enum state_get state_get;
};

/**
 * config_parse() - read the configuration
 * @cfg:	result; defaults where the text says nothing
 * @text:	NUL-terminated lines; empty ones and "#" comments are skipped
 * @err:	what is wrong, naming the line
 *
 * Return: true if every line was understood and the whole makes sense.
 */
bool config_parse(struct config *cfg, const char *text, struct sbuf *err);

/**
 * config_host_name() - a policy as the configuration spells it
 * @host:	policy
 *
 * Return: the name.
 */
const char *config_host_name(enum host_policy host);

#endif
