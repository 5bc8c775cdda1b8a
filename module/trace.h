/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events, /sys/kernel/tracing/events/rhi: see docs/ABI/testing/tracing-rhi. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM rhi

#if !defined(_RHI_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _RHI_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

/*
 * Names have a fixed length because bpftrace 0.23 in Debian 13 misreads dynamic strings: it
 * multiplies the offset in __data_loc by four. The longest FID name takes 34 bytes including its
 * NUL.
 */
#define RHI_TRACE_NAME	40

TRACE_EVENT(host_call,
	TP_PROTO(u32 fid, const char *name, u64 rsi, u64 answer, u64 ns),
	TP_ARGS(fid, name, rsi, answer, ns),

	TP_STRUCT__entry(
		__field(u64, rsi)
		__field(u64, answer)
		__field(u64, ns)
		__field(u32, fid)
		__array(char, name, RHI_TRACE_NAME)
	),

	TP_fast_assign(
		__entry->rsi = rsi;
		__entry->answer = answer;
		__entry->ns = ns;
		__entry->fid = fid;
		strscpy_pad(__entry->name, name);
	),

	TP_printk("fid=0x%x rsi=%llu answer=0x%llx ns=%llu name=%s", __entry->fid, __entry->rsi,
		  __entry->answer, __entry->ns, __entry->name)
);

TRACE_EVENT(convert,
	TP_PROTO(const char *dev, const char *owner, phys_addr_t phys, size_t size, bool share,
		 int result, u64 ns),
	TP_ARGS(dev, owner, phys, size, share, result, ns),

	TP_STRUCT__entry(
		__field(u64, phys)
		__field(u64, size)
		__field(u64, ns)
		__field(int, result)
		__field(bool, share)
		__array(char, dev, RHI_TRACE_NAME)
		__array(char, owner, RHI_TRACE_NAME)
	),

	TP_fast_assign(
		__entry->phys = phys;
		__entry->size = size;
		__entry->ns = ns;
		__entry->result = result;
		__entry->share = share;
		strscpy_pad(__entry->dev, dev);
		strscpy_pad(__entry->owner, owner);
	),

	TP_printk("%s phys=0x%llx size=%llu result=%d ns=%llu dev=%s owner=%s",
		  __entry->share ? "share" : "unshare", __entry->phys, __entry->size,
		  __entry->result, __entry->ns, __entry->dev, __entry->owner)
);

TRACE_EVENT(chunk_leak,
	TP_PROTO(const char *dev, const char *owner, size_t size),
	TP_ARGS(dev, owner, size),

	TP_STRUCT__entry(
		__field(u64, size)
		__array(char, dev, RHI_TRACE_NAME)
		__array(char, owner, RHI_TRACE_NAME)
	),

	TP_fast_assign(
		__entry->size = size;
		strscpy_pad(__entry->dev, dev);
		strscpy_pad(__entry->owner, owner);
	),

	TP_printk("size=%llu dev=%s owner=%s", __entry->size, __entry->dev, __entry->owner)
);

DECLARE_EVENT_CLASS(pool_chunk,
	TP_PROTO(struct device *dev, const char *pool, size_t size, unsigned int chunks),
	TP_ARGS(dev, pool, size, chunks),

	TP_STRUCT__entry(
		__field(u64, size)
		__field(u32, chunks)
		__array(char, dev, RHI_TRACE_NAME)
		__array(char, pool, RHI_TRACE_NAME)
	),

	TP_fast_assign(
		__entry->size = size;
		__entry->chunks = chunks;
		strscpy_pad(__entry->dev, dev_name(dev));
		strscpy_pad(__entry->pool, pool);
	),

	TP_printk("size=%llu chunks=%u dev=%s pool=%s", __entry->size, __entry->chunks,
		  __entry->dev, __entry->pool)
);

DEFINE_EVENT(pool_chunk, pool_grow,
	TP_PROTO(struct device *dev, const char *pool, size_t size, unsigned int chunks),
	TP_ARGS(dev, pool, size, chunks)
);

DEFINE_EVENT(pool_chunk, pool_shrink,
	TP_PROTO(struct device *dev, const char *pool, size_t size, unsigned int chunks),
	TP_ARGS(dev, pool, size, chunks)
);

TRACE_EVENT(hook_redirect,
	TP_PROTO(const char *function, unsigned long caller),
	TP_ARGS(function, caller),

	TP_STRUCT__entry(
		__field(unsigned long, caller)
		__array(char, function, RHI_TRACE_NAME)
	),

	TP_fast_assign(
		__entry->caller = caller;
		strscpy_pad(__entry->function, function);
	),

	TP_printk("function=%s caller=%pS", __entry->function, (void *)__entry->caller)
);

#endif /* _RHI_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
