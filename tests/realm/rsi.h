/* SPDX-License-Identifier: GPL-2.0-only */
/* Realm Services Interface 1.0 and 1.1: calls and return codes. */
#ifndef REALM_RSI_H
#define REALM_RSI_H

#include "smc.h"

#define RSI_SUCCESS		0
#define RSI_ERROR_INPUT		1
#define RSI_ERROR_STATE		2
#define RSI_INCOMPLETE		3
#define RSI_ERROR_UNKNOWN	4

#define RSI_ACCEPT		0
#define RSI_REJECT		1

#define RSI_CHANGE_DESTROYED	1

smc_fn rsi_version, rsi_features, rsi_realm_config;
smc_fn rsi_measurement_read, rsi_measurement_extend;
smc_fn rsi_attestation_token_init, rsi_attestation_token_continue;
smc_fn rsi_ipa_state_set, rsi_ipa_state_get, rsi_mem_get_perm_value;
smc_fn rsi_host_call;

#endif
