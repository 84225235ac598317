#include "eyes/sense/decode.h"

#include <arpa/inet.h>

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86dd,
	TYPE_VLAN = 0x8100,
	TYPE_QINQ = 0x88a8,
	TYPE_QINQ_OLD = 0x9100,
	VLAN_TAGS = 4,
	EXT_HEADERS = 8,
	EXT_HOP = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_AUTH = 51,
	EXT_DEST = 60,
	EXT_MOBILITY = 135,
	EXT_HIP = 139,
	EXT_SHIM6 = 140,
};

static enum nr_decoded transport(struct nr_bytes b, struct nr_pkt *p)
{
	size_t head;

	switch (p->proto) {
	case NR_IPPROTO_TCP:
		head = (size_t)(nr_peek_u8(b, 12) >> 4) * 4;
		if (b.n < 20 || head < 20)
			return NR_DEC_IP_ONLY;
		p->sport = nr_peek_be16(b, 0);
		p->dport = nr_peek_be16(b, 2);
		p->seq = nr_peek_be32(b, 4);
		p->flags = nr_peek_u8(b, 13) & 0x3f;
		p->payload = nr_peek_from(b, head);
		return NR_DEC_OK;
	case NR_IPPROTO_UDP:
		if (b.n < 8)
			return NR_DEC_IP_ONLY;
		p->sport = nr_peek_be16(b, 0);
		p->dport = nr_peek_be16(b, 2);
		p->payload = nr_peek_from(b, 8);
		return NR_DEC_OK;
	case NR_IPPROTO_ICMP:
	case NR_IPPROTO_ICMP6:
		if (b.n < 8)
			return NR_DEC_IP_ONLY;
		p->dport = nr_peek_u8(b, 0);
		p->sport = nr_peek_u8(b, 1);
		p->payload = nr_peek_from(b, 8);
		return NR_DEC_OK;
	default: return NR_DEC_IP_ONLY;
	}
}

static enum nr_decoded ip4(struct nr_bytes b, struct nr_pkt *p)
{
	size_t head = (size_t)(nr_peek_u8(b, 0) & 15) * 4, total;
	uint16_t frag;

	if (b.n < 20 || head < 20 || head > b.n || nr_peek_u8(b, 0) >> 4 != 4)
		return NR_DEC_UNPARSED;
	total = nr_peek_be16(b, 2);
	frag = nr_peek_be16(b, 6);
	p->proto = nr_peek_u8(b, 9);
	p->src = nr_ip_of4(nr_peek_be32(b, 12));
	p->dst = nr_ip_of4(nr_peek_be32(b, 16));
	p->fragment = (frag & 0x3fff) != 0;
	if (frag & 0x1fff)
		return NR_DEC_IP_ONLY;
	/* A length of zero is what segmentation offload leaves; below the header it is a lie. */
	if (total >= head)
		b = nr_peek_cut(b, 0, total);
	return transport(nr_peek_from(b, head), p);
}

/* Steps over one extension header; false at the transport (or at something unknown). */
static bool extension(struct nr_bytes b, size_t *at, uint8_t *next, struct nr_pkt *p)
{
	size_t len;

	switch (*next) {
	case EXT_HOP:
	case EXT_ROUTING:
	case EXT_DEST:
	case EXT_MOBILITY:
	case EXT_HIP:
	case EXT_SHIM6: len = 8 + (size_t)nr_peek_u8(b, *at + 1) * 8; break;
	case EXT_AUTH: len = 8 + (size_t)nr_peek_u8(b, *at + 1) * 4; break;
	case EXT_FRAGMENT:
		len = 8;
		p->fragment = true;
		break;
	default: return false;
	}
	*next = nr_peek_u8(b, *at);
	*at += len;
	return true;
}

static enum nr_decoded ip6(struct nr_bytes b, struct nr_pkt *p)
{
	size_t at = 40, len;
	uint8_t next;

	if (b.n < 40 || nr_peek_u8(b, 0) >> 4 != 6)
		return NR_DEC_UNPARSED;
	len = nr_peek_be16(b, 4);
	next = nr_peek_u8(b, 6);
	p->src = (struct nr_ip){ nr_peek_be64(b, 8), nr_peek_be64(b, 16) };
	p->dst = (struct nr_ip){ nr_peek_be64(b, 24), nr_peek_be64(b, 32) };
	p->fragment = false;
	if (len)
		b = nr_peek_cut(b, 0, 40 + len);
	for (unsigned i = 0; i < EXT_HEADERS; i++) {
		bool later = next == EXT_FRAGMENT && (nr_peek_be16(b, at + 2) & 0xfff8) != 0;

		p->proto = next;
		if (!extension(b, &at, &next, p))
			return transport(nr_peek_from(b, at), p);
		if (later)
			break;
	}
	p->proto = next;
	return NR_DEC_IP_ONLY;
}

