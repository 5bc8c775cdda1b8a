/* SPDX-License-Identifier: GPL-2.0-only */
/* Common code for the tests of rhi_pool: cases, a device, and checked blocks */
#ifndef POOL_TEST_H
#define POOL_TEST_H

#include <linux/device.h>
#include <linux/prandom.h>

#include <rhi_pool.h>

struct seq_file;

/**
 * struct test - a run of cases
 * @s: output file
 * @nr: number of cases so far
 * @failed: the current case failed
 * @notes: notes printed for the current case
 * @skip: reason for skipping the current case, or NULL
 * @bad_frees: bad frees attempted so far
 * @rnd: random numbers, the same in every run
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

/* Lists end with an entry without a name. */
struct test_case {
	const char *name;
	void (*run)(struct test *test);
};

extern const struct test_case create_cases[], use_cases[], misuse_cases[], atomic_cases[],
	stress_cases[], failure_cases[], hooked_cases[], count_cases[], busy_cases[],
	refuse_cases[], stop_cases[], scribble_cases[], wander_cases[], after_cpus_cases[];

/* main.c: parameters and the device */
extern unsigned long granule;		/* of the host */
extern bool content;			/* the host does not overwrite blocks */
extern unsigned long word;		/* the value it writes otherwise */
extern unsigned int size;		/* block size for count_cases */
extern struct device *test_dev;		/* coherent, 64 bits */

struct platform_device *test_device_make(const char *name, u64 mask);
bool test_check(struct test *test, bool good, const char *file, int line, const char *what);
void __printf(2, 3) test_note(struct test *test, const char *fmt, ...);
void test_keep(struct rhi_pool *pool);
u32 test_random(struct test *test, u32 below);

/* A failed CHECK fails the case and continues. */
#define CHECK(test, cond)	test_check(test, cond, __FILE__, __LINE__, #cond)

/**
 * struct shape - parameters of a pool
 * @size: bytes
 * @align: bytes, or 0
 * @boundary: bytes, or 0
 */
struct shape {
	size_t size, align, boundary;
};

/**
 * struct block - a block in use
 * @vaddr: address, or NULL
 * @dma: DMA address
 * @id: seed of its contents
 */
struct block {
	void *vaddr;
	dma_addr_t dma;
	u32 id;
};

/* block.c: functions return an error text or NULL */
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

/* The same, but an error fails the case */
#define GET(test, pool, shape, gfp, id, block)	GOOD(test, block_get(pool, shape, gfp, id, block))
#define PUT(test, pool, shape, block)		GOOD(test, block_put(pool, shape, block))
#define GOOD(test, call) ({							\
	const char *wrong_ = (call);						\
										\
	test_check(test, !wrong_, __FILE__, __LINE__, wrong_);		\
})

#endif /* POOL_TEST_H */
