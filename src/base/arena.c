#include "base/arena.h"

#include <stdarg.h>
#include <sys/mman.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define NR_ASAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define NR_ASAN 1
#endif

#ifdef NR_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK_MIN = 4096, ALIGN = 16, HUGE = 1 << 20 };

struct nr_arena_block {
	struct nr_arena_block *prev;
	size_t size;
	size_t fill;
	size_t dirty; /* bytes from here on are zero: nobody had them yet */
	_Alignas(16) unsigned char data[];
};

#ifdef NR_ASAN
enum { MAPPED_FROM = 1 << 30 };
#else
enum { MAPPED_FROM = HUGE };
#endif

/* Large blocks come zeroed from the system, so that what nobody touches costs nothing.  The address
 * sanitizer does not watch such memory. */
static struct nr_arena_block *block_map(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* Large tables are read at random: fewer, larger pages.  A kernel without them refuses. */
	(void)madvise(p, n, MADV_HUGEPAGE);
	return p;
}

static struct nr_arena_block *block_new(size_t want)
{
	size_t size = want > BLOCK_MIN ? want : BLOCK_MIN;
	bool mapped = size >= MAPPED_FROM;
	struct nr_arena_block *b =
		mapped ? block_map(sizeof(*b) + size) : malloc(sizeof(*b) + size);

	if (!b)
		return NULL;
	*b = (struct nr_arena_block){ .size = size, .dirty = mapped ? 0 : size };
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

static void block_free(struct nr_arena_block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
	if (b->size >= MAPPED_FROM)
		(void)munmap(b, sizeof(*b) + b->size);
	else
		free(b);
}

void *nr_arena_zalloc(struct nr_arena *a, size_t count, size_t size)
{
	size_t n;
	struct nr_arena_block *b;
	unsigned char *p;

	if (__builtin_mul_overflow(count, size, &n) || n > SIZE_MAX - ALIGN)
		goto exhausted;
	n = (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
	if (n == 0)
		n = ALIGN;
	if (n > a->cap - a->used)
		goto exhausted;
	b = a->head;
	if (!b || b->size - b->fill < n) {
		b = block_new(n);
		if (!b)
			goto exhausted;
		b->prev = a->head;
		a->head = b;
	}
	p = b->data + b->fill;
	ASAN_UNPOISON_MEMORY_REGION(p, count * size);
	if (b->fill < b->dirty)
		memset(p, 0, count * size);
	b->fill += n;
	a->used += n;
	if (b->fill > b->dirty)
		b->dirty = b->fill;
	return p;

exhausted:
	a->exhausted = true;
	return NULL;
}

struct nr_arena_mark nr_arena_mark(const struct nr_arena *a)
{
	return (struct nr_arena_mark){
		.head = a->head,
		.fill = a->head ? a->head->fill : 0,
		.used = a->used,
	};
}

void nr_arena_rewind(struct nr_arena *a, struct nr_arena_mark m)
{
	while (a->head != m.head) {
		struct nr_arena_block *b = a->head;

		a->head = b->prev;
		block_free(b);
	}
	if (a->head) {
		a->head->fill = m.fill;
		ASAN_POISON_MEMORY_REGION(a->head->data + m.fill, a->head->size - m.fill);
	}
	a->used = m.used;
	a->exhausted = false;
}

void nr_arena_done(struct nr_arena *a)
{
	nr_arena_rewind(a, (struct nr_arena_mark){ .head = NULL });
}

struct nr_bytes nr_arena_dup(struct nr_arena *a, struct nr_bytes b)
{
	uint8_t *p = nr_arena_zalloc(a, b.n ? b.n : 1, 1);

	if (!p)
		return (struct nr_bytes){ NULL, 0 };
	if (b.n)
		memcpy(p, b.p, b.n);
	return (struct nr_bytes){ p, b.n };
}

struct nr_str nr_arena_str(struct nr_arena *a, struct nr_str s)
{
	struct nr_bytes b = nr_arena_dup(a, (struct nr_bytes){ (const uint8_t *)s.p, s.n });

	return (struct nr_str){ (const char *)b.p, b.n };
}

struct nr_str nr_arena_fmt(struct nr_arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? NULL : nr_arena_zalloc(a, (size_t)n + 1, 1);
	if (p)
		(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct nr_str){ p, p ? (size_t)n : 0 };
}

const char *nr_arena_cstr(struct nr_arena *a, struct nr_str s)
{
	char *p = nr_arena_zalloc(a, s.n + 1, 1);

	if (p && s.n)
		memcpy(p, s.p, s.n);
	return p;
}