static enum nr_decoded any_ip(struct nr_bytes b, struct nr_pkt *p)
{
	switch (nr_peek_u8(b, 0) >> 4) {
	case 4: return ip4(b, p);
	case 6: return ip6(b, p);
	default: return NR_DEC_UNPARSED;
	}
}

static enum nr_decoded by_type(struct nr_bytes b, size_t at, uint16_t type, struct nr_pkt *p)
{
	for (unsigned i = 0;
	     i < VLAN_TAGS && (type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_QINQ_OLD);
	     i++) {
		type = nr_peek_be16(b, at + 2);
		at += 4;
	}
	if (type == TYPE_IP4)
		return ip4(nr_peek_from(b, at), p);
	if (type == TYPE_IP6)
		return ip6(nr_peek_from(b, at), p);
	return NR_DEC_UNPARSED;
}

enum nr_decoded nr_decode(uint32_t link, struct nr_bytes frame, struct nr_pkt *ret)
{
	ret->payload = (struct nr_bytes){ NULL, 0 };
	ret->sport = ret->dport = 0;
	ret->flags = 0;
	ret->fragment = false;
	switch (link) {
	case LINK_ETHERNET: return by_type(frame, 14, nr_peek_be16(frame, 12), ret);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD: return any_ip(frame, ret);
	case LINK_IPV4: return ip4(frame, ret);
	case LINK_IPV6: return ip6(frame, ret);
	case LINK_NULL: /* four bytes of address family, in either order; the version says enough */
	case LINK_LOOP: return any_ip(nr_peek_from(frame, 4), ret);
	case LINK_SLL: return by_type(frame, 16, nr_peek_be16(frame, 14), ret);
	case LINK_SLL2: return by_type(frame, 20, nr_peek_be16(frame, 0), ret);
	default: return NR_DEC_UNPARSED;
	}
}

enum nr_decoded nr_decode_inner(struct nr_bytes quoted, bool v6, struct nr_pkt *ret)
{
	enum nr_decoded d = v6 ? ip6(quoted, ret) : ip4(quoted, ret);

	/* Routers quote as little as 8 bytes of transport: the ports are there all the same. */
	if (d == NR_DEC_IP_ONLY && !v6 && !ret->fragment) {
		struct nr_bytes t = nr_peek_from(quoted, (size_t)(nr_peek_u8(quoted, 0) & 15) * 4);

		ret->sport = nr_peek_be16(t, 0);
		ret->dport = nr_peek_be16(t, 2);
	}
	return d;
}

bool nr_decode_link(uint32_t link, char out[32])
{
	const char *name = NULL;

	switch (link) {
	case LINK_ETHERNET: name = "Ethernet"; break;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6: name = "raw IP"; break;
	case LINK_NULL:
	case LINK_LOOP: name = "BSD loopback"; break;
	case LINK_SLL:
	case LINK_SLL2: name = "Linux cooked"; break;
	}
	if (name)
		snprintf(out, 32, "%s", name);
	else
		snprintf(out, 32, "LINKTYPE %u", link);
	return name != NULL;
}

void nr_ip_text(struct nr_ip a, char out[NR_IP_TEXT])
{
	uint8_t b[16];
	bool v4 = nr_ip_is4(a);

	for (unsigned i = 0; i < 8; i++) {
		b[i] = (uint8_t)(a.hi >> (56 - 8 * i));
		b[8 + i] = (uint8_t)(a.lo >> (56 - 8 * i));
	}
	if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? b + 12 : b, out, NR_IP_TEXT))
		out[0] = 0;
}

bool nr_ip_parse(struct nr_str s, struct nr_ip *ret)
{
	char text[NR_IP_TEXT];
	uint8_t b[16];
	struct nr_bytes v = { b, sizeof(b) };

	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	if (inet_pton(AF_INET, text, b) == 1)
		*ret = nr_ip_of4(nr_peek_be32(v, 0));
	else if (inet_pton(AF_INET6, text, b) == 1)
		*ret = (struct nr_ip){ nr_peek_be64(v, 0), nr_peek_be64(v, 8) };
	else
		return false;
	return true;
}
