/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's answers, read once and then constant, and the granule derived from them. */
#ifndef _HOSTCONF_H
#define _HOSTCONF_H

#include <linux/types.h>

#include "hostconf_check.h"

struct seq_file;

/**
 * struct hostconf_answer - the host's answer to one call
 * @asked: false if the call was not made, or failed
 * @raw: gprs[0] as returned by the host
 */
struct hostconf_answer {
	bool asked;
	u64 raw;
};

/**
 * struct hostconf - what the module knows about the host
 * @status: result of asking the host
 * @version: answer to RHI_HOSTCONF_VERSION
 * @features: answer to RHI_HOSTCONF_FEATURES
 * @alignment: answer to RHI_HOSTCONF_GET_IPA_CHANGE_ALIGNMENT
 * @granule: the host's sharing granule for this guest in bytes: a power of two, at least
 *	PAGE_SIZE; 0 if unknown
 * @overridden: granule= changed @granule
 * @source: origin of @granule: "host", "page_size", "parameter" or "unknown"
 */
struct hostconf {
	enum hostconf_status status;
	struct hostconf_answer version, features, alignment;
	u64 granule;
	bool overridden;
	const char *source;
};

extern struct hostconf hostconf;

int hostconf_init(bool realm, u64 override);
const char *hostconf_meaning(void);
void hostconf_show_families(struct seq_file *s);

#endif /* _HOSTCONF_H */
