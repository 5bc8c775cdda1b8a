// SPDX-License-Identifier: GPL-2.0-only
#include "realm.h"
#include "rsi.h"

static const char *const end_names[] = {
	[END_RUNNING] = "running",
	[END_POWER_OFF] = "power_off",
	[END_RESET] = "reset",
	[END_HOST_KILLED] = "host_killed",
	[END_HOST_FAULT] = "host_fault",
	[END_FATAL] = "fatal",
};

const char *realm_end_name(enum end end)
{
	return end_names[end];
}

enum result realm_end(struct realm *realm, struct vcpu *vcpu, enum end end, const char *fmt, ...)
{
	struct sbuf sb = SBUF(realm->message, sizeof(realm->message));
	va_list ap;

	if (__atomic_exchange_n(&realm->ending, 1, __ATOMIC_ACQ_REL))
		return FATAL;
	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	realm->end_vcpu = vcpu->index;
	__atomic_store_n(&realm->end, end, __ATOMIC_RELEASE);
	return FATAL;
}

void *realm_page(struct realm *realm, struct vcpu *vcpu, u64 ipa, u64 *code)
{
	*code = RSI_ERROR_INPUT;
	switch (s2_ripas(&realm->s2, ipa)) {
	case RIPAS_RAM:
		*code = RSI_SUCCESS;
		return arch_pa_to_va(ipa);
	case RIPAS_DESTROYED:
		realm_end(realm, vcpu, END_HOST_FAULT,
			  "RSI call needs IPA 0x%lx, whose RIPAS is DESTROYED", ipa);
		return NULL;
	default:
		return NULL;
	}
}
