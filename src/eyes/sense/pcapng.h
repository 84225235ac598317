/* pcapng.h -- the block half of the capture reader (private to sense/). */
#pragma once

#include "eyes/sense/capture.h"

#define NR_NG_SHB         0x0a0d0d0aU
#define NR_NG_BOM         0x1a2b3c4dU
#define NR_NG_BOM_SWAPPED 0x4d3c2b1aU
#define NR_CAP_US         1000000U

/* Integers in the byte order of the section or file. */
static inline uint32_t nr_cap_u32(const struct nr_capture *c, struct nr_bytes b, size_t at)
{
	return c->swapped ? nr_peek_le32(b, at) : nr_peek_be32(b, at);
}
static inline uint16_t nr_cap_u16(const struct nr_capture *c, struct nr_bytes b, size_t at)
{
	return c->swapped ? nr_peek_le16(b, at) : nr_peek_be16(b, at);
}
/* Up to want bytes at an offset of the material, moving the window when they are not in it; shorter
 * only at the end of the material. */
NR_MUSTUSE enum nr_rc nr_cap_view(struct nr_capture *c, uint64_t at, size_t want,
				  struct nr_bytes *ret, struct nr_err *reterr);
/* Microseconds of a time, or 0 (counted) when it lies beyond the year 9999. */
int64_t nr_cap_time(struct nr_capture *c, uint64_t sec, uint64_t us);
/* True for the three block types that hold a packet. */
bool nr_pcapng_is_packet(uint32_t type);
/* nr_capture_next() for pcapng. */
NR_MUSTUSE enum nr_rc nr_pcapng_next(struct nr_capture *c, struct nr_cap_rec *ret, bool *ret_more,
				     struct nr_err *reterr);
