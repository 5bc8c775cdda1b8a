// SPDX-License-Identifier: GPL-2.0-only
/* Reads the data of rhictl info that is in sysfs, and checks that all data is consistent. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rhi_files.h>

#include "info.h"
#include "module.h"
#include "sysroot.h"

#define VALUE_SIZE	128		/* twice the longest line */

#define RELOAD "reload the module with granule=BYTES, the host's page size"

/* In the order of the probe, which ends at the first status that applies. */
const struct status info_statuses[] = {
	{ RHI_STATUS_NOT_REALM, true,
	  "not a Realm (module loaded with force=1): no host to ask",
	  "run it in a Realm" },
	{ RHI_STATUS_CALL_FAILED, false,
	  "a host call failed",
	  "dmesg names the call; to share memory anyway, " RELOAD },
	{ RHI_STATUS_NOT_SUPPORTED, true,
	  "the host does not support RHI HOSTCONF and reports no granule",
	  "if the host's pages are larger than the guest's, " RELOAD },
	{ RHI_STATUS_BAD_VERSION, false,
	  "the host's HOSTCONF version is not 1.x",
	  "install a newer rhi_probe, or " RELOAD },
	{ RHI_STATUS_NO_ALIGNMENT, true,
	  "the host's HOSTCONF lacks GET_IPA_CHANGE_ALIGNMENT and reports no granule",
	  "if the host's pages are larger than the guest's, " RELOAD },
	{ RHI_STATUS_INVALID_ALIGNMENT, false,
	  "the host's IPA change alignment is not a valid granule",
	  "report it to the host's operator, or " RELOAD },
	{ RHI_STATUS_OK, true,
	  "the host reports its granule",
	  NULL },
	{ 0 }
};

const char *const granule_sources[NR_SOURCES] = {
	[SOURCE_UNKNOWN]	= RHI_SOURCE_UNKNOWN,
	[SOURCE_HOST]		= RHI_SOURCE_HOST,
	[SOURCE_PAGE_SIZE]	= RHI_SOURCE_PAGE_SIZE,
	[SOURCE_PARAMETER]	= RHI_SOURCE_PARAMETER,
};

static int unexpected(const struct sysroot *root, const char *path, const char *text,
		      const char *wanted)
{
	warnx("%s%s: \"%s\" is not %s", root->dir, path, text, wanted);
	return -EPROTO;
}

static int read_status(const struct sysroot *root, struct info *info)
{
	static const char path[] = SYSFS "/status";
	char text[VALUE_SIZE];
	int ret;

	ret = module_check(root);
	if (ret)
		return ret;
	ret = sysroot_read_value(root, path, text, sizeof(text));
	if (ret)
		return sysroot_warn(root, path, ret);

	for (const struct status *status = info_statuses; status->word; status++) {
		if (strcmp(text, status->word))
			continue;
		info->status = status;
		return 0;
	}
	return unexpected(root, path, text, "a known status");
}

static int read_size(const struct sysroot *root, const char *path, uint64_t *bytes)
{
	char text[VALUE_SIZE];
	int ret;

	ret = sysroot_read_value(root, path, text, sizeof(text));
	if (ret)
		return ret == -ENOENT ? ret : sysroot_warn(root, path, ret);
	if (!decode_decimal(text, bytes) || (*bytes && decode_alignment(*bytes)))
		return unexpected(root, path, text, "0 or a power of two >= 4096");
	return 0;
}

/* The kernel's answer may be nonsense. An older module has not asked. */
static int read_kernel_granule(const struct sysroot *root, uint64_t *bytes)
{
	static const char path[] = SYSFS "/kernel_granule";
	char text[VALUE_SIZE];
	int ret;

	ret = sysroot_read_value(root, path, text, sizeof(text));
	if (ret)
		return ret == -ENOENT ? 0 : sysroot_warn(root, path, ret);
	return decode_decimal(text, bytes) ? 0 : unexpected(root, path, text, "a number");
}

static int read_answer(const struct sysroot *root, const char *path, struct answer *answer)
{
	char text[VALUE_SIZE];
	int ret;

	ret = sysroot_read_value(root, path, text, sizeof(text));
	if (ret)
		return sysroot_warn(root, path, ret);
	if (!decode_answer(text, answer))
		return unexpected(root, path, text, "a number 0x... or \"none\"");
	return 0;
}

/* A captured tree may lack the parameters. */
static int read_parameters(const struct sysroot *root, struct info *info)
{
	static const char force[] = PARAMETERS "/force";
	char text[VALUE_SIZE];
	int ret;

	ret = read_size(root, PARAMETERS "/granule", &info->granule_parameter_bytes);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	ret = sysroot_read_value(root, force, text, sizeof(text));
	if (ret)
		return sysroot_warn(root, force, ret);
	if (strcmp(text, "Y") && strcmp(text, "N"))
		return unexpected(root, force, text, "Y or N");
	info->force = *text == 'Y';
	info->have_parameters = true;
	return 0;
}

