/* peek.h -- bounded loads at a position of a view, for paths that see millions of packets a second.
 *
 * The second way to read hostile bytes beside rd.h: no cursor and no sticky error, one inlined bounds
 * check a load.  A load outside the view yields zero and a cut outside it yields an empty view, so a
 * forgotten length check gives a wrong number, never a wrong read. */
#pragma once

#include "base/view.h"

/* True when n bytes stand at position at. */
static inline bool nr_peek_has(struct nr_bytes b, size_t at, size_t n)
{
	return at <= b.n && n <= b.n - at;
}
/* The rest of the view from position at; empty beyond its end. */
static inline struct nr_bytes nr_peek_from(struct nr_bytes b, size_t at)
{
	return at < b.n ? (struct nr_bytes){ b.p + at, b.n - at } : (struct nr_bytes){ NULL, 0 };
}
/* At most n bytes of the view from position at. */
static inline struct nr_bytes nr_peek_cut(struct nr_bytes b, size_t at, size_t n)
{
	struct nr_bytes r = nr_peek_from(b, at);

	if (r.n > n)
		r.n = n;
	return r;
}
/* Where inner, a piece cut out of outer, starts in it; outer.n when it is empty. */
static inline size_t nr_peek_offset(struct nr_bytes outer, struct nr_bytes inner)
{
	return inner.n ? (size_t)(inner.p - outer.p) : outer.n;
}
/* Loads in network order; zero outside the view. */
static inline uint8_t nr_peek_u8(struct nr_bytes b, size_t at)
{
	return at < b.n ? b.p[at] : 0;
}
/* (two bytes) */
static inline uint16_t nr_peek_be16(struct nr_bytes b, size_t at)
{
	uint16_t v;

	if (!nr_peek_has(b, at, sizeof(v)))
		return 0;
	memcpy(&v, b.p + at, sizeof(v));
	return __builtin_bswap16(v);
}
/* (four bytes) */
static inline uint32_t nr_peek_be32(struct nr_bytes b, size_t at)
{
	uint32_t v;

	if (!nr_peek_has(b, at, sizeof(v)))
		return 0;
	memcpy(&v, b.p + at, sizeof(v));
	return __builtin_bswap32(v);
}
/* (eight bytes; zero when either half is outside) */
static inline uint64_t nr_peek_be64(struct nr_bytes b, size_t at)
{
	return (uint64_t)nr_peek_be32(b, at) << 32 | nr_peek_be32(b, at + 4);
}
/* The same in little-endian order. */
static inline uint16_t nr_peek_le16(struct nr_bytes b, size_t at)
{
	return __builtin_bswap16(nr_peek_be16(b, at));
}
/* (four bytes) */
static inline uint32_t nr_peek_le32(struct nr_bytes b, size_t at)
{
	return __builtin_bswap32(nr_peek_be32(b, at));
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "peek.h swaps unconditionally: Noroshi is built for little-endian machines (x86-64, arm64)"
#endif
