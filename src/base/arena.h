/* arena.h -- region allocator with a hard cap.
 *
 * One arena per unit of work (a packet, a message, an HTTP request, a case import).  Nothing is
 * released alone; nr_arena_done() releases all.  The cap is the memory budget of hostile input:
 * reaching it makes allocations return NULL and latches a->exhausted. */
#pragma once

#include "base/view.h"

struct nr_arena_block;

struct nr_arena {
	struct nr_arena_block *head;
	size_t used;
	size_t cap;
	bool exhausted;
};

struct nr_arena_mark {
	struct nr_arena_block *head;
	size_t fill;
	size_t used;
};

#define NR_ARENA_INIT(cap_) ((struct nr_arena){ .cap = (cap_) })

void nr_arena_done(struct nr_arena *a); /* idempotent; usable with NR_CLEANUP */

/* count * size zeroed bytes; NULL at the cap or on overflow (a->exhausted is then set). */
NR_MUSTUSE NR_ARENA void *nr_arena_zalloc(struct nr_arena *a, size_t count, size_t size)
	__attribute__((alloc_size(2, 3)));

/* Scratch inside a longer-lived arena: everything after the mark is released by rewind. */
struct nr_arena_mark nr_arena_mark(const struct nr_arena *a);
void nr_arena_rewind(struct nr_arena *a, struct nr_arena_mark m);

#define NR_NEW(a, T)      ((T *)nr_arena_zalloc((a), 1, sizeof(T)))
#define NR_NEW_N(a, T, n) ((T *)nr_arena_zalloc((a), (n), sizeof(T)))

/* Copies into the arena; an empty view at the cap (a->exhausted is then set). */
NR_ARENA struct nr_bytes nr_arena_dup(struct nr_arena *a, struct nr_bytes b);
NR_ARENA struct nr_str nr_arena_str(struct nr_arena *a, struct nr_str s);
/* Formats into the arena; an empty view at the cap. */
NR_ARENA struct nr_str nr_arena_fmt(struct nr_arena *a, const char *fmt, ...) NR_PRINTF(2, 3);
/* NUL-terminated copy for system-call edges; NULL at the cap. */
NR_ARENA const char *nr_arena_cstr(struct nr_arena *a, struct nr_str s);
