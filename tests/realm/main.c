// SPDX-License-Identifier: GPL-2.0-only
/* Boot, up to the Realm's first instruction. */
#include "console.h"
#include "cpu.h"
#include "exit.h"
#include "host.h"
#include "summary.h"

extern char image_end[];

static bool configure(struct realm *realm)
{
	const char *text = (const char *)PLAT_CONFIG;
	char why[sizeof(realm->message)];
	struct sbuf err = SBUF(why, sizeof(why));
	size_t len = 0;

	while (len < PLAT_CONFIG_SIZE && text[len])
		len++;
	if (len == 0)
		sb_printf(&err, "no configuration at 0x%lx: load its text there", (u64)PLAT_CONFIG);
	else if (len == PLAT_CONFIG_SIZE)
		sb_printf(&err, "configuration is not NUL-terminated within 64 KiB");
	else if (config_parse(&realm->cfg, text, &err))
		return true;
	realm_end(realm, &realm->vcpu[0], END_FATAL, "%s", why);
	return false;
}

static bool build(struct realm *realm)
{
	struct config *cfg = &realm->cfg;
	u64 pool = ALIGN_UP((u64)image_end, cfg->rmi_granule);

	if (s2_init(&realm->s2, (void *)pool, PLAT_RAM - pool, cfg->rmi_granule, PLAT_RAM,
		    cfg->memory, host_has_realm(cfg)))
		return true;
	realm_end(realm, &realm->vcpu[0], END_FATAL, "stage-2 tables do not fit below 0x%lx",
		  (u64)PLAT_RAM);
	return false;
}

/* Called by entry.S on CPU 0 at reset */
void __noreturn boot_main(void)
{
	struct realm *realm = &the_realm;

	for (u64 i = 0; i < PLAT_CPUS; i++)
		realm->vcpu[i].index = i;
	realm->vcpu[0].state = VCPU_ON;
	cpu_init(&realm->vcpu[0]);
	console_init();
	summary_init(realm, (char *)PLAT_MAILBOX, PLAT_MAILBOX_SIZE);
	if (!configure(realm) || !build(realm))
		exit_finish(&realm->vcpu[0], NULL);
	summary_refresh(realm, true);
	cpu_enter(realm, realm->cfg.entry, realm->cfg.dtb);
}

/* Called by entry.S on any CPU after PSCI_CPU_ON */
void __noreturn cpu_on_main(u64 index)
{
	struct vcpu *vcpu = &the_realm.vcpu[index];

	cpu_init(vcpu);
	cpu_enter(&the_realm, vcpu->entry, vcpu->context);
}
