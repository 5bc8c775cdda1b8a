/* SPDX-License-Identifier: GPL-2.0-only */
/* Audit memory once, right after the module was loaded. */
#ifndef _AUDIT_LOAD_H
#define _AUDIT_LOAD_H

#include <linux/types.h>

#include "audit.h"

void audit_load_start(void);
void audit_load_stop(void);
bool audit_load_verdict(enum audit_verdict *verdict);

#endif /* _AUDIT_LOAD_H */
