/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls to the host through RSI_HOST_CALL. */
#ifndef _HOSTCALL_H
#define _HOSTCALL_H

#include <linux/types.h>

struct seq_file;

#define HOSTCALL_NR_ANSWERS	4

/**
 * struct hostcall_result - the result of a host call
 * @rsi: the RMM's return code; RSI_SUCCESS if the host was asked
 * @gprs: the host's answer, from gprs[0] on; zero unless @rsi is RSI_SUCCESS. Untrusted
 */
struct hostcall_result {
	unsigned long rsi;
	u64 gprs[HOSTCALL_NR_ANSWERS];
};

int hostcall_init(void);
int hostcall(u32 fid, struct hostcall_result *res);
const char *hostcall_fid_name(u32 fid);
void hostcall_show_log(struct seq_file *s);

#endif /* _HOSTCALL_H */
