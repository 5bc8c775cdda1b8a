// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "psci.h"
#include "rsi.h"
#include "rsi_env.h"
#include "summary.h"

#define POOL		0x41000000UL
/* Tables of any granule: the first and one for each half have up to 64K */
#define POOL_SIZE	(192UL << 10)
#define POOL_ALIGN	(64UL << 10)
#define PAGES		(ENV_RAM / PAGE_SIZE)

u64 env_msec;

static struct realm realm;
static char *ram, *pool, *mailbox;

/* Simulated TLB: one flag per page and half */
static bool tlb[2][PAGES];

void *arch_pa_to_va(u64 pa)
{
	if (pa >= PLAT_RAM && pa < PLAT_RAM + ENV_RAM)
		return ram + (pa - PLAT_RAM);
	if (pa >= POOL && pa < POOL + POOL_SIZE)
		return pool + (pa - POOL);
	fprintf(stderr, "0x%lx is not memory\n", pa);
	abort();
}

u64 arch_va_to_pa(const void *va)
{
	return POOL + ((const char *)va - pool);
}

static u64 page_ipa(int half, u64 page)
{
	return (PLAT_RAM + page * PAGE_SIZE) | (half ? S2_SHARED : 0);
}

/* Checks break-before-make: a table walk may cache any descriptor that is still valid. */
void arch_s2_invalidate(void)
{
	for (int half = 0; half < 2; half++) {
		for (u64 i = 0; i < PAGES; i++)
			tlb[half][i] &= s2_maps(&realm.s2, page_ipa(half, i));
	}
}

void arch_s2_sync(void)
{
}

long arch_psci(u32 fid, u64 a1, u64 a2, u64 a3)
{
	return fid == PSCI_AFFINITY_INFO_64 ? (long)realm.vcpu[a1].state == VCPU_OFF : 0;
}

u32 arch_gicv3_vtr(void)
{
	return ENV_GICV3_VTR;
}

u64 arch_vcpu_entry(void)
{
	return 0;
}

void arch_wait(void)
{
}

void arch_relax(void)
{
}

u64 arch_nsec(void)
{
	return env_msec * 1000000;
}

struct realm *env_realm(const char *config)
{
	char text[1024], why[256];
	struct sbuf err = SBUF(why, sizeof(why));

	/* Only once: fuzz targets call this for each input. */
	if (!ram) {
		ram = aligned_alloc(PAGE_SIZE, ENV_RAM);
		pool = aligned_alloc(POOL_ALIGN, POOL_SIZE);
		mailbox = malloc(PLAT_MAILBOX_SIZE);
	}
	memset(ram, 0xee, ENV_RAM);
	memset(mailbox, 0xee, PLAT_MAILBOX_SIZE);
	memset(tlb, 0, sizeof(tlb));
	memset(&realm, 0, sizeof(realm));
	for (u64 i = 0; i < PLAT_CPUS; i++)
		realm.vcpu[i].index = i;
	realm.vcpu[0].state = VCPU_ON;
	snprintf(text, sizeof(text), "memory=%lu\nentry=0x48000000\ndtb=0x48000000\n%s", ENV_RAM,
		 config);
	if (!config_parse(&realm.cfg, text, &err) ||
	    !s2_init(&realm.s2, pool, POOL_SIZE, realm.cfg.rmi_granule, PLAT_RAM, ENV_RAM,
		     host_has_realm(&realm.cfg))) {
		fprintf(stderr, "no Realm: %s\n", why);
		abort();
	}
	summary_init(&realm, mailbox, PLAT_MAILBOX_SIZE);
	return &realm;
}

enum result env_smc(struct realm *r, u64 *x)
{
	return smc_handle(r, &r->vcpu[0], x);
}

long env_set(struct realm *r, u64 base, u64 top, enum ripas ripas, u64 *next)
{
	u64 x[31] = { 0xc4000197, base, top, ripas, RSI_CHANGE_DESTROYED };

	if (env_smc(r, x) == FATAL)
		return -1;
	if (next)
		*next = x[1];
	return x[0];
}

void env_tlb_fill(struct realm *r)
{
	for (int half = 0; half < 2; half++) {
		for (u64 i = 0; i < PAGES; i++)
			tlb[half][i] |= s2_maps(&r->s2, page_ipa(half, i));
	}
}

u64 env_tlb_stale(struct realm *r)
{
	u64 n = 0;

	for (int half = 0; half < 2; half++) {
		for (u64 i = 0; i < PAGES; i++)
			n += tlb[half][i] && !s2_maps(&r->s2, page_ipa(half, i));
	}
	return n;
}

bool env_json_balanced(const char *text)
{
	char open[16];
	size_t depth = 0;

	for (; *text; text++) {
		if (*text == '"') {
			while (*++text != '"') {
				text += *text == '\\';
				if (!*text)
					return false;
			}
		} else if (*text == '{' || *text == '[') {
			if (depth == sizeof(open))
				return false;
			open[depth++] = *text == '{' ? '}' : ']';
		} else if (*text == '}' || *text == ']') {
			if (!depth || open[--depth] != *text)
				return false;
			if (!depth)
				return !text[1];
		}
	}
	return false;
}
