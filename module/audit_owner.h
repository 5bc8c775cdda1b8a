/* SPDX-License-Identifier: GPL-2.0-only */
/* Find the owner of memory, as far as a module can tell. */
#ifndef _AUDIT_OWNER_H
#define _AUDIT_OWNER_H

#include <linux/types.h>

/**
 * struct audit_owner - the owner of a range of memory
 * @end: end of the range that is known to have this owner
 * @text: description of the owner
 */
struct audit_owner {
	phys_addr_t end;
	char text[128];
};

void audit_owner(phys_addr_t at, phys_addr_t end, bool shared, struct audit_owner *owner);

#endif /* _AUDIT_OWNER_H */
