#include "eyes/sense/pcapng.h"

enum {
	BLOCK_MIN = 12,
	SHB_MIN = 28,
	IDB = 1,
	OPB = 2,
	SPB = 3,
	EPB = 6,
	IDB_FIXED = 16, /* head of the block to its options */
	PACKET_FIXED = 28,
	SPB_FIXED = 12,
	OPT_TSRESOL = 9,
	OPT_TSOFFSET = 14,
	OPTIONS_MAX = 64,
	BLOCK_PACKET_MAX = NR_CAP_RECORD + 65536 + PACKET_FIXED + 4, /* packet and its options */
};

bool nr_pcapng_is_packet(uint32_t type)
{
	return type == EPB || type == OPB || type == SPB;
}

static enum nr_rc bad(const struct nr_capture *c, enum nr_rc rc, const char *what, uint64_t at,
		      const char *why, uint64_t v, struct nr_err *reterr)
{
	return nr_fail(reterr, rc, what, at, "after packet %llu: %s (%llu)",
		       (unsigned long long)c->number, why, (unsigned long long)v);
}

static enum nr_rc section(struct nr_capture *c, struct nr_bytes b, struct nr_err *reterr)
{
	uint32_t bom = nr_peek_be32(b, 8);

	if (b.n < SHB_MIN)
		return bad(c, NR_E_TRUNCATED, "section header", c->pos, "28 bytes needed", b.n,
			   reterr);
	if (bom != NR_NG_BOM && bom != NR_NG_BOM_SWAPPED)
		return bad(c, NR_E_MALFORMED, "section header", c->pos + 8, "no byte-order mark",
			   bom, reterr);
	c->swapped = bom == NR_NG_BOM_SWAPPED;
	if (nr_cap_u16(c, b, 12) != 1)
		return bad(c, NR_E_UNSUPPORTED, "section header", c->pos + 12,
			   "only pcapng 1.x is known", nr_cap_u16(c, b, 12), reterr);
	c->n_ifaces = 0;
	return NR_OK;
}

static uint64_t units_of(uint8_t res)
{
	uint64_t u = 1;

	if (res & 0x80)
		return (res & 0x7f) < 64 ? UINT64_C(1) << (res & 0x7f) : 0;
	if (res > 19)
		return 0;
	while (res--)
		u *= 10;
	return u;
}

static enum nr_rc interface(struct nr_capture *c, struct nr_bytes b, struct nr_err *reterr)
{
	struct nr_cap_iface f = { .units = NR_CAP_US };
	size_t at = IDB_FIXED;

	if (c->n_ifaces == NR_CAP_IFACES)
		return bad(c, NR_E_LIMIT, "interface block", c->pos, "too many interfaces",
			   NR_CAP_IFACES, reterr);
	f.link = nr_cap_u16(c, b, 8);
	f.snaplen = nr_cap_u32(c, b, 12);
	for (unsigned i = 0; i < OPTIONS_MAX && nr_peek_has(b, at, 4); i++) {
		uint16_t code = nr_cap_u16(c, b, at), len = nr_cap_u16(c, b, at + 2);

		if (code == 0)
			break;
		if (code == OPT_TSRESOL && len == 1)
			f.units = units_of(nr_peek_u8(b, at + 4));
		if (code == OPT_TSOFFSET && len == 8) {
			uint64_t v = nr_peek_be64(b, at + 4);

			f.offset_s = (int64_t)(c->swapped ? __builtin_bswap64(v) : v);
		}
		at += 4 + (((size_t)len + 3) & ~(size_t)3);
	}
	if (f.units == 0)
		return bad(c, NR_E_MALFORMED, "interface block", c->pos,
			   "impossible clock resolution", f.units, reterr);
	c->ifaces[c->n_ifaces++] = f;
	return NR_OK;
}

static int64_t time_of(struct nr_capture *c, const struct nr_cap_iface *f, uint64_t ts)
{
	uint64_t sec = ts / f->units, rest = ts % f->units, us;

	if (f->offset_s < 0 && sec < 0 - (uint64_t)f->offset_s) {
		c->bad_times++;
		return 0;
	}
	/* A resolution finer than a microsecond divides, a coarser one multiplies; in this order
	 * neither step overflows. */
	if (f->units > UINT64_C(1000000000000))
		us = rest / (f->units / NR_CAP_US);
	else
		us = rest * NR_CAP_US / f->units;
	return nr_cap_time(c, sec + (uint64_t)f->offset_s, us);
}

static enum nr_rc packet(struct nr_capture *c, struct nr_bytes b, uint32_t type,
			 struct nr_cap_rec *ret, struct nr_err *reterr)
{
	size_t fixed = type == SPB ? SPB_FIXED : PACKET_FIXED;
	uint32_t iface = 0, len;

