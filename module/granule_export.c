// SPDX-License-Identifier: GPL-2.0-only
/* include/rhi_granule.h: functions for other modules, except those of the hook. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <rhi_granule.h>

#include "granule.h"
#include "hostconf.h"

enum rhi_granule_state { SHARED, PRIVATE, LOST };

struct rhi_granule {
	struct granule_chunk chunk;
	enum rhi_granule_state state;
};

/**
 * rhi_granule_bytes() - get the host's sharing granule
 *
 * Context: Any.
 * Return: Bytes, a power of two; 0 if the granule is unknown and nothing can be shared.
 */
u64 rhi_granule_bytes(void)
{
	return hostconf.granule;
}
EXPORT_SYMBOL_GPL(rhi_granule_bytes);

/**
 * rhi_granule_meaning() - describe the result of asking the host for its granule
 *
 * Context: Any.
 * Return: One clause, for messages.
 */
const char *rhi_granule_meaning(void)
{
	return hostconf_meaning();
}
EXPORT_SYMBOL_GPL(rhi_granule_meaning);

/**
 * rhi_granule_get_stats() - read the conversion counters
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
 * rhi_granule_share() - allocate memory and share it with the host
 * @dev: the device that must be able to address the memory, and selects its NUMA node; or NULL
 * @what: purpose, for reports; must outlive the memory
 * @size: bytes, rounded up to whole granules
 * @gfp: GFP flags; must allow blocking. Zone flags are ignored: @dev selects the zone
 *
 * The memory is zeroed and aligned to the granule.
 *
 * Context: Process, may sleep.
 * Return: The memory, to be freed with rhi_granule_free(); or an ERR_PTR:
 * * %-EINVAL - @size is 0
 * * %-EWOULDBLOCK - @gfp does not allow blocking
 * * %-EOPNOTSUPP - the granule is unknown
 * * %-ENOMEM - no memory that @dev can address
 * * %-EIO - the host refused; the pages were freed
 * * %-EUCLEAN - the host stopped part-way through; the pages are leaked
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
 * rhi_granule_unshare() - make memory private again and keep it
 * @granule: from rhi_granule_share(); no device uses it any more
 *
 * On success the memory is private and zeroed, and still belongs to the caller until
 * rhi_granule_free().
 *
 * Context: Process, may sleep.
 * Return: %0; or %-EIO if the host refused: the memory is leaked and must not be accessed.
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
 * rhi_granule_free() - free memory, after making it private if it is shared
 * @granule: from rhi_granule_share(), shared or private
 *
 * If the host refuses, the pages are leaked.
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
 * rhi_granule_leak() - leak memory whose state is wrong
 * @granule: from rhi_granule_share()
 *
 * The pages are never used again and are counted as leaked.
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
 * rhi_granule_vaddr() - get the address of the memory
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
 * rhi_granule_size() - get the size of the memory
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
