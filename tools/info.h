/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INFO_H
#define INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"
#include "swiotlb-read.h"

/* The longest name today, HOSTCONF_GET_IPA_CHANGE_ALIGNMENT, has 33 characters. */
#define NAME_SIZE 48
#define FEATURE_WORDS 4

/* A value of /sys/kernel/rhi/status. */
struct status {
	const char *word;
	bool granule_known;
	const char *meaning;
	const char *next;	/* what the user should do, or NULL */
};

/* In the order of the probe; a NULL word ends the list. */
extern const struct status info_statuses[];

enum granule_source {
	SOURCE_UNKNOWN,
	SOURCE_HOST,
	SOURCE_PAGE_SIZE,
	SOURCE_PARAMETER,
	NR_SOURCES
};

/* Names in the module's files and in JSON. */
extern const char *const granule_sources[NR_SOURCES];

/* What the kernel's own function says to which granule the kernel aligns shared memory. */
enum kernel_granule {
	KERNEL_NONE,		/* there is no such function, or the module has not asked it */
	KERNEL_AGREES,		/* the sharing granule, or a larger one */
	KERNEL_TOO_SMALL,
	KERNEL_INVALID,		/* not a power of two of at least one page */
	KERNEL_UNKNOWN,		/* the sharing granule is unknown */
};

struct family {
	char name[NAME_SIZE];
	struct answer version;
	uint64_t features[FEATURE_WORDS];
	unsigned int nr_features;
	char refusal[NAME_SIZE];	/* error in place of a version or features, or "" */
};

struct call {
	uint64_t seq;
	uint64_t fid;
	char name[NAME_SIZE];
	char rsi[NAME_SIZE];
	struct answer answer;
	uint64_t duration_ns;
};

/* Everything that rhictl info shows, in any output format. */
struct info {
	const struct status *status;
	uint64_t granule_bytes;		/* 0: unknown */
	enum granule_source source;
	uint64_t kernel_granule_bytes;	/* the kernel's answer; 0: none */
	struct answer version;
	struct answer features;
	struct answer alignment;
	bool have_parameters;
	uint64_t granule_parameter_bytes;	/* 0: not set */
	bool force;

	/* From debugfs, which only root can read. */
	const char *unread;		/* path of the first unreadable file, or NULL */
	int unread_error;		/* -ENOENT, -EACCES or -EPERM */
	uint64_t page_size_bytes;	/* 0: not read */
	struct kernel_answer kernel;
	bool have_families;
	struct family *families;
	size_t nr_families;
	bool have_calls;
	struct call *calls;
	size_t nr_calls;
	struct swiotlb swiotlb;
};

struct sysroot;

int info_read_sysfs(const struct sysroot *root, struct info *info);
int info_read_known(const struct sysroot *root, struct info *info);
int info_read(const struct sysroot *root, struct info *info);
int info_read_hostconf(const struct sysroot *root, struct info *info);
int info_read_debugfs(const struct sysroot *root, struct info *info);
enum kernel_granule info_kernel_granule(const struct info *info);
void info_free(struct info *info);

#endif
