/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's answers, asked once and then constant; and the granule that follows. */
#ifndef _HOSTCONF_H
#define _HOSTCONF_H

#include <linux/types.h>

#include "hostconf_check.h"

struct seq_file;

/**
 * struct hostconf_answer - what the host said to one question
 * @asked: false if the question was not put, or the call failed
 * @raw: gprs[0] as the host left it
 */
struct hostconf_answer {
	bool asked;
	u64 raw;
};

/**
 * struct hostconf - what is known of the host
 * @status: what came of asking
 * @version: RHI_HOSTCONF_VERSION
 * @features: RHI_HOSTCONF_FEATURES
 * @alignment: RHI_HOSTCONF_GET_IPA_CHANGE_ALIGNMENT
 * @granule: the host's sharing granule for this guest, in bytes: a power of two, at least
 *	PAGE_SIZE; 0 if it is not known
 * @overridden: @granule is not what it would be without granule=
 * @source: where @granule comes from: "host", "page_size", "parameter" or "unknown"
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
