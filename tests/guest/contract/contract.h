/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What drivers may rely on when they allocate DMA memory, as one line of text per fact. The text
 * does not depend on who serves the request: it has no addresses and no times.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <linux/device.h>
#include <linux/dma-mapping.h>

struct seq_file;

/**
 * struct facts - output of a subject
 * @s: output file
 * @said: the current line has a result
 * @name: name of the current fact
 */
struct facts {
	struct seq_file *s;
	bool said;
	char name[160];
};

/* One debugfs file per subject; lists end with an entry without a name. */
struct subject {
	const char *name;
	void (*run)(struct facts *f);
};

extern const struct subject subjects[];

/* One source file of the same name each */
void coherent_run(struct facts *f);
void attrs_run(struct facts *f);
void gfp_run(struct facts *f);
void masks_run(struct facts *f);
void contexts_run(struct facts *f);
void devices_run(struct facts *f);
void not_coherent_run(struct facts *f);
void pages_run(struct facts *f);
void noncontiguous_run(struct facts *f);
void mmap_run(struct facts *f);
void pools_run(struct facts *f);
void pool_blocks_run(struct facts *f);
void pool_file_run(struct facts *f);
void managed_run(struct facts *f);
void pieces_run(struct facts *f);
void misuse_run(struct facts *f);

/* main.c: devices */
extern struct device *test_dev;		/* coherent, 64 bits */
struct platform_device *device_make(const char *name);

/*
 * facts.c: begin a line, add results, end it. Events seen in between (watch.c) have separate
 * lines, so that differences do not hide each other. facts_line() prints a line without events.
 */
void __printf(3, 4) facts_begin(struct facts *f, struct device *dev, const char *fmt, ...);
void __printf(2, 3) facts_say(struct facts *f, const char *fmt, ...);
void facts_end(struct facts *f);
void facts_next(struct facts *f, const char *what);
void __printf(2, 3) facts_line(struct facts *f, const char *fmt, ...);

/* Report a check: a short word if it passes, an upper-case one if it fails. */
static inline void facts_check(struct facts *f, bool good, const char *yes, const char *no)
{
	facts_say(f, "%s", good ? yes : no);
}

/* watch.c: events of a device, and kernel messages */
int watch_init(void);
void watch_exit(void);
void watch_begin(struct device *dev);
void watch_end(struct facts *f);
void watch_note(const char *what);
void watch_verbose(bool yes);
gfp_t watch_page_gfp(void);
gfp_t watch_slab_gfp(void);

/**
 * struct buffer - coherent memory in use
 * @dev: device
 * @size: requested size
 * @vaddr: kernel address, or NULL
 * @dma: DMA address
 * @seed: seed of its pattern
 */
struct buffer {
	struct device *dev;
	size_t size;
	void *vaddr;
	dma_addr_t dma;
	u32 seed;
};

/* buffer.c */
void buffer_describe(struct facts *f, const struct buffer *b);
void buffer_describe_zeroed(struct facts *f, const struct buffer *b);
void buffer_fill(const struct buffer *b);
bool buffer_kept(const struct buffer *b);
bool buffer_kept_at(const struct buffer *b, const void *vaddr);
bool buffers_overlap(const struct buffer *a, const struct buffer *b);
bool buffer_reachable(const struct buffer *b);
void buffer_take(struct facts *f, struct buffer *b, gfp_t gfp, unsigned long attrs);
void buffer_give(struct facts *f, struct buffer *b, unsigned long attrs);
bool phys_shared(phys_addr_t start, size_t size);

/* map.c: user mappings made by a function */
typedef int (*map_fn)(struct vm_area_struct *vma, void *data);
void map_describe(struct facts *f, const struct buffer *b, map_fn map, void *data,
		  unsigned long pages, unsigned long first);

#endif /* CONTRACT_H */
