/* wr.h -- the byte writer: a buffer that grows up to a maximum fixed at birth.
 *
 * Sticky error: after the first failed write every write is a no-op, so output code is a straight
 * list of writes followed by one check of w->rc.  Memory: heap, released by nr_wr_done().
 * Threading: one writer per thread.  Errors: NR_E_LIMIT (maximum reached), NR_E_NOMEM. */
#pragma once

#include "base/view.h"

struct nr_wr {
	uint8_t *p;
	size_t n;   /* bytes written              */
	size_t cap; /* bytes allocated            */
	size_t max; /* never grows beyond this    */
	enum nr_rc rc;
};

#define NR_WR_INIT(max_) ((struct nr_wr){ .max = (max_) })

/* Frees the buffer; usable with NR_CLEANUP; idempotent. */
void nr_wr_done(struct nr_wr *w);
/* Empties the writer and clears its error; keeps the memory for reuse. */
void nr_wr_reset(struct nr_wr *w);

/* Appends n raw bytes. */
void nr_wr_bytes(struct nr_wr *w, const void *p, size_t n);
/* Appends one byte. */
void nr_wr_u8(struct nr_wr *w, uint8_t v);
/* Appends a NUL-terminated literal or a view, without its terminator. */
void nr_wr_cstr(struct nr_wr *w, const char *s);
void nr_wr_str(struct nr_wr *w, struct nr_str s);
/* Appends formatted text (at most 4,096 bytes a call; more latches NR_E_LIMIT). */
void nr_wr_fmt(struct nr_wr *w, const char *fmt, ...) NR_PRINTF(2, 3);
/* Appends lower-case hexadecimal of n bytes. */
void nr_wr_hex(struct nr_wr *w, const uint8_t *p, size_t n);
/* Appends standard base64 (RFC 4648 section 4, padded). */
void nr_wr_base64(struct nr_wr *w, const uint8_t *p, size_t n);
/* Appends a JSON string with quotes and escapes (RFC 8259 section 7); UTF-8 passes through. */
void nr_wr_json(struct nr_wr *w, struct nr_str s);

/* The bytes written so far; NR_BORROWED until the next write. */
static inline struct nr_bytes nr_wr_view(const struct nr_wr *w)
{
	return (struct nr_bytes){ w->p, w->n };
}
