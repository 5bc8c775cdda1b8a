// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the kernel's messages as of Linux 6.13 to 7.3. For messages from boot, only the first
 * match counts: drivers can print text from the host later.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "decode.h"
#include "kernel-log.h"
#include "sysroot.h"

#define MAX_LINES	(1 << 20)
#define MAX_BUFFER	(64 << 20)

/* syslog(2) */
#define READ_ALL	3
#define SIZE_BUFFER	10

/* Skips @text if the line begins with it. */
static bool take(const char **line, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*line, text, len))
		return false;
	*line += len;
	return true;
}

/* Parses a number, decimal or 0x..., that ends at a character of @behind, and skips it. */
static bool take_number(const char **line, const char *behind, uint64_t *value)
{
	char word[24];
	size_t len = strcspn(*line, behind);

	if (len >= sizeof(word))
		return false;
	memcpy(word, *line, len);
	word[len] = '\0';
	if (!decode_decimal(word, value) && !decode_hex(word, value))
		return false;
	*line += len;
	return true;
}

static void add_device(struct log_devices *devices, const char *name, size_t len)
{
	size_t i = 0;

	if (len >= sizeof(devices->list[0].name))
		len = sizeof(devices->list[0].name) - 1;
	devices->count++;
	while (i < devices->nr && (strncmp(devices->list[i].name, name, len) ||
				   devices->list[i].name[len]))
		i++;
	if (i == LOG_DEVICES)
		return;
	if (i == devices->nr) {
		memcpy(devices->list[i].name, name, len);
		devices->list[i].name[len] = '\0';
		devices->nr++;
	}
	devices->list[i].count++;
}

static void add_rsi(struct kernel_log *log, const char *text)
{
	uint64_t major, minor;

	if (log->has_rsi || !take_number(&text, ".", &major) || !take(&text, ".") ||
	    !take_number(&text, " ", &minor) || major > 0x7fff || minor > 0xffff)
		return;
	log->rsi_major = major;
	log->rsi_minor = minor;
	log->has_rsi = true;
}

static void add_swiotlb(struct kernel_log *log, const char *text)
{
	uint64_t start, end;

	if (log->has_swiotlb || !take_number(&text, "-", &start) || !take(&text, "-") ||
	    !take_number(&text, "]", &end) || start >= end)
		return;
	log->swiotlb_start = start;
	log->swiotlb_end = end;
	log->has_swiotlb = true;
}

/* "nvme 0000:00:01.0: swiotlb buffer is full (sz: 294912 bytes), ..." */
static void add_full(struct kernel_log *log, const char *text, const char *message)
{
	uint64_t bytes;

	add_device(&log->full, text, message - text);
	message = strstr(message, "(sz: ");
	if (message && take(&message, "(sz: ") && take_number(&message, " ", &bytes) &&
	    bytes > SWIOTLB_MAX_REQUEST)
		log->full_large++;
}

static void add_suppressed(struct kernel_log *log, const char *text)
{
	uint64_t count;

	if (take_number(&text, " ", &count) && !strcmp(text, " callbacks suppressed") &&
	    count <= UINT32_MAX)
		log->full.suppressed += count;
}

static void add_atomic(struct kernel_log *log, const char *text)
{
	uint64_t kib;

	if (strstr(text, "pool for atomic allocations") && take_number(&text, " ", &kib) &&
	    take(&text, " KiB ") && kib <= UINT32_MAX)
		log->atomic_bytes += kib << 10;
}

static void add_message(struct kernel_log *log, const char *text)
{
	const char *at = strstr(text, ": swiotlb buffer is full ");

	if (at)
		add_full(log, text, at);
	else if (take(&text, "Linux version "))
		log->has_boot = true;
	else if (take(&text, "RME: Using RSI version "))
		add_rsi(log, text);
	else if (take(&text, "RME: RMM doesn't support RSI version "))
		log->rsi_mismatch = true;
	else if (take(&text, "software IO TLB: mapped [mem "))
		add_swiotlb(log, text);
	else if (take(&text, "swiotlb_tbl_map_single: "))
		add_suppressed(log, text);
	else if (take(&text, "DMA: preallocated "))
		add_atomic(log, text);
	else if (take(&text, "DMA: failed to allocate "))
		log->atomic_failed |= !!strstr(text, "pool for atomic allocation");
	else if (take(&text, "DMA pool exhausted for "))
		add_device(&log->exhausted, text, strlen(text));
	else if (take(&text, "Kernel is locked down from "))
		log->locked_down = true;
	else if (strstr(text, "unsigned module loading is restricted") ||
		 take(&text, "Loading of unsigned module is rejected"))
		log->unsigned_refused = true;
}

/**
 * kernel_log_add - parse a line of the log
 * @log: updated with the information in @line
 * @line: a message, with or without its level, time and caller; gets modified
 */
void kernel_log_add(struct kernel_log *log, char *line)
{
	for (char *c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	if (*line == '<')
		line += strcspn(line, ">");
	if (*line == '>')
		line++;
	while (*line == '[') {
		line += strcspn(line, "]");
		line += strspn(line, "] ");
	}
	add_message(log, line);
}

static int read_captured(const struct sysroot *root, struct kernel_log *log)
{
	char line[1024];
	int error = 0;
	FILE *stream = sysroot_stream(root, LOG_CAPTURED, &error);

	if (!stream)
		return error;
	for (int i = 0; i < MAX_LINES && fgets(line, sizeof(line), stream); i++) {
		line[strcspn(line, "\n")] = '\0';
		kernel_log_add(log, line);
	}
	if (ferror(stream))
		error = -EIO;
	fclose(stream);
	return error;
}

static int read_running(struct kernel_log *log)
{
	int size = klogctl(SIZE_BUFFER, NULL, 0), len;
	char *text, *rest, *line;

	if (size < 0)
		return -errno;
	if (size > MAX_BUFFER)
		size = MAX_BUFFER;
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	rest = text;
	len = klogctl(READ_ALL, text, size);
	if (len < 0) {
		len = -errno;
	} else {
		text[len] = '\0';
		len = 0;
		while ((line = strsep(&rest, "\n")))
			kernel_log_add(log, line);
	}
	free(text);
	return len;
}

/**
 * kernel_log_read - read and parse the log
 * @root: the tree to read; the log of a captured tree is LOG_CAPTURED
 * @log: filled in, with an error if the log cannot be read
 *
 * Prints no errors.
 */
void kernel_log_read(const struct sysroot *root, struct kernel_log *log)
{
	*log = (struct kernel_log){ 0 };
	log->error = *root->dir ? read_captured(root, log) : read_running(log);
}
