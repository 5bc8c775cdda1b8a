/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of rhi_pool have in common: cases, one device, and blocks that are checked. */
#ifndef POOL_TEST_H
#define POOL_TEST_H

#include <linux/device.h>
#include <linux/prandom.h>

#include <rhi_pool.h>

struct seq_file;

/**
 * struct test - a run of cases
 * @s: where TAP goes
 * @nr: cases so far
 * @failed: the present one
 * @notes: printed about it
 * @skip: why the present one cannot be run here, or NULL
 * @bad_frees: how many were tried so far
 * @rnd: the same sequence in every run
 */
struct test {
	struct seq_file *s;
	unsigned int nr;
	bool failed;
	unsigned int notes;
	const char *skip;
	unsigned int bad_frees;
	struct rnd_state rnd;
};

/* A list of these ends with one without a name. */
struct test_case {
	const char *name;
	void (*run)(struct test *test);
};

extern const struct test_case create_cases[], use_cases[], misuse_cases[], atomic_cases[],
	stress_cases[], failure_cases[], hooked_cases[], count_cases[], busy_cases[],
	refuse_cases[], stop_cases[], scribble_cases[], wander_cases[], after_cpus_cases[];

/* main.c: parameters, and the device */
extern unsigned long granule;		/* of the host */
extern bool content;			/* the host leaves alone what is in blocks */
extern unsigned long word;		/* what it writes there instead */
extern unsigned int size;		/* of blocks that are counted */
extern struct device *test_dev;		/* coherent, 64 bits */

struct platform_device *test_device_make(const char *name, u64 mask);
void test_set_coherent(struct device *dev, bool yes);
bool test_check(struct test *test, bool good, const char *file, int line, const char *what);
void __printf(2, 3) test_note(struct test *test, const char *fmt, ...);
void test_keep(struct rhi_pool *pool);
u32 test_random(struct test *test, u32 below);

/* A failed CHECK fails its case, which goes on. */
#define CHECK(test, cond)	test_check(test, cond, __FILE__, __LINE__, #cond)

/**
 * struct shape - what a pool was made with
 * @size: bytes
 * @align: bytes, or 0
 * @boundary: bytes, or 0
 */
struct shape {
	size_t size, align, boundary;
};

/**
 * struct block - a block in use
 * @vaddr: its address, NULL if there is none
 * @dma: its DMA address
 * @id: what it is filled with
 */
struct block {
	void *vaddr;
	dma_addr_t dma;
	u32 id;
};

/* block.c: each returns what is wrong, or NULL */
extern const char * const no_block;
int block_init(void);
void block_exit(void);
const char *block_get(struct rhi_pool *pool, const struct shape *shape, gfp_t gfp, u32 id,
		      struct block *block);
const char *block_look(const struct shape *shape, const struct block *block);
const char *block_put(struct rhi_pool *pool, const struct shape *shape, struct block *block);
void block_forget(const struct shape *shape, struct block *block);
const char *block_in_whole_granules(const struct shape *shape, const struct block *block);
bool is_ram(phys_addr_t start, size_t size);
bool is_shared(phys_addr_t start, size_t size);
bool block_forget_all(void);

/* As the above, but what is wrong fails the case. */
#define GET(test, pool, shape, gfp, id, block)	GOOD(test, block_get(pool, shape, gfp, id, block))
#define PUT(test, pool, shape, block)		GOOD(test, block_put(pool, shape, block))
#define GOOD(test, call) ({							\
	const char *wrong_ = (call);						\
										\
	test_check(test, !wrong_, __FILE__, __LINE__, wrong_);		\
})

#endif /* POOL_TEST_H */
