// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that does not know rhi_probe and only allocates and frees memory: measures the cost of
 * that with the hook off and on (scripts/bench). Results are in
 * /sys/module/pairs/parameters/figures, one per line.
 *
 * Times are in nanoseconds, which are instructions with scripts/realm --icount. They include the
 * CPU time of all tasks, because a free may leave work to a worker.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/set_memory.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>

#include <compat.h>

#define POOL_PAIRS	10000
#define BUFFER_PAIRS	100
#define COLD_BUFFERS	10
#define ROUNDS		5
#define PAUSE_MS	5000	/* longer than an allocator keeps spare memory */
#define WORKERS_MS	100	/* longer than any worker runs */

static bool wander;
module_param(wander, bool, 0444);
MODULE_PARM_DESC(wander, "Do not measure: use a dma_pool with blocks of 64K on each CPU in turn, and keep it with one block in use (off)");

static char figures[1024];
module_param_string(figures, figures, sizeof(figures), 0444);
MODULE_PARM_DESC(figures, "Call, bytes, cold or warm, nanoseconds per allocation and free (read-only)");

struct buffer {
	void *vaddr;
	dma_addr_t dma;
};

static struct platform_device *pdev;
static struct dma_pool *pool;
static struct buffer kept;	/* the block in use if @wander */

static int pairs_alloc(size_t size, struct buffer *b)
{
	if (pool)
		b->vaddr = dma_pool_alloc(pool, GFP_KERNEL, &b->dma);
	else
		b->vaddr = dma_alloc_coherent(&pdev->dev, size, &b->dma, GFP_KERNEL);
	return b->vaddr ? 0 : -ENOMEM;
}

static void pairs_free(size_t size, const struct buffer *b)
{
	if (!b->vaddr)
		return;
	if (pool)
		dma_pool_free(pool, b->vaddr, b->dma);
	else
		dma_free_coherent(&pdev->dev, size, b->vaddr, b->dma);
}

/* Allocate and free in turn, like a driver with one request at a time. */
static int warm(size_t size, unsigned int count)
{
	int err = 0;

	while (count-- && !err) {
		struct buffer b;

		err = pairs_alloc(size, &b);
		pairs_free(size, &b);
	}
	return err;
}

/* Allocate everything before freeing anything, so that no allocator can reuse memory. */
static int cold(size_t size, unsigned int count)
{
	struct buffer b[COLD_BUFFERS] = { };
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++)
		err = pairs_alloc(size, &b[i]);
	for (unsigned int i = 0; i < count; i++)
		pairs_free(size, &b[i]);
	return err;
}

/* CPU time used by all tasks, after the workers are done */
static s64 busy_ns(void)
{
	struct task_struct *process, *task;
	s64 sum = 0;

	msleep(WORKERS_MS);
	rcu_read_lock();
	for_each_process_thread(process, task)
		sum += task->se.sum_exec_runtime;
	rcu_read_unlock();
	return sum;
}

/*
 * Two costs of the simulator must not count: it writes the summary for each of the first 1024
 * misaligned requests, and for a conversion if it has not done so for a millisecond. Use up the
 * former here, and do a conversion right before each measurement.
 */
static int fill_list(void)
{
	return warm(SZ_4K, 600);
}

static int convert_some(void)
{
	const unsigned int order = get_order(SZ_64K);
	const unsigned long vaddr = __get_free_pages(GFP_KERNEL, order);
	int err;

	if (!vaddr)
		return -ENOMEM;
	err = set_memory_decrypted(vaddr, 1 << order) ?: set_memory_encrypted(vaddr, 1 << order);
	if (!err)
		free_pages(vaddr, order);
	return err;
}

static int measure(const char *call, int (*work)(size_t size, unsigned int count), size_t size,
		   unsigned int count)
{
	const size_t len = strlen(figures);
	s64 ns = S64_MAX, ns_of_none = S64_MAX;
	int err = 0;

	/* Take the minimum of several rounds: other tasks run now and then. */
	for (int i = 0; i < ROUNDS && !err; i++) {
		s64 before, start;

		msleep(PAUSE_MS);
		before = busy_ns();
		err = convert_some();
		start = busy_ns();
		err = err ?: convert_some() ?: work(size, count);
		ns = min(ns, busy_ns() - start);
		ns_of_none = min(ns_of_none, start - before);
	}
	scnprintf(figures + len, sizeof(figures) - len, "%s %zu %s %lld\n", call, size,
		  work == cold ? "cold" : "warm", (ns - ns_of_none) / count);
	return err;
}

static int measure_pool(size_t size)
{
	int err;

	pool = dma_pool_create("pairs", &pdev->dev, size, 0, 0);
	if (!pool)
		return -ENOMEM;
	err = measure("dma_pool_alloc", warm, size, POOL_PAIRS);
	dma_pool_destroy(pool);
	pool = NULL;
	return err;
}

static int measure_buffers(size_t size)
{
	return measure("dma_alloc_coherent", cold, size, COLD_BUFFERS) ?:
	       measure("dma_alloc_coherent", warm, size, BUFFER_PAIRS);
}

/* Smaller than a granule: as in a driver that has another buffer in use */
static int measure_small_buffers(size_t size)
{
	struct buffer other;
	int err;

	err = pairs_alloc(size, &other) ?: measure_buffers(size);
	pairs_free(size, &other);
	return err;
}

static long use_here(void *unused)
{
	return warm(SZ_64K, 2);
}

static int use_everywhere(void)
{
	unsigned int cpu;
	int err;

	pool = dma_pool_create("pairs", &pdev->dev, SZ_64K, 0, 0);
	if (!pool)
		return -ENOMEM;
	err = pairs_alloc(SZ_64K, &kept);
	for_each_online_cpu(cpu)
		err = err ?: work_on_cpu(cpu, use_here, NULL);
	return err;
}

static void pairs_exit(void)
{
	if (pool) {
		pairs_free(SZ_64K, &kept);
		dma_pool_destroy(pool);
	}
	platform_device_unregister(pdev);
}
module_exit(pairs_exit);

static int __init pairs_init(void)
{
	int err;

	pdev = platform_device_register_simple("pairs", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	dev_assign_dma_coherent(&pdev->dev, true);
	err = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (!err && wander)
		err = use_everywhere();
	else if (!err)
		err = fill_list() ?: measure_pool(256) ?:
		      measure_small_buffers(SZ_4K) ?: measure_small_buffers(SZ_16K) ?:
		      measure_buffers(SZ_64K) ?: measure_buffers(SZ_256K) ?: measure_buffers(SZ_1M);
	if (err)
		pairs_exit();
	return err;
}
module_init(pairs_init);

MODULE_DESCRIPTION("Measure the cost of allocating and freeing DMA memory");
MODULE_LICENSE("GPL");
