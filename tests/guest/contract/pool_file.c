// SPDX-License-Identifier: GPL-2.0-only
/* The sysfs file "pools" of a device with pools */
#include <linux/dmapool.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "contract.h"

#define FILE_NAME	"/sys/devices/platform/contract_file/pools"
#define LEN		2048

/* Contents of the file, or NULL if it does not exist */
static char *contents(void)
{
	struct file *file = filp_open(FILE_NAME, O_RDONLY, 0);
	char *text;
	loff_t pos = 0;
	ssize_t got;

	if (IS_ERR(file))
		return NULL;
	text = kzalloc(LEN, GFP_KERNEL);
	got = text ? kernel_read(file, text, LEN - 1, &pos) : -ENOMEM;
	filp_close(file, NULL);
	if (got < 0) {
		kfree(text);
		return NULL;
	}
	return text;
}

/* Separate facts for what a reader looks for, and for the memory usage */
static void look(struct facts *f, const char *when)
{
	char *text = contents(), *rest = text, *line;

	if (!text) {
		facts_line(f, "pools file, %s: no file", when);
		return;
	}
	line = strsep(&rest, "\n");
	facts_line(f, "pools file, %s, first line: %s", when, line);
	while (rest && (line = strsep(&rest, "\n")) && *line) {
		unsigned long active, blocks, size, pages;
		char name[32];

		if (sscanf(line, "%31s %lu %lu %lu %lu", name, &active, &blocks, &size,
			   &pages) != 5) {
			facts_line(f, "pools file, %s: another line '%s'", when, line);
			continue;
		}
		facts_line(f, "pools file, %s, %s: %lu active of %lu bytes", when, name, active,
			   size);
		facts_line(f, "pools file, %s, %s, memory: %lu blocks in %lu pieces", when, name,
			   blocks, pages);
	}
	kfree(text);
}

void pool_file_run(struct facts *f)
{
	struct platform_device *pdev = device_make("contract_file");
	struct dma_pool *a, *b, *c;
	dma_addr_t dma[3];
	void *vaddr[3];

	if (!pdev || dma_set_coherent_mask(&pdev->dev, DMA_BIT_MASK(64)))
		return;
	look(f, "no pool");
	a = dma_pool_create("a", &pdev->dev, 3, 4, 0);
	look(f, "pool a created");
	b = dma_pool_create("b, of a very long name that is cut", &pdev->dev, 100, 64, 0);
	c = dma_pool_create("c", &pdev->dev, 5000, 0, 0);
	look(f, "pools a, b and c created");
	if (a && b && c) {
		vaddr[0] = dma_pool_alloc(a, GFP_KERNEL, &dma[0]);
		vaddr[1] = dma_pool_alloc(c, GFP_KERNEL, &dma[1]);
		vaddr[2] = dma_pool_alloc(c, GFP_KERNEL, &dma[2]);
		look(f, "one block of a, two of c");
		if (vaddr[1])
			dma_pool_free(c, vaddr[1], dma[1]);
		look(f, "one block of a, one of c");
		if (vaddr[0])
			dma_pool_free(a, vaddr[0], dma[0]);
		if (vaddr[2])
			dma_pool_free(c, vaddr[2], dma[2]);
		look(f, "all free");
	}
	dma_pool_destroy(a);
	look(f, "a destroyed");
	dma_pool_destroy(b);
	dma_pool_destroy(c);
	look(f, "all destroyed");
	a = dma_pool_create("again", &pdev->dev, 64, 0, 0);
	look(f, "created again");
	dma_pool_destroy(a);
	look(f, "destroyed again");
	platform_device_unregister(pdev);
}
