// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver's directory in sysfs has a link for each device bound to it. The links are not
 * followed, because a captured tree may lack their targets.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices-read.h"
#include "sysroot.h"

#define MAX_DEVICES	4096

/* The module lists a device's shared memory under its name; for virtio, under its parent's. */
static const struct bus {
	const char *name;
	bool is_virtual;
} buses[] = {
	{ "pci", false },
	{ "virtio", true },
};

/* Drivers of the bus itself share no memory; drivers of the virtio devices behind it do. */
static bool is_transport(const char *driver)
{
	return !strcmp(driver, "pcieport") || !strcmp(driver, "virtio-pci");
}

/* A driver's directory also has files: bind, unbind, new_id, ... */
static bool is_device(const struct bus *bus, const char *id)
{
	const char *digits = id + strlen("virtio");

	if (bus->is_virtual)
		return !strncmp(id, "virtio", strlen("virtio")) && *digits &&
		       !digits[strspn(digits, "0123456789")];
	return strspn(id, "0123456789abcdef") >= 4 && strchr(id, ':');
}

struct look {
	const struct sysroot *root;
	const struct bus *bus;
	const char *driver;
	struct bound_devices *devices;
};

/* The parent in "../../../devices/pci0000:00/0000:00:02.0/virtio0" is 0000:00:02.0. */
static bool find_carrier(const struct look *look, const char *id, char *name, size_t size)
{
	char path[128], link[512], *slash, *carrier;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s", look->bus->name, id);
	if (sysroot_link(look->root, path, link, sizeof(link)))
		return false;
	slash = strrchr(link, '/');
	if (!slash)
		return false;
	*slash = '\0';
	carrier = strrchr(link, '/');
	if (!carrier || !carrier[1] || strlen(carrier + 1) >= size)
		return false;
	memcpy(name, carrier + 1, strlen(carrier + 1) + 1);
	return true;
}

/* In sysfs only a loadable module has the file initstate; its drivers have a link to it. */
static enum known is_builtin(const struct look *look)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/module/initstate", look->bus->name,
		 look->driver);
	if (sysroot_has(look->root, path))
		return NO;
	*strrchr(path, '/') = '\0';
	return !*look->root->dir || sysroot_has(look->root, path) ? YES : UNKNOWN;
}

static bool add_device(void *to, const char *id)
{
	const struct look *look = to;
	struct bound_devices *devices = look->devices;
	struct bound_device device = { .bus = look->bus->name }, *grown;

	if (!is_device(look->bus, id) || strlen(id) >= sizeof(device.id) ||
	    strlen(look->driver) >= sizeof(device.driver))
		return true;
	memcpy(device.id, id, strlen(id) + 1);
	if (!look->bus->is_virtual || !find_carrier(look, id, device.name, sizeof(device.name)))
		memcpy(device.name, id, strlen(id) + 1);
	if (devices->nr == MAX_DEVICES) {
		devices->error = -EFBIG;
		return false;
	}
	grown = reallocarray(devices->list, devices->nr + 1, sizeof(*grown));
	if (!grown) {
		devices->error = -ENOMEM;
		return false;
	}
	devices->list = grown;
	memcpy(device.driver, look->driver, strlen(look->driver) + 1);
	device.builtin = is_builtin(look);
	devices->list[devices->nr++] = device;
	return true;
}

static bool add_driver(void *to, const char *driver)
{
	struct look *look = to;
	char path[256];
	int ret;

	if (is_transport(driver) ||
	    snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s", look->bus->name, driver) >=
	    (int)sizeof(path))
		return true;
	look->driver = driver;
	ret = sysroot_list(look->root, path, add_device, look);
	if (ret && ret != -ENOENT)
		look->devices->error = ret;
	return !look->devices->error;
}

static int compare(const void *a, const void *b)
{
	const struct bound_device *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/**
 * devices_read - list the PCI and virtio devices that are bound to a driver
 * @root: the tree to read
 * @devices: filled in; free it with devices_free()
 *
 * Prints no errors; @devices->error has the first one.
 */
void devices_read(const struct sysroot *root, struct bound_devices *devices)
{
	*devices = (struct bound_devices){ 0 };
	for (size_t i = 0; i < sizeof(buses) / sizeof(*buses) && !devices->error; i++) {
		struct look look = { .root = root, .bus = &buses[i], .devices = devices };
		char path[64];
		int ret;

		snprintf(path, sizeof(path), "/sys/bus/%s/drivers", look.bus->name);
		ret = sysroot_list(root, path, add_driver, &look);
		/* The kernel may not support this bus. */
		if (ret && (ret != -ENOENT || !sysroot_has(root, "/sys/bus")))
			devices->error = ret;
	}
	if (devices->nr)
		qsort(devices->list, devices->nr, sizeof(*devices->list), compare);
}

/**
 * devices_free - release what devices_read() allocated
 * @devices: the devices
 */
void devices_free(struct bound_devices *devices)
{
	free(devices->list);
}
