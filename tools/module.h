/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MODULE_H
#define MODULE_H

#define SYSFS		"/sys/kernel/rhi"
#define DEBUGFS		"/sys/kernel/debug/rhi"
#define PARAMETERS	"/sys/module/rhi_probe/parameters"

struct sysroot;

int module_check(const struct sysroot *root);
int module_need_stress(const struct sysroot *root, const char *path);
int module_write(const char *path, const char *text);
int module_failure(const char *sysroot, int error);
int module_stress_failure(const char *path, int error);

#endif
