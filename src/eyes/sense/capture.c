#include "eyes/sense/capture.h"

#include "eyes/sense/pcapng.h"

enum {
	PCAP_HEAD = 24,
	PCAP_REC = 16,
	PCAP_REC_MODIFIED = 24,
};

#define MAGIC_US       0xa1b2c3d4U
#define MAGIC_NS       0xa1b23c4dU
#define MAGIC_MODIFIED 0xa1b2cd34U

unsigned nr_capture_probe(struct nr_bytes head)
{
	uint32_t m = nr_peek_be32(head, 0);

	if (m == NR_NG_SHB) {
		uint32_t bom = nr_peek_be32(head, 8);

		return bom == NR_NG_BOM || bom == NR_NG_BOM_SWAPPED ? 100 : 0;
	}
	if (m == MAGIC_US || m == MAGIC_NS || m == MAGIC_MODIFIED)
		return 95;
	m = __builtin_bswap32(m);
	return m == MAGIC_US || m == MAGIC_NS || m == MAGIC_MODIFIED ? 95 : 0;
}

enum nr_rc nr_cap_view(struct nr_capture *c, uint64_t at, size_t want, struct nr_bytes *ret,
		       struct nr_err *reterr)
{
	struct nr_bytes win = { c->buf, c->n };

	if (at < c->base || at - c->base > c->n || c->n - (size_t)(at - c->base) < want) {
		size_t n = 0;

		NR_TRY(nr_src_read(c->src, at, c->buf, c->window, &n, reterr));
		c->base = at;
		c->n = n;
		win.n = n;
	}
	*ret = nr_peek_cut(win, (size_t)(at - c->base), want);
	return NR_OK;
}

int64_t nr_cap_time(struct nr_capture *c, uint64_t sec, uint64_t us)
{
	enum { YEAR_10000_H = 70389528 }; /* hours from 1970 to the year 10000 */

	if (sec / 3600 < YEAR_10000_H)
		return (int64_t)(sec * NR_CAP_US + us);
	c->bad_times++;
	return 0;
}

static enum nr_rc open_pcap(struct nr_capture *c, struct nr_bytes head, uint32_t magic,
			    struct nr_err *reterr)
{
	unsigned major;

	if (head.n < PCAP_HEAD)
		return nr_fail(reterr, NR_E_TRUNCATED, "capture header", 0,
			       "a pcap header has 24 bytes, %zu are there", head.n);
	c->nano = magic == MAGIC_NS;
	c->modified = magic == MAGIC_MODIFIED;
	major = nr_cap_u16(c, head, 4);
	if (major != 2)
		return nr_fail(reterr, NR_E_UNSUPPORTED, "capture header", 4,
			       "pcap version %u.%u; only 2.x is known", major,
			       nr_cap_u16(c, head, 6));
	c->link = nr_cap_u32(c, head, 20) & 0xffff; /* the upper bits speak of frame checks */
	c->pos = PCAP_HEAD;
	return NR_OK;
}

enum nr_rc nr_capture_open(struct nr_capture *c, const struct nr_src *src, size_t window,
			   struct nr_arena *a, struct nr_err *reterr)
{
	struct nr_bytes head;
	uint32_t m;

