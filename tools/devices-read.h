/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are bound to a driver, and so can have shared memory. */
#ifndef DEVICES_READ_H
#define DEVICES_READ_H

#include <stddef.h>

#include "kernel-has.h"

/**
 * struct bound_device - a device and its driver
 * @name: the device's name in the module's files
 * @bus: the bus of the driver
 * @id: the device's name on that bus
 * @driver: the driver's name
 * @builtin: YES if the driver is built into the kernel
 */
struct bound_device {
	char name[64];
	const char *bus;
	char id[64];
	char driver[48];
	enum known builtin;
};

struct bound_devices {
	int error;		/* 0, or -errno if the list is incomplete */
	struct bound_device *list;	/* sorted by name */
	size_t nr;
};

void devices_read(const struct sysroot *root, struct bound_devices *devices);
void devices_free(struct bound_devices *devices);

#endif
