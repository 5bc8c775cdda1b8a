/* SPDX-License-Identifier: GPL-2.0-only */
/* Configuration of the run: "key=value" lines (README.md lists the keys). */
#ifndef REALM_CONFIG_H
#define REALM_CONFIG_H

#include "sbuf.h"

/** enum state_get - answers of RSI_IPA_STATE_GET after the first RHI call */
enum state_get {
	STATE_GET_HONEST,
	STATE_GET_ERROR,	/* RSI_ERROR_STATE */
	STATE_GET_BACKWARDS,	/* runs end before their start */
	STATE_GET_EMPTY,	/* runs end at their start */
	STATE_GET_BEYOND,	/* runs extend past the requested end */
	STATE_GET_INSIDE,	/* runs end in the middle of a page */
	STATE_GET_UNKNOWN,	/* an undefined RIPAS */
	STATE_GET_PAGES,	/* one page at a time, all of them RAM */
	STATE_GET_FLIP,		/* one page at a time, alternately RAM and EMPTY */
	STATE_GET_MOVING,	/* the start of RAM seems shared, more of it with each call */
};

/**
 * struct rhi_answer - the host's answer to one RHI call
 * @known:	the host implements the call; otherwise the answer is -1
 * @given:	set by the configuration, not a default
 * @value:	gprs[0] if @known
 */
struct rhi_answer {
	bool known;
	bool given;
	u64 value;
};

/** enum rhi_family - RHI families other than HOSTCONF */
enum rhi_family {
	RHI_SESSION,
	RHI_FAL,
	RHI_DA,
	RHI_FAMILIES,
};

/** enum rmm - version of the RMM specification (DEN0137) */
enum rmm {
	RMM_1_0,
	RMM_2_0,
};

struct config {
	unsigned int rmm;		/* enum rmm */
	u64 memory;			/* bytes of the Realm's RAM */
	u64 entry;			/* IPA of the kernel's first instruction */
	u64 dtb;			/* IPA in its initial X0 */
	u64 cpus;
	unsigned int host;		/* its policy: see host.h */
	u64 granule;			/* the host's granule in bytes */
	u64 rmi_granule;		/* of the translation tables: @granule, with RMM 1.0 4096 */
	u64 host_step;			/* maximum bytes per request; 0: unlimited */

	/* These start with the first RHI call: no kernel would boot otherwise. */
	u64 host_stop;			/* maximum bytes that become shared */
	bool host_keep;			/* shared memory stays shared */
	u64 host_scribble;		/* written to shared memory at each call; 0: disabled */
	bool host_hostile;		/* draw answers from host_seed */
	u64 host_seed;

	struct rhi_answer hostconf_version;
	struct rhi_answer hostconf_features;
	struct rhi_answer hostconf_alignment;
	struct rhi_answer family_version[RHI_FAMILIES];
	struct rhi_answer family_features[RHI_FAMILIES];
	bool rhi_garbage;		/* fill gprs[1..30] of each answer with garbage */

	/* RSI code with which the RSI_HOST_CALL for this HOSTCONF call fails; 0: none. */
	u64 rsi_version;
	u64 rsi_features;
	u64 rsi_alignment;
	enum state_get state_get;
};

/**
 * config_parse() - parse the configuration
 * @cfg:	result, with defaults for missing keys
 * @text:	NUL-terminated lines; empty ones and "#" comments are skipped
 * @err:	error message with the line
 *
 * Return: true if all lines are valid and consistent.
 */
bool config_parse(struct config *cfg, const char *text, struct sbuf *err);

#endif