	if (b.n < fixed + 4)
		return bad(c, NR_E_MALFORMED, "packet block", c->pos, "shorter than its header",
			   b.n, reterr);
	if (type == EPB)
		iface = nr_cap_u32(c, b, 8);
	else if (type == OPB)
		iface = nr_cap_u16(c, b, 8);
	if (iface >= c->n_ifaces)
		return bad(c, NR_E_MALFORMED, "packet block", c->pos + 8,
			   "names an interface that was not described", iface, reterr);
	ret->at_us = 0;
	if (type == SPB) {
		uint32_t snap = c->ifaces[0].snaplen;

		ret->wire_len = nr_cap_u32(c, b, 8);
		len = snap && snap < ret->wire_len ? snap : ret->wire_len;
	} else {
		ret->at_us = time_of(c, &c->ifaces[iface],
				     (uint64_t)nr_cap_u32(c, b, 12) << 32 | nr_cap_u32(c, b, 16));
		len = nr_cap_u32(c, b, 20);
		ret->wire_len = nr_cap_u32(c, b, 24);
	}
	if (len > b.n - fixed - 4)
		return bad(c, NR_E_MALFORMED, "packet block", c->pos + 20,
			   "packet longer than its block", len, reterr);
	if (len > NR_CAP_RECORD)
		return bad(c, NR_E_LIMIT, "packet length", c->pos + 20, "packet too long", len,
			   reterr);
	ret->data = nr_peek_cut(b, fixed, len);
	ret->link = c->ifaces[iface].link;
	ret->number = ++c->number;
	ret->offset = c->pos;
	ret->length = (uint32_t)b.n;
	ret->head = (uint32_t)fixed;
	return NR_OK;
}

/* The length of the block at c->pos, checked against the file and its own trailer. */
static enum nr_rc block_length(struct nr_capture *c, struct nr_bytes b, uint32_t *ret,
			       struct nr_err *reterr)
{
	uint64_t left = c->src->size - c->pos;
	uint32_t len = nr_cap_u32(c, b, 4);

	if (len < BLOCK_MIN || len % 4)
		return bad(c, NR_E_MALFORMED, "block length", c->pos + 4,
			   "a block has at least 12 bytes, a multiple of 4", len, reterr);
	if (len > left)
		return bad(c, NR_E_TRUNCATED, "block", c->pos,
			   "block runs past the end of the file", len, reterr);
	*ret = len;
	return NR_OK;
}

static enum nr_rc trailer(struct nr_capture *c, uint32_t len, struct nr_err *reterr)
{
	struct nr_bytes t;

	NR_TRY(nr_cap_view(c, c->pos + len - 4, 4, &t, reterr));
	if (nr_cap_u32(c, t, 0) != len)
		return bad(c, NR_E_MALFORMED, "block length", c->pos + len - 4,
			   "the two lengths of a block differ", nr_cap_u32(c, t, 0), reterr);
	return NR_OK;
}

static enum nr_rc one_block(struct nr_capture *c, struct nr_cap_rec *ret, bool *ret_packet,
			    struct nr_err *reterr)
{
	struct nr_bytes b;
	uint32_t type, len;

	NR_TRY(nr_cap_view(c, c->pos, SHB_MIN, &b, reterr));
	if (b.n < BLOCK_MIN)
		return bad(c, NR_E_TRUNCATED, "block", c->pos, "bytes left, a block has 12", b.n,
			   reterr);
	type = nr_cap_u32(c, b, 0);
	if (type == NR_NG_SHB)
		NR_TRY(section(c, b, reterr));
	NR_TRY(block_length(c, b, &len, reterr));
	*ret_packet = nr_pcapng_is_packet(type);
	if (*ret_packet || type == IDB) {
		if (len > BLOCK_PACKET_MAX)
			return bad(c, NR_E_LIMIT, "block length", c->pos + 4, "block too long", len,
				   reterr);
		NR_TRY(nr_cap_view(c, c->pos, len, &b, reterr));
		if (b.n < len)
			return bad(c, NR_E_TRUNCATED, "block", c->pos, "file shrank", b.n, reterr);
		if (nr_cap_u32(c, b, len - 4) != len)
			return trailer(c, len, reterr);
	} else {
		NR_TRY(trailer(c, len, reterr));
		c->skipped++;
	}
	if (*ret_packet)
		NR_TRY(packet(c, b, type, ret, reterr));
	else if (type == IDB)
		NR_TRY(interface(c, b, reterr));
	c->pos += len;
	return NR_OK;
}

enum nr_rc nr_pcapng_next(struct nr_capture *c, struct nr_cap_rec *ret, bool *ret_more,
			  struct nr_err *reterr)
{
	bool is_packet = false;

	/* Every block moves pos by at least 12 bytes: the loop ends with the file. */
	while (!is_packet && c->pos < c->src->size)
		NR_TRY(one_block(c, ret, &is_packet, reterr));
	*ret_more = is_packet;
	return NR_OK;
}
