// SPDX-License-Identifier: GPL-2.0-only
/* The sub-command rhictl stress. The module does the work. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "module.h"
#include "output.h"
#include "rhictl.h"
#include "stress.h"
#include "sysroot.h"

#define FILE_NAME	DEBUGFS "/stress"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_KTAP };

/* An option that becomes key=value in the request, and its limits. */
static const struct number {
	const char *key;
	uint64_t min, max;
} numbers[] = {
	{ "seed", 0, UINT64_MAX },
	{ "seconds", 0, RHI_STRESS_MAX_SECONDS },
	{ "operations", 0, RHI_STRESS_MAX_OPERATIONS },
	{ "workers", 1, RHI_STRESS_MAX_WORKERS },
	{ "blocks", 1, RHI_STRESS_MAX_BLOCKS },
	{ "atomic", 0, 100 },
	{ "handover", 0, 100 },
	{ "mask", RHI_STRESS_MIN_MASK, RHI_STRESS_MAX_MASK },
	{ "every", 1, RHI_STRESS_MAX_EVERY },
	{ "pressure", 0, RHI_STRESS_MAX_PRESSURE },
};

#define NR_NUMBERS	(sizeof(numbers) / sizeof(*numbers))

static const char *const sources[] = { RHI_STRESS_SOURCES };
static const char *const contexts[] = { RHI_STRESS_CONTEXTS };

struct command {
	struct stress_options options;
	uint64_t given[NR_NUMBERS];
	bool is_given[NR_NUMBERS];
	enum format format;
	const char *svg;
};

static void add(struct command *command, const char *key, const char *value)
{
	char *text = command->options.request;
	size_t used = strlen(text);

	snprintf(text + used, sizeof(command->options.request) - used, "%s=%s ", key, value);
}

static void add_number(struct command *command, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	add(command, key, text);
}

static bool parse_number(struct command *command, size_t which, const char *text)
{
	const struct number *number = &numbers[which];
	uint64_t value;

	if ((!decode_decimal(text, &value) && !decode_hex(text, &value)) || value < number->min ||
	    value > number->max) {
		warnx("--%s \"%s\": give a number, %" PRIu64 " to %" PRIu64, number->key, text,
		      number->min, number->max);
		return false;
	}
	command->given[which] = value;
	command->is_given[which] = true;
	return true;
}

static bool parse_choice(struct command *command, const char *key, const char *word,
			 const char *const *words, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(words[i], word))
			continue;
		add(command, key, word);
		return true;
	}
	warnx("--%s \"%s\": give one of", key, word);
	for (size_t i = 0; i < nr; i++)
		fprintf(stderr, "  %s\n", words[i]);
	return false;
}

static bool parse_bytes(const char *text, uint64_t *bytes)
{
	return decode_bytes(text, RHI_STRESS_MIN_SIZE, RHI_STRESS_MAX_SIZE, bytes);
}

/* BYTES, or BYTES-BYTES */
static bool parse_sizes(struct command *command, char *text)
{
	char *last = text, *first = strsep(&last, "-");
	uint64_t min, max;

	if (!parse_bytes(first, &min) || !parse_bytes(last ? last : first, &max) || min > max) {
		warnx("--size: give %d to %dK bytes, or a range, as in 64-4K", RHI_STRESS_MIN_SIZE,
		      RHI_STRESS_MAX_SIZE / 1024);
		return false;
	}
	add_number(command, "min", min);
	add_number(command, "max", max);
	return true;
}

static uint64_t given(const struct command *command, const char *key, uint64_t otherwise)
{
	for (size_t i = 0; i < NR_NUMBERS; i++)
		if (!strcmp(numbers[i].key, key) && command->is_given[i])
			return command->given[i];
	return otherwise;
}

static bool finish(struct command *command)
{
	struct stress_options *options = &command->options;

	options->operations = given(command, "operations", 0);
	options->seconds = given(command, "seconds", options->operations ? 0 : RHI_STRESS_SECONDS);
	options->is_quiet = !isatty(STDERR_FILENO);
	if (!options->operations && !options->seconds) {
		warnx("--seconds 0 needs --operations");
		return false;
	}
	for (size_t i = 0; i < NR_NUMBERS; i++)
		if (command->is_given[i])
			add_number(command, numbers[i].key, command->given[i]);
	/* The module needs at least one key to start a run. */
	if (!*options->request)
		add_number(command, "seconds", options->seconds);
	return true;
}

static int failure(int error)
{
	switch (error) {
	case -EBUSY:
		warnx("another stress run is running; try again later");
		return EXIT_RESOURCES;
	case -ENOMEM:
		warnx("out of memory: lower --workers or --blocks");
		return EXIT_RESOURCES;
	default:
		return module_stress_failure(FILE_NAME, error);
	}
}

static int verdict(const struct stress *stress)
{
	if (stress->failure != RHI_STRESS_GOOD)
		return EXIT_CHECK;
	if (stress_is_complete(stress))
		return EXIT_GOOD;
	if (stress->error)
		warnx("the run failed: %s", strerror(stress->error));
	else
		warnx("no block could be allocated: out of memory, or the host refused to share "
		      "it");
	return EXIT_RESOURCES;
}

/* Does not truncate the file: its old content stays until a new drawing is ready. */
static FILE *open_svg(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		warn("--svg %s", path);
	return file;
}

static int write_svg(const char *path, FILE *file, const struct stress *stress)
{
	int ret = ftruncate(fileno(file), 0) && errno != EINVAL ? -errno : 0;

	if (!ret)
		ret = svg_stress(stress, file);
	if (fclose(file) && !ret)
		ret = -errno;
	if (ret)
		warnx("--svg %s: %s", path, strerror(-ret));
	return ret;
}

