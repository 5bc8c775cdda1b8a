// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "summary.h"

static void record(struct realm *realm, struct vcpu *vcpu, const struct host_request *req)
{
	u64 seq = realm->misaligned_requests++;

	if (seq >= MISALIGNED_MAX)
		return;
	realm->misaligned[seq] = (struct misaligned){
		.seq = seq,
		.base = req->base,
		.top = req->top,
		.ripas = req->ripas,
		.vcpu = vcpu->index,
	};
}

/* Stop before host.stop is exceeded; pages that are already shared do not count. */
static u64 share_end(struct realm *realm, const struct host_request *req)
{
	u64 left = realm->cfg.host_stop - realm->shared_since_asked;

	for (u64 at = req->base, end; at < req->top; at = end) {
		enum ripas ripas;

		end = s2_run(&realm->s2, at, req->top, &ripas);
		if (ripas == RIPAS_EMPTY)
			continue;
		if (end - at > left)
			return at + left;
		left -= end - at;
	}
	return req->top;
}

/* Apply host.step, host.stop and host.keep: the end of what this request changes. */
static u64 limit(struct realm *realm, const struct host_request *req)
{
	const struct config *cfg = &realm->cfg;
	u64 bytes = req->top - req->base;

	if (cfg->host_step)
		bytes = min_u64(bytes, cfg->host_step);
	if (realm->asked && req->ripas == RIPAS_EMPTY)
		bytes = min_u64(bytes, share_end(realm, req) - req->base);
	if (realm->asked && req->ripas == RIPAS_RAM && cfg->host_keep)
		bytes = 0;
	return req->base + bytes;
}

/*
 * Linux has no valid mapping of pages while it shares them, so they can be lost.
 * Ranges that were just shared can be overwritten or hidden later.
 */
static void harm(struct realm *realm, const struct host_request *req, u64 next)
{
	u64 base = next, top = req->top;

	if (next != req->base)
		hostile_shared(&realm->hostile, req->base, next);
	if (hostile_destroy(&realm->hostile, &base, &top, realm->s2.granule))
		s2_destroy(&realm->s2, base, top);
}

static void change_granules(struct realm *realm, const struct host_request *req, u64 *next,
			    bool *rejected)
{
	struct direction *dir = req->ripas == RIPAS_RAM ? &realm->to_private : &realm->to_shared;
	u64 top = limit(realm, req), before = dir->bytes;
	bool refused = top == req->base;

	if (!refused)
		top = hostile_change(&realm->hostile, req->base, top, realm->s2.granule, &refused);
	*next = s2_set(&realm->s2, req->base, top, req->ripas, req->change_destroyed,
		       &dir->bytes);
	*rejected = *next != top || refused;
	if (realm->cfg.host_hostile && req->ripas == RIPAS_EMPTY)
		harm(realm, req, *next);
	if (realm->asked && req->ripas == RIPAS_EMPTY)
		realm->shared_since_asked += dir->bytes - before;
}

/*
 * What hosts do with a request. They start from a rejection, with *@next at the base.
 *
 * The translation tables have one RIPAS for each granule. So the host can only change whole
 * granules from the base of the request on, and makes no progress after them.
 */
static enum result change(struct realm *realm, struct vcpu *vcpu, const struct host_request *req,
			  u64 *next, bool *rejected)
{
	const u64 granule = realm->s2.granule;
	struct host_request part = *req;

	*rejected = false;
	part.top = ALIGN_DOWN(req->top, granule);
	if (IS_ALIGNED(part.base, granule) && part.base < part.top)
		change_granules(realm, &part, next, rejected);
	return HANDLED;
}

static enum result refuse(struct realm *realm, struct vcpu *vcpu, const struct host_request *req,
			  u64 *next, bool *rejected)
{
	return HANDLED;
}

static enum result kill(struct realm *realm, struct vcpu *vcpu, const struct host_request *req,
			u64 *next, bool *rejected)
{
	return realm_end(realm, vcpu, END_HOST_KILLED,
			 "0x%lx-0x%lx to %s does not respect the host's granule of 0x%lx",
			 req->base, req->top, req->ripas == RIPAS_RAM ? "RAM" : "EMPTY",
			 realm->cfg.granule);
}

/*
 * To share part of a host page, the host shares all of it and loses the private data in it. Making
 * part of one private loses no RAM of the Realm.
 */
static enum result destroy(struct realm *realm, struct vcpu *vcpu, const struct host_request *req,
			   u64 *next, bool *rejected)
{
	u64 granule = realm->cfg.granule;
	enum result result = change(realm, vcpu, req, next, rejected);

	if (req->ripas == RIPAS_EMPTY) {
		s2_destroy(&realm->s2, ALIGN_DOWN(req->base, granule), req->base);
		s2_destroy(&realm->s2, req->top, ALIGN_UP(req->top, granule));
	}
	return result;
}

/* What each host does with a request that breaks its granule. The first is the default. */
static const struct {
	const char *name;
	enum result (*misaligned)(struct realm *realm, struct vcpu *vcpu,
				  const struct host_request *req, u64 *next, bool *rejected);
} policies[] = {
	{ "lenient", change },
	{ "record", change },
	{ "refuse", refuse },
	{ "kill", kill },
	{ "destroy", destroy },
	{ "none", NULL },	/* no Realm, so no request */
};

const char *host_policy_name(unsigned int host)
{
	return host < ARRAY_SIZE(policies) ? policies[host].name : NULL;
}

bool host_has_realm(const struct config *cfg)
{
	return policies[cfg->host].misaligned;
}

bool host_splits_granules(const struct config *cfg)
{
	return policies[cfg->host].misaligned == destroy;
}

enum result host_ripas_change(struct realm *realm, struct vcpu *vcpu,
			      const struct host_request *req, u64 *next, bool *rejected)
{
	bool misaligned = !IS_ALIGNED(req->base | req->top, realm->cfg.granule);
	enum result result;

	if (req->ripas == RIPAS_RAM)
		realm->to_private.requests++;
	else
		realm->to_shared.requests++;
	*next = req->base;
	*rejected = true;
	if (misaligned)
		record(realm, vcpu, req);
	if (misaligned)
		result = policies[realm->cfg.host].misaligned(realm, vcpu, req, next, rejected);
	else
		result = change(realm, vcpu, req, next, rejected);
	/* Write immediately if the list grows; otherwise at most once per millisecond. */
	summary_refresh(realm, misaligned && realm->misaligned_requests <= MISALIGNED_MAX);
	return result;
}

static void write_page(struct realm *realm, u64 ipa, u64 word)
{
	u64 *page;

	/* Not RAM, or no longer shared. */
	if (ipa < realm->s2.ram || ipa >= realm->s2.ram_end ||
	    s2_ripas(&realm->s2, ipa) != RIPAS_EMPTY)
		return;
	page = arch_pa_to_va(ipa);
	for (u64 i = 0; i < PAGE_SIZE / sizeof(*page); i++)
		WRITE_ONCE(page[i], word);
}

u64 host_between_calls(struct realm *realm)
{
	u64 page, word, base, top;

	if (realm->asked && realm->cfg.host_scribble)
		s2_fill_shared(&realm->s2, realm->cfg.host_scribble);
	if (hostile_scribble(&realm->hostile, &page, &word))
		write_page(realm, page, word);
	if (hostile_hide(&realm->hostile, &base, &top))
		s2_hide(&realm->s2, base, top);
	return hostile_delay(&realm->hostile);
}