	if (window < NR_CAP_WINDOW_MIN)
		window = NR_CAP_WINDOW_MIN;
	if (window > NR_CAP_WINDOW_MAX)
		window = NR_CAP_WINDOW_MAX;
	if (window > src->size)
		window = src->size ? (size_t)src->size : 1;
	*c = (struct nr_capture){ .src = src, .window = window };
	c->buf = NR_NEW_N(a, uint8_t, window);
	if (!c->buf)
		return nr_fail(reterr, NR_E_LIMIT, "capture window", 0, "no memory for %zu bytes",
			       window);
	NR_TRY(nr_cap_view(c, 0, PCAP_HEAD, &head, reterr));
	m = nr_peek_be32(head, 0);
	if (m == NR_NG_SHB) {
		c->ng = true;
		c->ifaces = NR_NEW_N(a, struct nr_cap_iface, NR_CAP_IFACES);
		if (!c->ifaces)
			return nr_fail(reterr, NR_E_LIMIT, "interfaces", 0, "no memory");
		return NR_OK;
	}
	if (m == MAGIC_US || m == MAGIC_NS || m == MAGIC_MODIFIED)
		return open_pcap(c, head, m, reterr);
	c->swapped = true;
	m = __builtin_bswap32(m);
	if (m == MAGIC_US || m == MAGIC_NS || m == MAGIC_MODIFIED)
		return open_pcap(c, head, m, reterr);
	return nr_fail(reterr, NR_E_UNSUPPORTED, "capture header", 0,
		       "starts with %08x: neither pcap nor pcapng", __builtin_bswap32(m));
}

static enum nr_rc short_record(const struct nr_capture *c, const char *what, uint64_t want,
			       struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_TRUNCATED, what, c->pos,
		       "packet %llu: %llu bytes announced, %llu left in the file",
		       (unsigned long long)c->number + 1, (unsigned long long)want,
		       (unsigned long long)(c->src->size - c->pos));
}

/* What the window holds from the next record on: usually all of it. */
static struct nr_bytes at_hand(const struct nr_capture *c)
{
	struct nr_bytes win = { c->buf, c->n };

	if (c->pos < c->base)
		return (struct nr_bytes){ NULL, 0 };
	return nr_peek_from(win, (size_t)(c->pos - c->base));
}

static enum nr_rc next_pcap(struct nr_capture *c, struct nr_cap_rec *ret, bool *ret_more,
			    struct nr_err *reterr)
{
	size_t head = c->modified ? PCAP_REC_MODIFIED : PCAP_REC;
	struct nr_bytes b = at_hand(c);
	uint32_t len, frac;

	*ret_more = c->pos < c->src->size;
	if (!*ret_more)
		return NR_OK;
	if (b.n < head)
		NR_TRY(nr_cap_view(c, c->pos, head, &b, reterr));
	if (b.n < head)
		return short_record(c, "packet header", head, reterr);
	len = nr_cap_u32(c, b, 8);
	if (len > NR_CAP_RECORD)
		return nr_fail(reterr, NR_E_LIMIT, "packet length", c->pos + 8,
			       "packet %llu: claims %u bytes, at most %d are taken",
			       (unsigned long long)c->number + 1, len, NR_CAP_RECORD);
	frac = nr_cap_u32(c, b, 4);
	ret->at_us = nr_cap_time(c, nr_cap_u32(c, b, 0), c->nano ? frac / 1000 : frac);
	ret->wire_len = nr_cap_u32(c, b, 12);
	if (b.n < head + len)
		NR_TRY(nr_cap_view(c, c->pos, head + len, &b, reterr));
	if (b.n < head + len)
		return short_record(c, "packet", head + len, reterr);
	ret->data = nr_peek_cut(b, head, len);
	ret->number = ++c->number;
	ret->offset = c->pos;
	ret->length = (uint32_t)head + len;
	ret->head = (uint32_t)head;
	ret->link = c->link;
	c->pos += head + len;
	return NR_OK;
}

enum nr_rc nr_capture_next(struct nr_capture *c, struct nr_cap_rec *ret, bool *ret_more,
			   struct nr_err *reterr)
{
	if (c->ng)
		return nr_pcapng_next(c, ret, ret_more, reterr);
	return next_pcap(c, ret, ret_more, reterr);
}

bool nr_capture_ready(const struct nr_capture *c)
{
	struct nr_bytes b = at_hand(c);
	size_t head = c->modified ? PCAP_REC_MODIFIED : PCAP_REC;

	if (c->ng)
		return nr_pcapng_is_packet(nr_cap_u32(c, b, 0)) && b.n >= 12 &&
		       b.n >= nr_cap_u32(c, b, 4);
	return b.n >= head && b.n - head >= nr_cap_u32(c, b, 8);
}
