// SPDX-License-Identifier: GPL-2.0-only
/* Reads the hook parameter and two tables in debugfs. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rhi_files.h>

#include "decode.h"
#include "hook.h"
#include "module.h"
#include "sysroot.h"
#include "table.h"

const struct hook_state hook_states[] = {
	{ RHI_HOOK_ON, "the kernel's DMA allocators return whole granules" },
	{ RHI_HOOK_DRAINING, "the kernel serves new requests; the module still frees its own "
			     "memory" },
	{ RHI_HOOK_OFF, "the kernel's DMA allocators are unchanged" },
	{ 0 }
};

static const struct hook_state *find_state(const char *word)
{
	for (const struct hook_state *state = hook_states; state->word; state++)
		if (!strcmp(word, state->word))
			return state;
	return NULL;
}

/* Finds the device's entry, or adds one. */
static int find_device(struct hook *hook, const char *name, struct hook_device **device)
{
	struct hook_device *grown;

	for (size_t i = 0; i < hook->nr_devices; i++) {
		*device = &hook->devices[i];
		if (!strcmp((*device)->name, name))
			return 0;
	}
	if (strlen(name) >= sizeof((*device)->name))
		return -EPROTO;
	grown = reallocarray(hook->devices, hook->nr_devices + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	hook->devices = grown;
	*device = &grown[hook->nr_devices++];
	**device = (struct hook_device){ 0 };
	memcpy((*device)->name, name, strlen(name) + 1);
	return 0;
}

/* "device used_bytes shared_bytes": one line for each run of granules of a device. */
static int add_buffers(struct hook *hook, const char *name, char *rest)
{
	struct hook_device *device;
	uint64_t used, shared;
	char *word = strsep(&rest, " ");
	int ret;

	if (!decode_decimal(word, &used) || !rest || !decode_decimal(rest, &shared) ||
	    used > shared)
		return -EPROTO;
	ret = find_device(hook, name, &device);
	if (ret)
		return ret;
	device->buffer_used_bytes += used;
	device->buffer_shared_bytes += shared;
	return 0;
}

static int add_function(struct hook *hook, const char *name, const char *calls)
{
	struct hook_function function = { 0 };
	struct hook_function *grown;

	function.direct = !strcmp(calls, "direct");
	if (!decode_word(name, function.name, sizeof(function.name)) ||
	    (!function.direct && !decode_decimal(calls, &function.calls)))
		return -EPROTO;
	grown = reallocarray(hook->functions, hook->nr_functions + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	hook->functions = grown;
	hook->functions[hook->nr_functions++] = function;
	return 0;
}

static int add_early(struct hook *hook, const char *name)
{
	char (*grown)[sizeof(*hook->early)];

	if (strlen(name) >= sizeof(*hook->early))
		return -EPROTO;
	grown = reallocarray(hook->early, hook->nr_early + 1, sizeof(*hook->early));
	if (!grown)
		return -ENOMEM;
	hook->early = grown;
	memcpy(hook->early[hook->nr_early++], name, strlen(name) + 1);
	return 0;
}

static int add_hook_line(void *to, char **fields)
{
	struct hook *hook = to;

	if (!strcmp(fields[0], "state")) {
		hook->state = find_state(fields[1]);
		return hook->state ? 0 : -EPROTO;
	}
	if (!strcmp(fields[0], RHI_HOOK_EARLY))
		return add_early(hook, fields[1]);
	if (!strcmp(fields[0], RHI_HOOK_EARLY_DEVICES)) {
		hook->early_devices.given = decode_decimal(fields[1], &hook->early_devices.value);
		return hook->early_devices.given ? 0 : -EPROTO;
	}
	if (strchr(fields[1], ' '))
		return add_buffers(hook, fields[0], fields[1]);
	return add_function(hook, fields[0], fields[1]);
}

/* Lines of two words are totals, not pools. */
static int add_pools_line(void *to, char **fields)
{
	enum { DEVICE, BLOCK_BYTES, USED, BLOCKS, CHUNKS, SHARED_BYTES, MISSES, KIND, NR };
	struct hook *hook = to;
	struct hook_device *device;
	uint64_t size, used, shared;
	char *words[NR] = { fields[0] }, *rest = fields[1];
	int ret;

	for (int i = 1; i < NR; i++) {
		words[i] = strsep(&rest, " ");
		if (!rest)
			return i == 1 ? 0 : -EPROTO;
	}
	if (!strcmp(words[KIND], "native"))
		return 0;
	if (strcmp(words[KIND], "shared") || !decode_decimal(words[BLOCK_BYTES], &size) ||
	    !decode_decimal(words[USED], &used) || !decode_decimal(words[SHARED_BYTES], &shared))
		return -EPROTO;
	ret = find_device(hook, words[DEVICE], &device);
	if (ret)
		return ret;
	device->pools++;
	device->pool_used_bytes += size * used;
	device->pool_shared_bytes += shared;
	return 0;
}

static const struct table hook_table = {
	DEBUGFS "/hook", "key value, or device used_bytes shared_bytes", 2, add_hook_line
};

static const struct table pools_table = {
	DEBUGFS "/pools",
	"key value, or device block_bytes used blocks chunks shared_bytes atomic_misses kind name",
	2, add_pools_line
};

static int read_table(const struct sysroot *root, const struct table *table, struct hook *hook)
{
	int ret = table_read(root, table, hook);

	if (!table_is_unread(ret))
		return ret;
	hook->unread = table->path;
	hook->unread_error = ret;
	return 0;
}

/* The parameter is on or off. Only debugfs tells whether the hook is still draining. */
static int read_parameter(const struct sysroot *root, struct hook *hook)
{
	static const char path[] = PARAMETERS "/hook";
	char text[16];
	int ret = sysroot_read_value(root, path, text, sizeof(text));

	if (ret)
		return sysroot_warn(root, path, ret);
	if (strcmp(text, RHI_HOOK_ON) && strcmp(text, RHI_HOOK_OFF)) {
		warnx("%s%s: \"%s\" is not on or off", root->dir, path, text);
		return -EPROTO;
	}
	hook->state = find_state(text);
	return 0;
}

/**
 * hook_read - read the state of the hook
 * @root: the tree to read
 * @hook: filled in; the caller zeroes it first, and calls hook_free() even after an error
 *
 * Reports errors on stderr with the path of the file.
 *
 * Return:
 * * 0		- success; data from debugfs may be missing, see @hook->unread
 * * -ENODEV	- the module is not loaded
 * * -EPROTO	- a file has unexpected content
 * * -ENOMEM	- out of memory; not reported
 * * -errno	- error from sysroot_read()
 */
int hook_read(const struct sysroot *root, struct hook *hook)
{
	const struct hook_state *parameter;
	int ret;

	ret = module_check(root);
	if (ret)
		return ret;
	ret = read_parameter(root, hook);
	if (ret)
		return ret;
	parameter = hook->state;
	ret = read_table(root, &pools_table, hook);
	if (!ret)
		ret = read_table(root, &hook_table, hook);
	if (ret)
		return ret;
	if (!strcmp(parameter->word, RHI_HOOK_ON) != !strcmp(hook->state->word, RHI_HOOK_ON)) {
		warnx("%s" DEBUGFS "/hook: state %s, but the parameter hook=%s", root->dir,
		      hook->state->word, parameter->word);
		return -EPROTO;
	}
	return 0;
}

/**
 * hook_lists_early - check whether the module lists all devices that were bound before the hook
 * @hook: the hook
 *
 * Return: true if it does; false for an older module, while the hook is off, and if the module has
 *	no room for all.
 */
bool hook_lists_early(const struct hook *hook)
{
	return hook->early_devices.given && hook->early_devices.value == hook->nr_early;
}

/**
 * hook_has_early - check whether a device is in that list
 * @hook: the hook
 * @name: name of the device
 *
 * Return: true if it is.
 */
bool hook_has_early(const struct hook *hook, const char *name)
{
	for (size_t i = 0; i < hook->nr_early; i++)
		if (!strcmp(hook->early[i], name))
			return true;
	return false;
}

/**
 * hook_free - release what hook_read() allocated
 * @hook: the hook
 */
void hook_free(struct hook *hook)
{
	free(hook->functions);
	free(hook->devices);
	free(hook->early);
}
