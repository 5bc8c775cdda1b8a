/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole granules for the ITS's interrupt translation tables. */
#ifndef _HOOK_ITS_H
#define _HOOK_ITS_H

int hook_its_register(void);
void hook_its_unregister(void);

#endif /* _HOOK_ITS_H */
