/* pcap_build.h -- captures written by a test, packet by packet, into one static buffer. */
#pragma once

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP_FIN = 1, CAP_SYN = 2, CAP_RST = 4, CAP_ACK = 16, CAP_MAX = 1 << 20 };

struct cap {
	uint8_t *p;
	size_t n, last; /* last: offset of the newest record */
	bool ng, be;
	uint64_t units; /* a microsecond, pcapng */
};

static inline void cap_bytes(struct cap *c, const void *p, size_t n)
{
	if (n > CAP_MAX - c->n)
		abort();
	memcpy(c->p + c->n, p, n);
	c->n += n;
}

static inline void cap_u32(struct cap *c, uint32_t v)
{
	uint8_t b[4];

	for (unsigned i = 0; i < 4; i++)
		b[c->be ? 3 - i : i] = (uint8_t)(v >> (8 * i));
	cap_bytes(c, b, 4);
}

static inline void cap_u16(struct cap *c, uint16_t v)
{
	uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	if (c->be)
		b[0] = (uint8_t)(v >> 8), b[1] = (uint8_t)v;
	cap_bytes(c, b, 2);
}

static inline void cap_pcap(struct cap *c, uint32_t link)
{
	static uint8_t buf[CAP_MAX];

	*c = (struct cap){ .p = buf };
	cap_u32(c, 0xa1b2c3d4);
	cap_u16(c, 2);
	cap_u16(c, 4);
	cap_u32(c, 0);
	cap_u32(c, 0);
	cap_u32(c, 65535);
	cap_u32(c, link);
}

/* One section, one interface; tsresol 6 or 9. */
static inline void cap_pcapng(struct cap *c, uint16_t link, bool be, uint8_t tsresol)
{
	uint8_t opt[4] = { tsresol, 0, 0, 0 };

	cap_pcap(c, 0);
	c->n = 0;
	c->ng = true;
	c->be = be;
	c->units = tsresol == 9 ? 1000 : 1;
	cap_u32(c, 0x0a0d0d0a);
	cap_u32(c, 28);
	cap_u32(c, 0x1a2b3c4d);
	cap_u16(c, 1);
	cap_u16(c, 0);
	cap_u32(c, UINT32_MAX);
	cap_u32(c, UINT32_MAX);
	cap_u32(c, 28);
	cap_u32(c, 1);
	cap_u32(c, 32);
	cap_u16(c, link);
	cap_u16(c, 0);
	cap_u32(c, 0);
	cap_u16(c, 9);
	cap_u16(c, 1);
	cap_bytes(c, opt, 4);
	cap_u32(c, 0);
	cap_u32(c, 32);
}

static inline void cap_record(struct cap *c, int64_t at_us, const uint8_t *p, size_t n)
{
	static const uint8_t zero[4];
	size_t pad = (4 - n % 4) % 4;

	c->last = c->n;
	if (!c->ng) {
		cap_u32(c, (uint32_t)(at_us / 1000000));
		cap_u32(c, (uint32_t)(at_us % 1000000));
		cap_u32(c, (uint32_t)n);
		cap_u32(c, (uint32_t)n);
		cap_bytes(c, p, n);
		return;
	}
	cap_u32(c, 6);
	cap_u32(c, (uint32_t)(32 + n + pad));
	cap_u32(c, 0);
	cap_u32(c, (uint32_t)((uint64_t)at_us * c->units >> 32));
	cap_u32(c, (uint32_t)((uint64_t)at_us * c->units));
	cap_u32(c, (uint32_t)n);
	cap_u32(c, (uint32_t)n);
	cap_bytes(c, p, n);
	cap_bytes(c, zero, pad);
	cap_u32(c, (uint32_t)(32 + n + pad));
}

static inline void cap_put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

struct cap_flow {
	const char *src, *dst;
	uint16_t sport, dport;
};

/* An IP packet of either family around a transport payload. */
static inline void cap_ip(struct cap *c, int64_t at_us, const struct cap_flow *f, uint8_t proto,
			  const uint8_t *body, size_t n)
{
	uint8_t b[2048] = { 0 };
	bool v6 = strchr(f->src, ':') != NULL;
	size_t head = v6 ? 40 : 20;

	if (n > sizeof(b) - 40)
		abort();
	if (v6) {
		b[0] = 0x60;
		cap_put16(b + 4, (unsigned)n);
		b[6] = proto;
		b[7] = 64;
		inet_pton(AF_INET6, f->src, b + 8);
		inet_pton(AF_INET6, f->dst, b + 24);
	} else {
		b[0] = 0x45;
		cap_put16(b + 2, (unsigned)(20 + n));
		b[8] = 64;
		b[9] = proto;
		inet_pton(AF_INET, f->src, b + 12);
		inet_pton(AF_INET, f->dst, b + 16);
	}
	if (n)
		memcpy(b + head, body, n);
	cap_record(c, at_us, b, head + n);
}

/* One segment; data may be NULL. */
static inline void cap_segment(struct cap *c, int64_t at_us, const struct cap_flow *f,
			       uint32_t flags_seq[2], const void *data, size_t n)
{
	uint8_t b[1500] = { 0 };

	if (n > sizeof(b) - 20)
		abort();
	cap_put16(b, f->sport);
	cap_put16(b + 2, f->dport);
	cap_put16(b + 4, flags_seq[1] >> 16);
	cap_put16(b + 6, flags_seq[1] & 0xffff);
	b[12] = 0x50;
	b[13] = (uint8_t)flags_seq[0];
	if (n)
		memcpy(b + 20, data, n);
	cap_ip(c, at_us, f, 6, b, 20 + n);
}

#define cap_tcp(c, at_us, src_, dst_, sport_, dport_, flags, seq)                                  \
	cap_segment((c), (at_us),                                                                  \
		    &(struct cap_flow){ (src_), (dst_), (uint16_t)(sport_), (uint16_t)(dport_) },  \
		    (uint32_t[2]){ (flags), (uint32_t)(seq) }, NULL, 0)

static inline void cap_udp(struct cap *c, int64_t at_us, const struct cap_flow *f, const void *data,
			   size_t n)
{
	uint8_t b[1500] = { 0 };

	if (n > sizeof(b) - 8)
		abort();
	cap_put16(b, f->sport);
	cap_put16(b + 2, f->dport);
	cap_put16(b + 4, (unsigned)(8 + n));
	if (n)
		memcpy(b + 8, data, n);
	cap_ip(c, at_us, f, 17, b, 8 + n);
}

/* "198.51.100." and 7 make an address; valid until the next call. */
static inline const char *cap_host(const char *net, unsigned n)
{
	static char out[64];

	snprintf(out, sizeof(out), "%s%u", net, n);
	return out;
}
