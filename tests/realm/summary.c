// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "summary.h"
#include "libc.h"

static struct copy {
	char *text;
	size_t size;
	size_t len;		/* end of the latest list entry */
	u64 listed;
} copies[SUMMARY_COPIES];

static char head[SUMMARY_HEAD] __aligned(8);
static size_t head_len;
static u64 refreshed;		/* in milliseconds */

static void counters(struct sbuf *sb, const struct realm *realm)
{
	sb_printf(sb, "\"calls\":{");
	for (int i = 0; i < SMC_CALLS; i++) {
		u64 n = counted(&realm->calls[i]);

		if (n)
			sb_printf(sb, "\"%s\":%lu,", smc_calls[i].name, n);
	}
	sb_printf(sb, "\"unknown\":%lu},\"rhi\":{", counted(&realm->unknown_calls));
	for (int i = 0; i < RHI_CALLS; i++) {
		u64 n = counted(&realm->rhi_calls[i]);

		if (n)
			sb_printf(sb, "\"%s\":%lu,", rhi_name(i), n);
	}
	sb_printf(sb, "\"unknown\":%lu},", counted(&realm->unknown_rhi_calls));
}

static void direction(struct sbuf *sb, const char *name, const struct direction *d)
{
	sb_printf(sb, "\"%s\":{\"requests\":%lu,\"bytes\":%lu}", name, d->requests, d->bytes);
}

static void render_head(struct sbuf *sb, const struct realm *realm)
{
	const struct config *cfg = &realm->cfg;
	u64 n = realm->misaligned_requests;
	u64 dropped = n > MISALIGNED_MAX ? n - MISALIGNED_MAX : 0;
	enum end end = __atomic_load_n(&realm->end, __ATOMIC_ACQUIRE);

	sb_printf(sb, "{\"schema\":1,\"end\":\"%s\",", realm_end_name(end));
	if (end != END_RUNNING && realm->message[0]) {
		sb_printf(sb, "\"message\":");
		sb_json(sb, realm->message);
		sb_printf(sb, ",");
	}
	sb_printf(sb, "\"ipa_bits\":%d,\"cpus\":%lu,\"memory_bytes\":%lu,"
		  "\"host\":{\"policy\":\"%s\",\"granule_bytes\":%lu},",
		  PLAT_IPA_BITS, cfg->cpus, cfg->memory, host_policy_name(cfg->host), cfg->granule);
	counters(sb, realm);
	if (cfg->host_hostile)
		sb_printf(sb, "\"hostile\":{\"seeds\":%lu,\"answers\":%lu},",
			  realm->hostile.seeds, counted(&realm->hostile.answers));
	sb_printf(sb, "\"convert\":{");
	direction(sb, "to_shared", &realm->to_shared);
	sb_printf(sb, ",");
	direction(sb, "to_private", &realm->to_private);
	sb_printf(sb, "},\"convert_nsec\":{\"to_shared\":%lu,\"to_private\":%lu},",
		  realm->to_shared.nsec, realm->to_private.nsec);
	sb_printf(sb, "\"shared_bytes\":%lu,\"destroyed_bytes\":%lu,"
		  "\"misaligned\":{\"requests\":%lu,\"dropped\":%lu,",
		  realm->s2.shared, realm->s2.destroyed, n, dropped);
}

/*
 * List the shared runs that start or end in the middle of a granule at the end of the run. The ends
 * of RAM do not count: no private memory shares their granules.
 */
static void list_shared(struct sbuf *sb, struct realm *realm)
{
	struct stage2 *s2 = &realm->s2;
	u64 mask = realm->cfg.granule - 1, n = 0;

	sb_printf(sb, ",\"shared_misaligned\":{\"list\":[");
	for (u64 base = 0, top; s2->shared && s2_next_shared(s2, &base, &top); base = top) {
		if (!(base != s2->ram && base & mask) && !(top != s2->ram_end && top & mask))
			continue;
		if (n++ < SHARED_MISALIGNED_MAX)
			sb_printf(sb, "%s{\"base\":\"0x%lx\",\"top\":\"0x%lx\"}", n > 1 ? "," : "",
				  base, top);
	}
	sb_printf(sb, "],\"dropped\":%lu}",
		  n > SHARED_MISALIGNED_MAX ? n - SHARED_MISALIGNED_MAX : 0);
}

static void list(struct copy *copy, struct realm *realm)
{
	struct sbuf sb = { .p = copy->text, .size = copy->size, .len = copy->len };
	u64 n = min_u64(realm->misaligned_requests, MISALIGNED_MAX);

	for (; copy->listed < n; copy->listed++) {
		const struct misaligned *m = &realm->misaligned[copy->listed];

		sb_printf(&sb, "%s{\"seq\":%lu,\"base\":\"0x%lx\",\"top\":\"0x%lx\","
			  "\"ripas\":\"%s\",\"vcpu\":%lu}", copy->listed ? "," : "", m->seq,
			  m->base, m->top, m->ripas == RIPAS_RAM ? "RAM" : "EMPTY", m->vcpu);
	}
	copy->len = sb.len;
	sb_printf(&sb, "]}");
	/* This walks all pages, so only do it at the end. */
	if (__atomic_load_n(&realm->end, __ATOMIC_ACQUIRE) != END_RUNNING)
		list_shared(&sb, realm);
	sb_printf(&sb, "}");
}

void summary_refresh(struct realm *realm, bool now)
{
	u64 time = arch_nsec() / 1000000;
	struct sbuf sb;

	if (!now && time == refreshed)
		return;
	refreshed = time;
	sb = SBUF(head, SUMMARY_HEAD);
	render_head(&sb, realm);
	/* Overwrite the NUL, and the rest of a longer previous text. */
	memset(head + sb.len, ' ', sb.len < head_len ? head_len - sb.len : 1);
	head_len = sb.len;
	for (int i = 0; i < SUMMARY_COPIES; i++) {
		memcpy(copies[i].text, head, SUMMARY_HEAD);
		list(&copies[i], realm);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
}

void summary_init(struct realm *realm, char *mailbox, size_t size)
{
	static const char open[] = "\"list\":[";

	memset(head, ' ', sizeof(head));
	head_len = 0;
	size /= SUMMARY_COPIES;
	for (int i = 0; i < SUMMARY_COPIES; i++) {
		copies[i] = (struct copy){ mailbox + i * size, size, SUMMARY_HEAD, 0 };
		memcpy(copies[i].text + SUMMARY_HEAD, open, sizeof(open) - 1);
		copies[i].len += sizeof(open) - 1;
	}
	summary_refresh(realm, true);
}

const char *summary_text(void)
{
	return copies[0].text;
}
