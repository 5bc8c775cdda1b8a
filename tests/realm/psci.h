/* SPDX-License-Identifier: GPL-2.0-only */
/* PSCI as an RMM offers it to a Realm, implemented by the machine's PSCI. */
#ifndef REALM_PSCI_H
#define REALM_PSCI_H

#include "smc.h"

#define PSCI_VERSION		0x84000000
#define PSCI_CPU_OFF		0x84000002
#define PSCI_CPU_ON_64		0xc4000003
#define PSCI_AFFINITY_INFO_64	0xc4000004
#define PSCI_SYSTEM_OFF		0x84000008

smc_fn psci_version, psci_cpu_suspend, psci_cpu_off, psci_cpu_on, psci_affinity_info;
smc_fn psci_system_off, psci_system_reset, psci_features;

#endif
