// SPDX-License-Identifier: GPL-2.0-only
/* The simulator's configuration: accepted text is consistent, rejected text has a message. */
#include <string.h>

#include "host.h"
#include "must.h"

static bool is_answer(const struct rhi_answer *a)
{
	return a->known || a->given || !a->value;
}

static void check(const struct config *cfg)
{
	MUST(cfg->memory && cfg->memory <= PLAT_RAM_MAX && cfg->memory % (2 << 20) == 0);
	MUST(cfg->entry >= PLAT_RAM && cfg->entry - PLAT_RAM < cfg->memory);
	MUST(cfg->dtb >= PLAT_RAM && cfg->dtb - PLAT_RAM < cfg->memory);
	MUST(cfg->cpus >= 1 && cfg->cpus <= PLAT_CPUS);
	MUST(cfg->granule >= PAGE_SIZE && !(cfg->granule & (cfg->granule - 1)));
	MUST(cfg->rmm <= RMM_2_0 && (cfg->rmm != RMM_2_0 || !host_splits_granules(cfg)));
	MUST(cfg->rmi_granule == (cfg->rmm == RMM_2_0 ? cfg->granule : PAGE_SIZE));
	MUST(cfg->rmi_granule == 4096 || cfg->rmi_granule == 16384 || cfg->rmi_granule == 65536);
	MUST(cfg->host_step % cfg->rmi_granule == 0 && cfg->host_stop % cfg->rmi_granule == 0);
	MUST(host_policy_name(cfg->host));
	MUST(cfg->state_get <= STATE_GET_MOVING);
	MUST(cfg->rsi_version <= 4 && cfg->rsi_features <= 4 && cfg->rsi_alignment <= 4);
	for (int i = 0; i < RHI_FAMILIES; i++)
		MUST(is_answer(&cfg->family_version[i]) && is_answer(&cfg->family_features[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[256] = "", *text = malloc(size + 1);
	struct sbuf err = SBUF(why, sizeof(why));
	struct config cfg;

	/* On the heap, where ASan detects reads beyond the end */
	memcpy(text, data, size);
	text[size] = '\0';
	if (config_parse(&cfg, text, &err)) {
		MUST(!*why);
		check(&cfg);
	} else {
		MUST(!strncmp(why, "configuration", strlen("configuration")));
		MUST(strlen(why) == err.len);
	}
	free(text);
	return 0;
}
