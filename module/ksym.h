/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of kernel functions and variables that are not exported. */
#ifndef _KSYM_H
#define _KSYM_H

unsigned long ksym_function(const char *name);
unsigned long ksym_data(const char *name);

#endif /* _KSYM_H */
