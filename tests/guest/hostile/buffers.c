// SPDX-License-Identifier: GPL-2.0-only
/* Coherent buffers smaller and larger than a granule */
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <pool_test.h>

#include "hostile_test.h"

#define BUFFERS	8

struct buffer {
	void *vaddr;
	dma_addr_t dma;
	size_t size;
	u8 fill;
};

static const char *where_it_is(const struct buffer *b)
{
	const phys_addr_t phys = virt_to_phys(b->vaddr);

	if (!virt_addr_valid(b->vaddr) || !virt_addr_valid(b->vaddr + b->size - 1))
		return "buffer not in the linear map";
	if (!IS_ALIGNED(phys, PAGE_SIZE << get_order(b->size)))
		return "buffer not aligned to its order";
	if (b->dma != phys_to_dma_unencrypted(test_dev, phys))
		return "DMA address is not the shared alias of the buffer";
	return NULL;
}

static const char *get(struct buffer *b, struct rnd_state *rnd, struct tally *tally)
{
	const char *wrong;

	b->size = 1 + prandom_u32_state(rnd) % (prandom_u32_state(rnd) % 4 ? granule : 3 * granule);
	b->fill = prandom_u32_state(rnd);
	b->vaddr = dma_alloc_coherent(test_dev, b->size, &b->dma, GFP_KERNEL | __GFP_NOWARN);
	if (!b->vaddr) {
		tally->missed++;
		return NULL;
	}
	tally->got++;
	wrong = where_it_is(b);
	if (!wrong && content && memchr_inv(b->vaddr, 0, b->size))
		wrong = "buffer not zeroed";
	if (wrong)
		b->vaddr = NULL;	/* do not access or free it */
	else
		memset(b->vaddr, b->fill, b->size);
	return wrong;
}

static const char *put(struct buffer *b)
{
	const char *wrong = NULL;

	if (!b->vaddr)
		return NULL;
	if (content && memchr_inv(b->vaddr, b->fill, b->size))
		wrong = "buffer overwritten";
	dma_free_coherent(test_dev, b->size, b->vaddr, b->dma);
	b->vaddr = NULL;
	return wrong;
}

const char *use_buffers(struct rnd_state *rnd, struct tally *tally)
{
	struct buffer buffers[BUFFERS] = { 0 };
	const char *wrong = NULL;

	for (int i = 0; i < 6 * BUFFERS && !wrong; i++) {
		struct buffer *b = &buffers[prandom_u32_state(rnd) % BUFFERS];

		wrong = b->vaddr ? put(b) : get(b, rnd, tally);
	}
	for (int i = 0; i < BUFFERS; i++) {
		const char *wrong_put = put(&buffers[i]);

		wrong = wrong ?: wrong_put;
	}
	return wrong;
}
