/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose memory this is, as far as a module can tell. */
#ifndef _AUDIT_OWNER_H
#define _AUDIT_OWNER_H

#include <linux/types.h>

/**
 * struct audit_owner - who has some memory
 * @end: up to where it is known to be one owner's
 * @text: who that is, for people
 */
struct audit_owner {
	phys_addr_t end;
	char text[96];
};

void audit_owner(phys_addr_t at, phys_addr_t end, struct audit_owner *owner);

#endif /* _AUDIT_OWNER_H */
