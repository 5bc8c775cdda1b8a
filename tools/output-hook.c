// SPDX-License-Identifier: GPL-2.0-only
/* Prints the state of the hook. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hook.h"
#include "json.h"
#include "output.h"

static void print_devices(const struct hook *hook)
{
	int width = 6;	/* width of the heading */

	if (!hook->nr_devices) {
		printf("\nno device holds memory from the module\n");
		return;
	}
	for (size_t i = 0; i < hook->nr_devices; i++)
		if (width < (int)strlen(hook->devices[i].name))
			width = strlen(hook->devices[i].name);
	printf("\nmemory from the module that devices hold, in bytes\n");
	printf("  %-*s  %12s  %12s  %5s  %12s\n", width, "", "buffers", "", "", "pools");
	printf("  %-*s  %12s  %12s  %5s  %12s  %12s\n", width, "device", "used", "shared", "pools",
	       "used", "shared");
	for (size_t i = 0; i < hook->nr_devices; i++) {
		const struct hook_device *device = &hook->devices[i];

		printf("  %-*s  %12" PRIu64 "  %12" PRIu64 "  %5" PRIu64 "  %12" PRIu64 "  %12"
		       PRIu64 "\n", width, device->name, device->buffer_used_bytes,
		       device->buffer_shared_bytes, device->pools, device->pool_used_bytes,
		       device->pool_shared_bytes);
	}
}

/**
 * text_hook - print the state of the hook as text
 * @hook: the state
 */
void text_hook(const struct hook *hook)
{
	printf("hook %s: %s\n", hook->state->word, hook->state->meaning);
	if (hook->unread) {
		printf("\nincomplete: %s: %s; redirected calls and devices need root and debugfs\n",
		       hook->unread, strerror(-hook->unread_error));
		return;
	}
	printf("\nredirected calls\n");
	for (size_t i = 0; i < hook->nr_functions; i++) {
		const struct hook_function *function = &hook->functions[i];

		if (function->direct)
			printf("  %-22s  %10s\n", function->name, "not counted");
		else
			printf("  %-22s  %10" PRIu64 "\n", function->name, function->calls);
	}
	print_devices(hook);
}

static struct json_object *functions_map(const struct hook *hook)
{
	struct json_object *functions = json_map();

	for (size_t i = 0; i < hook->nr_functions; i++) {
		const struct hook_function *function = &hook->functions[i];

		json_set(functions, function->name,
			 function->direct ? NULL : json_count(function->calls));
	}
	return functions;
}

static struct json_object *devices_list(const struct hook *hook)
{
	struct json_object *devices = json_list();

	for (size_t i = 0; i < hook->nr_devices; i++) {
		const struct hook_device *device = &hook->devices[i];
		struct json_object *object = json_map();

		json_set(object, "name", json_text(device->name));
		json_set(object, "buffer_used_bytes", json_count(device->buffer_used_bytes));
		json_set(object, "buffer_shared_bytes", json_count(device->buffer_shared_bytes));
		json_set(object, "pools", json_count(device->pools));
		json_set(object, "pool_used_bytes", json_count(device->pool_used_bytes));
		json_set(object, "pool_shared_bytes", json_count(device->pool_shared_bytes));
		json_append(devices, object);
	}
	return devices;
}

static struct json_object *early_list(const struct hook *hook)
{
	struct json_object *names = json_list();

	for (size_t i = 0; i < hook->nr_early; i++)
		json_append(names, json_text(hook->early[i]));
	return names;
}

/**
 * json_hook - print the state of the hook as JSON
 * @hook: the state
 */
void json_hook(const struct hook *hook)
{
	struct json_object *report = json_report();

	json_set(report, "state", json_text(hook->state->word));
	json_set(report, "redirected_calls", hook->unread ? NULL : functions_map(hook));
	json_set(report, "devices", hook->unread ? NULL : devices_list(hook));
	json_set(report, "early_devices", hook->early_devices.given ? early_list(hook) : NULL);
	json_set(report, "unread_path", hook->unread ? json_text(hook->unread) : NULL);
	json_finish(report);
}
