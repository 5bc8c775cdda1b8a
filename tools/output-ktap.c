// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints a stress run as KTAP (Documentation/dev-tools/ktap.rst), with one test for each kind of
 * failure.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "stress.h"

static void print_details(const struct stress *stress)
{
	char command[RHI_STRESS_MAX_TEXT];

	stress_repeat(stress, command, sizeof(command));
	printf("# again: %s\n", command);
	if (stress->has_worker)
		printf("# seen by worker %" PRIu64 " in operation %" PRIu64 "\n",
		       stress->failure_worker, stress->failure_operation);
	if (*stress->block.api)
		printf("# block: %s, %" PRIu64 " bytes at DMA address 0x%" PRIx64 "\n",
		       stress->block.api, stress->block.size, stress->block.dma);
	printf("# offset %" PRIu64 ": expected 0x%" PRIx64 ", found 0x%" PRIx64 "\n",
	       stress->failure_offset, stress->expected, stress->found);
}

/**
 * ktap_stress - print a stress run as KTAP, for kselftest, LAVA and KernelCI
 * @stress: the run
 */
void ktap_stress(const struct stress *stress)
{
	const bool is_complete = stress_is_complete(stress);
	int skipped = 0, nr = 0;

	printf("KTAP version 1\n1..%d\n", RHI_STRESS_NR_FAILURES);
	printf("# seed 0x%" PRIx64 ", %" PRIu64 " operations, %" PRIu64 " ms, hook %s\n",
	       stress->parameters.seed, stress->done, stress->ns / 1000000, stress->hook);
	printf("%sok %d blocks\n", is_complete ? "" : "not ", ++nr);
	for (int i = RHI_STRESS_GOOD + 1; i < RHI_STRESS_NR_FAILURES; i++) {
		const bool failed = stress->failure == (enum rhi_stress_failure)i;
		const char *skip = "";

		if (i == RHI_STRESS_MISALIGNED && !stress->is_watched)
			skip = " # SKIP this kernel has no kprobes";
		else if (stress->parameters.bare)
			skip = " # SKIP bare";
		skipped += *skip != '\0';
		printf("%sok %d %s%s\n", failed ? "not " : "", ++nr, stress_failures[i], skip);
		if (failed)
			print_details(stress);
	}
	nr = !is_complete + (stress->failure != RHI_STRESS_GOOD);
	printf("# Totals: pass:%d fail:%d xfail:0 xpass:0 skip:%d error:0\n",
	       RHI_STRESS_NR_FAILURES - nr - skipped, nr, skipped);
}

const struct output output_ktap = {
	.ok = ktap_ok,
	.stress = ktap_stress,
};