/* Only debugfs has the source: this is the fallback if it cannot be read. */
static enum granule_source guess_source(const struct info *info)
{
	if (!info->granule_bytes)
		return SOURCE_UNKNOWN;
	if (info->granule_parameter_bytes || !info->status->granule_known)
		return SOURCE_PARAMETER;
	if (info->alignment.given && info->alignment.value == info->granule_bytes)
		return SOURCE_HOST;
	return SOURCE_PAGE_SIZE;
}

/* If the files contradicted each other, the first line of the output would be wrong. */
static int check(const struct sysroot *root, const struct info *info)
{
	bool known = info->granule_bytes;
	bool has_source = info->source != SOURCE_UNKNOWN;
	bool may_be_known = info->status->granule_known || info->source == SOURCE_PARAMETER;

	if (known == has_source && known == may_be_known)
		return 0;
	warnx("%s%s: status %s, granule %llu and granule_source %s contradict one another",
	      root->dir, SYSFS, info->status->word, (unsigned long long)info->granule_bytes,
	      granule_sources[info->source]);
	return -EPROTO;
}

static int read_sysfs(const struct sysroot *root, struct info *info)
{
	int ret;

	ret = read_status(root, info);
	if (ret)
		return ret;
	ret = read_size(root, SYSFS "/granule", &info->granule_bytes);
	if (ret == -ENOENT)
		return sysroot_warn(root, SYSFS "/granule", ret);
	if (ret)
		return ret;
	ret = read_kernel_granule(root, &info->kernel_granule_bytes);
	if (ret)
		return ret;
	ret = read_answer(root, SYSFS "/hostconf_version", &info->version);
	if (ret)
		return ret;
	ret = read_answer(root, SYSFS "/hostconf_features", &info->features);
	if (ret)
		return ret;
	ret = read_answer(root, SYSFS "/ipa_change_alignment", &info->alignment);
	if (ret)
		return ret;
	ret = read_parameters(root, info);
	if (ret)
		return ret;

	info->source = guess_source(info);
	return 0;
}

/**
 * info_read_sysfs - read the data in sysfs; makes no host call
 * @root: the tree to read
 * @info: filled in; the caller zeroes it first, and calls info_free() even after an error
 *
 * Return: as for info_read().
 */
int info_read_sysfs(const struct sysroot *root, struct info *info)
{
	int ret = read_sysfs(root, info);

	return ret ? ret : check(root, info);
}

/**
 * info_read_known - read all data that the module already has; makes no host call
 * @root: the tree to read
 * @info: filled in; the caller zeroes it first, and calls info_free() even after an error
 *
 * Return: as for info_read().
 */
int info_read_known(const struct sysroot *root, struct info *info)
{
	int ret = read_sysfs(root, info);

	if (!ret)
		ret = info_read_hostconf(root, info);
	return ret ? ret : check(root, info);
}

/**
 * info_read - read all data; makes host calls for the RHI families
 * @root: the tree to read
 * @info: filled in; the caller zeroes it first, and calls info_free() even after an error
 *
 * Reports errors on stderr with the path of the file.
 *
 * Return:
 * * 0		- success; data from debugfs may be missing, see @info->unread
 * * -ENODEV	- the module is not loaded
 * * -EPROTO	- a file has unexpected content
 * * -ENOMEM	- out of memory; not reported
 * * -errno	- error from sysroot_read()
 */
int info_read(const struct sysroot *root, struct info *info)
{
	int ret = read_sysfs(root, info);

	if (!ret)
		ret = info_read_debugfs(root, info);
	return ret ? ret : check(root, info);
}

/**
 * info_kernel_granule - compare the granule of the kernel's own function with the host's
 * @info: the information
 *
 * Return: the result. Assumes pages of 4096 bytes if the page size is unknown.
 */
enum kernel_granule info_kernel_granule(const struct info *info)
{
	uint64_t bytes = info->kernel_granule_bytes;

	if (!bytes)
		return strcmp(info->kernel.verdict, RHI_KERNEL_GRANULE_INVALID) ?
		       KERNEL_NONE : KERNEL_INVALID;
	if (decode_alignment(bytes) || bytes < info->page_size_bytes)
		return KERNEL_INVALID;
	if (!info->granule_bytes)
		return KERNEL_UNKNOWN;
	return bytes < info->granule_bytes ? KERNEL_TOO_SMALL : KERNEL_AGREES;
}

/**
 * info_free - release what info_read() allocated
 * @info: the information
 */
void info_free(struct info *info)
{
	free(info->families);
	free(info->calls);
	swiotlb_free(&info->swiotlb);
}
