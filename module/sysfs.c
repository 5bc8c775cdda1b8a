// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "hostconf.h"
#include "kernel_granule.h"
#include "sysfs.h"

static struct kobject *rhi_kobj;

static ssize_t status_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", hostconf_status_name(hostconf.status));
}

static ssize_t granule_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", hostconf.granule);
}

static ssize_t emit_answer(char *buf, const struct hostconf_answer *answer)
{
	if (!answer->asked)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "0x%llx\n", answer->raw);
}

static ssize_t ipa_change_alignment_show(struct kobject *kobj, struct kobj_attribute *attr,
					 char *buf)
{
	return emit_answer(buf, &hostconf.alignment);
}

static ssize_t hostconf_version_show(struct kobject *kobj, struct kobj_attribute *attr,
				     char *buf)
{
	return emit_answer(buf, &hostconf.version);
}

static ssize_t hostconf_features_show(struct kobject *kobj, struct kobj_attribute *attr,
				      char *buf)
{
	return emit_answer(buf, &hostconf.features);
}

static ssize_t kernel_granule_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kernel_granule_bytes());
}

static struct kobj_attribute status_attr = __ATTR_RO(status);
static struct kobj_attribute granule_attr = __ATTR_RO(granule);
static struct kobj_attribute kernel_granule_attr = __ATTR_RO(kernel_granule);
static struct kobj_attribute ipa_change_alignment_attr = __ATTR_RO(ipa_change_alignment);
static struct kobj_attribute hostconf_version_attr = __ATTR_RO(hostconf_version);
static struct kobj_attribute hostconf_features_attr = __ATTR_RO(hostconf_features);

static const struct attribute * const rhi_attrs[] = {
	&status_attr.attr,
	&granule_attr.attr,
	&kernel_granule_attr.attr,
	&ipa_change_alignment_attr.attr,
	&hostconf_version_attr.attr,
	&hostconf_features_attr.attr,
	NULL
};

/**
 * rhi_sysfs_init() - create /sys/kernel/rhi
 *
 * Context: Process, after hostconf_init().
 * Return: %0, or an error of sysfs (%-ENOMEM, %-EEXIST) after undoing all changes.
 */
int __init rhi_sysfs_init(void)
{
	int err;

	rhi_kobj = kobject_create_and_add("rhi", kernel_kobj);
	if (!rhi_kobj)
		return -ENOMEM;
	err = sysfs_create_files(rhi_kobj, rhi_attrs);
	if (err)
		kobject_put(rhi_kobj);
	return err;
}

/**
 * rhi_sysfs_exit() - remove /sys/kernel/rhi
 *
 * Context: Process. Waits for readers.
 */
void rhi_sysfs_exit(void)
{
	kobject_put(rhi_kobj);
}
