// SPDX-License-Identifier: GPL-2.0-only
/* include/rhi_granule.h: what other modules may call, beside pools. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <rhi_granule.h>

#include "granule.h"
#include "hook.h"
#include "hostconf.h"

enum rhi_granule_state { SHARED, PRIVATE, LOST };

struct rhi_granule {
	struct granule_chunk chunk;
	enum rhi_granule_state state;
};

/**
 * rhi_granule_bytes() - the host's sharing granule
 *
 * Context: Any.
 * Return: Bytes, a power of two; 0 if it is not known, and nothing can be shared.
 */
u64 rhi_granule_bytes(void)
{
	return hostconf.granule;
}
EXPORT_SYMBOL_GPL(rhi_granule_bytes);

/**
 * rhi_granule_meaning() - what came of asking the host for its granule
 *
 * Context: Any.
 * Return: A sentence for people.
 */
const char *rhi_granule_meaning(void)
{
	return hostconf_meaning();
}
EXPORT_SYMBOL_GPL(rhi_granule_meaning);

/**
 * rhi_granule_get_stats() - what was converted so far
 * @stats: filled in
 *
 * Context: Process.
 */
void rhi_granule_get_stats(struct rhi_granule_stats *stats)
{
	struct granule_stats all;

	granule_get_stats(&all);
	*stats = (struct rhi_granule_stats){ all.shares, all.unshares, all.bytes, all.leaked };
}
EXPORT_SYMBOL_GPL(rhi_granule_get_stats);

/**
 * rhi_granule_share() - get memory that is shared with the host
 * @dev: who must be able to address it, and near whom it is; or NULL
 * @what: what it is for, for people; must outlive the memory
 * @size: bytes, rounded up to whole granules
 * @gfp: how; must allow blocking. Zone flags are ignored: @dev decides
 *
 * The memory is zeroed, and aligned to the granule.
 *
 * Context: Process, may sleep.
 * Return: The memory, for rhi_granule_free(); or an ERR_PTR:
 * * %-EINVAL - @size is 0
 * * %-EWOULDBLOCK - @gfp does not allow blocking
 * * %-EOPNOTSUPP - the granule is not known
 * * %-ENOMEM - there is no such memory that @dev can address
 * * %-EIO - the host refused; nothing is lost
 * * %-EUCLEAN - the host stopped half-way; the pages are leaked
 */
struct rhi_granule *rhi_granule_share(struct device *dev, const char *what, size_t size,
				      gfp_t gfp)
{
	struct rhi_granule *granule;
	int err;

	if (!gfpflags_allow_blocking(gfp))
		return ERR_PTR(-EWOULDBLOCK);
	granule = kcalloc(1, sizeof(*granule), GFP_KERNEL | __GFP_NOWARN);
	if (!granule)
		return ERR_PTR(-ENOMEM);
	err = granule_alloc(&granule->chunk, dev, what, size, gfp);
	if (err) {
		kfree(granule);
		return ERR_PTR(err);
	}
	return granule;
}
EXPORT_SYMBOL_GPL(rhi_granule_share);

/**
 * rhi_granule_unshare() - take memory back from the host, and keep it
 * @granule: from rhi_granule_share(); no device uses it any more
 *
 * The memory is private and zero then, and still the caller's until rhi_granule_free().
 *
 * Context: Process, may sleep.
 * Return: %0; or %-EIO if the host keeps it: it must not be touched any more, and is leaked.
 */
int rhi_granule_unshare(struct rhi_granule *granule)
{
	if (granule->state == SHARED) {
		granule->state = granule_take_back(&granule->chunk) ? LOST : PRIVATE;
		if (granule->state == PRIVATE)
			memset(granule->chunk.vaddr, 0, granule->chunk.size);
	}
	return granule->state == LOST ? -EIO : 0;
}
EXPORT_SYMBOL_GPL(rhi_granule_unshare);

/**
 * rhi_granule_free() - give memory back, private again
 * @granule: from rhi_granule_share(), shared or not
 *
 * What the host does not give back is leaked.
 *
 * Context: Process, may sleep.
 */
void rhi_granule_free(struct rhi_granule *granule)
{
	if (!rhi_granule_unshare(granule))
		granule_drop(&granule->chunk);
	kfree(granule);
}
EXPORT_SYMBOL_GPL(rhi_granule_free);

/**
 * rhi_granule_leak() - never use this memory again
 * @granule: from rhi_granule_share(); its state is not what it should be
 *
 * It is counted as leaked.
 *
 * Context: Process.
 */
void rhi_granule_leak(struct rhi_granule *granule)
{
	if (granule->state == SHARED)
		granule_leak(&granule->chunk);
	else if (granule->state == PRIVATE)
		granule_count_leak(&granule->chunk);
	kfree(granule);
}
EXPORT_SYMBOL_GPL(rhi_granule_leak);

/**
 * rhi_granule_vaddr() - where the memory is
 * @granule: from rhi_granule_share()
 *
 * Context: Any.
 * Return: An address in the linear map.
 */
void *rhi_granule_vaddr(const struct rhi_granule *granule)
{
	return granule->chunk.vaddr;
}
EXPORT_SYMBOL_GPL(rhi_granule_vaddr);

/**
 * rhi_granule_size() - how much it is
 * @granule: from rhi_granule_share()
 *
 * Context: Any.
 * Return: Bytes, a multiple of rhi_granule_bytes().
 */
size_t rhi_granule_size(const struct rhi_granule *granule)
{
	return granule->chunk.size;
}
EXPORT_SYMBOL_GPL(rhi_granule_size);

/**
 * rhi_hook_state() - is the hook on, off, or between the two?
 *
 * Context: Any.
 * Return: As hook_state(): "on", "draining" or "off".
 */
const char *rhi_hook_state(void)
{
	return hook_state();
}
EXPORT_SYMBOL_GPL(rhi_hook_state);

/**
 * rhi_hook_spare() - leave one device to the kernel's own allocators, be the hook on or not
 * @dev: the device, which has nothing yet; NULL: none
 *
 * For benchmarks, which compare with them. There is one such device at a time.
 *
 * Context: Any.
 */
void rhi_hook_spare(struct device *dev)
{
	hook_spare(dev);
}
EXPORT_SYMBOL_GPL(rhi_hook_spare);