static void show(enum format format, const struct stress *stress)
{
	if (format == FORMAT_KTAP)
		ktap_stress(stress);
	else if (format == FORMAT_JSON)
		output_json.stress(stress);
	else
		output_text.stress(stress);
}

static int run(const struct command *command)
{
	struct stress stress;
	struct sysroot root;
	FILE *svg = NULL;
	int ret;

	if (command->svg) {
		svg = open_svg(command->svg);
		if (!svg)
			return EXIT_ERROR;
	}
	ret = sysroot_open(&root, NULL);
	if (!ret) {
		ret = module_need_stress(&root, FILE_NAME);
		sysroot_close(&root);
	}
	if (!ret)
		ret = stress_run(&command->options, &stress);
	if (ret) {
		if (svg)
			fclose(svg);
		ret = failure(ret);
		if (ret == EXIT_UNSUPPORTED && command->format == FORMAT_KTAP)
			puts("KTAP version 1\n1..0 # SKIP not supported here");
		return ret;
	}
	show(command->format, &stress);
	ret = verdict(&stress);
	if (svg && write_svg(command->svg, svg, &stress) && ret == EXIT_GOOD)
		ret = EXIT_ERROR;
	stress_free(&stress);
	return ret;
}

static void usage(FILE *to)
{
	fputs("Usage: rhictl stress [OPTION]...\n"
	      "\n"
	      "Allocates, fills, verifies, hands over and frees memory shared with the host, on all CPUs,\n"
	      "until an error or the end of the time. Loads rhi_stress.\n"
	      "\n"
	      "      --seconds N      stop after N seconds [10; no limit with --operations]\n"
	      "      --operations N   stop after N operations\n"
	      "      --seed N         repeat the operations of a run [random]\n"
	      "      --source WORD    pool, dma, granule or mix [mix]\n"
	      "      --context WORD   process, softirq, hardirq or mix [mix]\n"
	      "      --workers N      threads [one for each CPU]\n"
	      "      --size RANGE     bytes of a block [16-64K]\n"
	      "      --blocks N       that each worker keeps [16]\n"
	      "      --atomic N       percentage of GFP_ATOMIC requests [25]\n"
	      "      --handover N     percentage of blocks that another worker frees [10]\n"
	      "      --mask BITS      of the device's addresses [48]\n"
	      "      --every N        write and verify one of so many lines of 64 bytes, and the\n"
	      "                       first and the last; 1: all [16]\n"
	      "      --pressure N     repeatedly allocate N percent of free memory [0]\n"
	      "      --hotplug        take CPUs offline and back online\n"
	      "      --bare           the same calls without checks and timing, as a baseline\n"
	      "      --json           machine-readable output; rhictl(8) lists the keys\n"
	      "      --ktap           output for kselftest, LAVA and KernelCI\n"
	      "      --svg FILE       also draw the latencies\n"
	      "      --help           this text\n"
	      "\n"
	      "Exit status: 0 no error found, 2 error found (the report says how to repeat it), 3 out of\n"
	      "memory or busy, 4 rhi_probe or rhi_stress missing or granule unknown, 1 any "
	      "other error.\n", to);
}

enum { OPTION_NUMBER = 256 };

static bool set_format(struct command *command, enum format format)
{
	if (command->format != FORMAT_TEXT && command->format != format) {
		warnx("--json and --ktap: give one of them");
		return false;
	}
	command->format = format;
	return true;
}

static bool parse_option(struct command *command, int option)
{
	switch (option) {
	case 'b':
		add(command, "bare", "1");
		return true;
	case 'c':
		return parse_choice(command, "context", optarg, contexts, RHI_STRESS_NR_CONTEXTS);
	case 'j':
		return set_format(command, FORMAT_JSON);
	case 'k':
		return set_format(command, FORMAT_KTAP);
	case 'p':
		add(command, "hotplug", "1");
		return true;
	case 's':
		return parse_choice(command, "source", optarg, sources, RHI_STRESS_NR_SOURCES);
	case 'v':
		command->svg = optarg;
		return true;
	case 'z':
		return parse_sizes(command, optarg);
	default:
		return option >= OPTION_NUMBER &&
		       parse_number(command, option - OPTION_NUMBER, optarg);
	}
}

/**
 * cmd_stress - stress shared memory
 * @argc: number of entries in @argv
 * @argv: "rhictl stress", then options
 *
 * Return: enum exit_code.
 */
int cmd_stress(int argc, char **argv)
{
	static const struct option words[] = {
		{ "bare", no_argument, NULL, 'b' },
		{ "context", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "hotplug", no_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'j' },
		{ "ktap", no_argument, NULL, 'k' },
		{ "size", required_argument, NULL, 'z' },
		{ "source", required_argument, NULL, 's' },
		{ "svg", required_argument, NULL, 'v' },
	};
	const size_t nr_words = sizeof(words) / sizeof(*words);
	struct option options[sizeof(words) / sizeof(*words) + NR_NUMBERS + 1] = { 0 };
	struct command command = { 0 };
	bool good = true;
	int option;

	memcpy(options, words, sizeof(words));
	for (size_t i = 0; i < NR_NUMBERS; i++)
		options[nr_words + i] = (struct option){ numbers[i].key, required_argument, NULL,
							 OPTION_NUMBER + i };
	while (good && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			return EXIT_GOOD;
		}
		good = parse_option(&command, option);
	}
	if (good && optind != argc) {
		warnx("unexpected argument \"%s\"", argv[optind]);
		good = false;
	}
	if (!good || !finish(&command)) {
		warnx("rhictl stress --help lists the options");
		return EXIT_ERROR;
	}
	return run(&command);
}
