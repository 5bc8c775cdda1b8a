/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that have a driver, and can have shared memory. */
#ifndef DEVICES_READ_H
#define DEVICES_READ_H

#include <stddef.h>

#include "kernel-has.h"

/**
 * struct bound_device - a device, and its driver
 * @name: as the module names it
 * @bus: where it is bound to the driver
 * @id: its name there
 * @driver: of the device
 * @builtin: the driver is part of the kernel
 */
struct bound_device {
	char name[64];
	const char *bus;
	char id[64];
	char driver[48];
	enum known builtin;
};

struct bound_devices {
	int error;		/* 0, or why not all could be read: -errno */
	struct bound_device *list;	/* by name */
	size_t nr;
};

void devices_read(const struct sysroot *root, struct bound_devices *devices);
void devices_free(struct bound_devices *devices);

#endif
