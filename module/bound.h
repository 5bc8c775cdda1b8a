/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that were bound to a driver before the hook was on. */
#ifndef _BOUND_H
#define _BOUND_H

struct seq_file;

void bound_record(void);
void bound_forget(void);
void bound_show(struct seq_file *s);

#endif /* _BOUND_H */
