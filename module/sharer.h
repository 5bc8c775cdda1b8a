/* SPDX-License-Identifier: GPL-2.0-only */
/* Who shared memory: the driver, the device and the stack, or the name that the stack had. */
#ifndef _SHARER_H
#define _SHARER_H

#include <linux/module.h>
#include <linux/types.h>

struct device;

#define SHARER_DEPTH	8
#define SHARER_NAME	(SHARER_DEPTH * sizeof(unsigned long))

/**
 * struct sharer - who shared memory
 * @device: names of the driver and of the device; empty if unknown
 * @depth: entries in @stack; 0 if @name is valid instead
 * @stack: return addresses, innermost first
 * @name: the function
 */
struct sharer {
	char device[48];
	unsigned int depth;
	union {
		unsigned long stack[SHARER_DEPTH];
		char name[SHARER_NAME];
	};
};

/**
 * struct code_change - code that goes away
 * @mod: the module that unloads, or has initialized and frees its init sections
 * @unloads: which of the two
 * @suffix: of the names of the module's functions
 */
struct code_change {
	const struct module *mod;
	bool unloads;
	char suffix[MODULE_NAME_LEN + 3];
};

void sharer_set(struct sharer *sharer, struct device *dev, const unsigned long *record);
void sharer_name(const struct sharer *sharer, char *name, size_t size);
bool sharer_is_affected(const struct sharer *sharer, const struct code_change *change);
void sharer_rename(struct sharer *sharer, const struct code_change *change);

#endif /* _SHARER_H */
