// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remember the devices that had a driver when the hook was switched on: their drivers may have
 * allocated without it. A device leaves the list when it is unbound. Virtio devices are on a bus
 * that a module need not have: the list has the PCI or platform device that carries them.
 */
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include <uapi/rhi_files.h>

#include "bound.h"
#include "granule.h"

#define MAX_DEVICES	64

static const struct bus_type * const buses[] = {
	&platform_bus_type,
#ifdef CONFIG_PCI
	&pci_bus_type,
#endif
};

/*
 * A device is compared and never dereferenced. It exists while it is in the list: it is unbound
 * before it goes.
 */
static struct {
	struct mutex lock;	/* protects all below */
	bool is_on;
	struct {
		const struct device *dev;
		char name[GRANULE_NAME];
	} list[MAX_DEVICES];
	unsigned int nr, nr_unlisted;
} bound = { .lock = __MUTEX_INITIALIZER(bound.lock) };

static int drop(struct notifier_block *nb, unsigned long event, void *dev)
{
	if (event != BUS_NOTIFY_UNBOUND_DRIVER && event != BUS_NOTIFY_DRIVER_NOT_BOUND)
		return NOTIFY_DONE;
	guard(mutex)(&bound.lock);
	for (unsigned int i = 0; i < bound.nr; i++) {
		if (bound.list[i].dev != dev)
			continue;
		bound.list[i] = bound.list[--bound.nr];
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifiers[ARRAY_SIZE(buses)];	/* one per chain */

static int add(struct device *dev, void *unused)
{
	/* Without the device's lock, which a probe can hold for long: a probe counts as bound. */
	if (!READ_ONCE(dev->driver) || !granule_dev_shares(dev))
		return 0;
	if (bound.nr == MAX_DEVICES) {
		bound.nr_unlisted++;
		return 0;
	}
	bound.list[bound.nr].dev = dev;
	strscpy(bound.list[bound.nr].name, dev_name(dev));
	bound.nr++;
	return 0;
}

/**
 * bound_record() - remember which devices are bound now
 *
 * Context: Process, may sleep, after the hook began to take requests: a device that is bound
 *	meanwhile may be in the list although its driver allocated with the hook. The caller
 *	serializes this with bound_forget().
 */
void bound_record(void)
{
	/* Before the list is made, so that it misses no device that is unbound meanwhile. */
	for (size_t i = 0; i < ARRAY_SIZE(buses); i++) {
		notifiers[i].notifier_call = drop;
		bus_register_notifier(buses[i], &notifiers[i]);
	}
	guard(mutex)(&bound.lock);
	for (size_t i = 0; i < ARRAY_SIZE(buses); i++)
		bus_for_each_dev(buses[i], NULL, NULL, add);
	bound.is_on = true;
}

/**
 * bound_forget() - clear the list
 *
 * Context: Process, may sleep. Does nothing if there is no list.
 */
void bound_forget(void)
{
	if (!bound.is_on)
		return;
	/* Without the lock, which the notifiers take. */
	for (size_t i = 0; i < ARRAY_SIZE(buses); i++)
		bus_unregister_notifier(buses[i], &notifiers[i]);
	guard(mutex)(&bound.lock);
	bound.is_on = false;
	bound.nr = 0;
	bound.nr_unlisted = 0;
}

/**
 * bound_show() - print the list
 * @s: a seq_file
 *
 * Prints nothing while the hook is off.
 *
 * Context: Process, may sleep.
 */
void bound_show(struct seq_file *s)
{
	guard(mutex)(&bound.lock);
	if (!bound.is_on)
		return;
	seq_puts(s, "# devices bound before the hook was on, and not unbound since\n");
	seq_printf(s, RHI_HOOK_EARLY_DEVICES " %u\n", bound.nr + bound.nr_unlisted);
	for (unsigned int i = 0; i < bound.nr; i++)
		seq_printf(s, RHI_HOOK_EARLY " %s\n", bound.list[i].name);
}
