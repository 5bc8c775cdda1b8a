// SPDX-License-Identifier: GPL-2.0-only
/* The device of the sample. A real driver gets its device from firmware or a bus. */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/version.h>

#include "device.h"

static struct platform_device *device;

/* Firmware describes all devices of a Realm as coherent. */
static void make_coherent(struct device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
	dev_assign_dma_coherent(dev, true);
#else
	dev->dma_coherent = true;
#endif
}

/**
 * sample_device_add() - add the device that the driver binds to
 *
 * Context: Process.
 * Return: %0, or -errno of the driver core.
 */
int sample_device_add(void)
{
	device = platform_device_register_simple("rhi_sample", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	make_coherent(&device->dev);
	return 0;
}

/**
 * sample_device_remove() - remove the device
 *
 * Context: Process; no driver is bound to the device.
 */
void sample_device_remove(void)
{
	platform_device_unregister(device);
}
