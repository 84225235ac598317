/* view.h -- two kinds of slice that the compiler keeps apart.
 *
 *   struct nr_bytes  bytes of unknown origin; may hold NUL, bad UTF-8, anything.
 *   struct nr_str    text already validated as UTF-8 without NUL; safe to log, store, show.
 *
 * nr_str_check() is the only bridge.  Views never own memory: see the arena or owner they name. */
#pragma once

#include "base/err.h"

struct nr_bytes {
	const uint8_t *p;
	size_t n;
};

struct nr_str {
	const char *p;
	size_t n;
};

#define NR_STR(lit) ((struct nr_str){ .p = "" lit, .n = sizeof(lit) - 1 })

/* Same length, same bytes. */
static inline bool nr_bytes_eq(struct nr_bytes a, struct nr_bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Same length, same bytes (no folding). */
static inline bool nr_str_eq(struct nr_str a, struct nr_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The text as bytes: the way back is nr_str_check(). */
static inline struct nr_bytes nr_str_bytes(struct nr_str s)
{
	return (struct nr_bytes){ (const uint8_t *)s.p, s.n };
}

/* A view of a NUL-terminated string of our own (argv, literals, table entries): trusted text. */
static inline struct nr_str nr_str_c(const char *s)
{
	return (struct nr_str){ s, s ? strlen(s) : 0 };
}

/* For printf: printf("%.*s", NR_FMT(s)). */
#define NR_FMT(s) (int)(s).n, (s).p ? (s).p : ""

/* Longest valid prefix check; NR_E_MALFORMED with the offset of the first bad byte. */
NR_MUSTUSE enum nr_rc nr_str_check(struct nr_bytes in, struct nr_str *ret, struct nr_err *reterr);
