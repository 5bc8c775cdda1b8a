/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INFO_H
#define INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

/* The longest name today, HOSTCONF_GET_IPA_CHANGE_ALIGNMENT, has 33 letters. */
#define NAME_SIZE 48
#define FEATURE_WORDS 4

/* What a word in /sys/kernel/rhi/status means. */
struct status {
	const char *word;
	bool granule_known;
	const char *meaning;
	const char *next;	/* what to do about it, or NULL */
};

/* In the order of the probe; the last one has no word. */
extern const struct status info_statuses[];

enum granule_source {
	SOURCE_UNKNOWN,
	SOURCE_HOST,
	SOURCE_PAGE_SIZE,
	SOURCE_PARAMETER,
	NR_SOURCES
};

/* The module's words, and those of the JSON. */
extern const char *const granule_sources[NR_SOURCES];

struct family {
	char name[NAME_SIZE];
	struct answer version;
	uint64_t features[FEATURE_WORDS];
	unsigned int nr_features;
	char refusal[NAME_SIZE];	/* instead of a version or of features; else "" */
};

/* One host call. */
struct call {
	uint64_t seq;
	uint64_t fid;
	char name[NAME_SIZE];
	char rsi[NAME_SIZE];
	struct answer answer;
	uint64_t duration_ns;
};

/* Everything that rhictl info shows; how it looks is the outputs' business. */
struct info {
	const struct status *status;
	uint64_t granule_bytes;		/* 0: unknown */
	enum granule_source source;
	struct answer version;
	struct answer features;
	struct answer alignment;
	bool have_parameters;
	uint64_t granule_parameter_bytes;	/* 0: not given */
	bool force;

	/* From debugfs, which only root can read. */
	const char *unread;		/* the first file that was not read, or NULL */
	int unread_error;		/* why: -ENOENT, -EACCES or -EPERM */
	uint64_t page_size_bytes;	/* 0: not read */
	bool have_families;
	struct family *families;
	size_t nr_families;
	bool have_calls;
	struct call *calls;
	size_t nr_calls;
};

struct sysroot;

int info_read_sysfs(const struct sysroot *root, struct info *info);
int info_read_known(const struct sysroot *root, struct info *info);
int info_read(const struct sysroot *root, struct info *info);
int info_read_hostconf(const struct sysroot *root, struct info *info);
int info_read_debugfs(const struct sysroot *root, struct info *info);
void info_free(struct info *info);

#endif
