/* decode.h -- from the bytes of one captured frame to addresses, ports and payload.
 *
 * Link types: Ethernet (802.1Q and 802.1ad tags), raw IP, Linux cooked v1 and v2, BSD null/loop.
 * IPv4 with options, IPv6 with extension headers; TCP, UDP, ICMP, ICMPv6.  Anything else is counted
 * as unparsed: a capture of another protocol is no error.  Pure functions over bounded views. */
#pragma once

#include "base/peek.h"

/* An address of either family in host order; IPv4 as ::ffff:a.b.c.d. */
struct nr_ip {
	uint64_t hi, lo;
};

enum {
	NR_IPPROTO_ICMP = 1,
	NR_IPPROTO_TCP = 6,
	NR_IPPROTO_UDP = 17,
	NR_IPPROTO_ICMP6 = 58,
	NR_TCP_FIN = 1,
	NR_TCP_SYN = 2,
	NR_TCP_RST = 4,
	NR_TCP_PSH = 8,
	NR_TCP_ACK = 16,
	NR_TCP_URG = 32,
};

enum nr_decoded {
	NR_DEC_OK,       /* IP with a transport header                                */
	NR_DEC_IP_ONLY,  /* IP, but another protocol, a later fragment or a cut header */
	NR_DEC_UNPARSED, /* not IP, or an unknown link type, or broken                */
};

struct nr_pkt {
	struct nr_ip src, dst;
	struct nr_bytes payload; /* of the transport; for ICMP what follows its 8 bytes */
	uint32_t seq;            /* TCP                                                 */
	uint16_t sport, dport;   /* ICMP: type in dport, code in sport                  */
	uint8_t proto;
	uint8_t flags; /* TCP, low six bits */
	bool fragment;
	/* where it stands in the capture */
	int64_t at_us;
	uint64_t number;
	uint64_t offset;
	uint32_t length;
	uint64_t payload_at; /* offset of the payload in the material; 0 without one */
	/* hashes for the tables, filled by nr_track_prepare() */
	uint64_t h_src, h_dst, h_pair, h_probe;
};

/* The same address? */
static inline bool nr_ip_eq(struct nr_ip a, struct nr_ip b)
{
	return a.hi == b.hi && a.lo == b.lo;
}
/* An IPv4 address (or its mapped form)? */
static inline bool nr_ip_is4(struct nr_ip a)
{
	return a.hi == 0 && a.lo >> 32 == 0xffff;
}
/* The mapped form of an IPv4 address in host order. */
static inline struct nr_ip nr_ip_of4(uint32_t v)
{
	return (struct nr_ip){ 0, UINT64_C(0xffff00000000) | v };
}

/* Decodes one frame; addresses, ports and payload of *ret are written, the place fields are not. */
enum nr_decoded nr_decode(uint32_t link, struct nr_bytes frame, struct nr_pkt *ret);
/* True when nr_decode() knows the link type; its name ("Ethernet") or "LINKTYPE 127" in out. */
bool nr_decode_link(uint32_t link, char out[32]);
/* The packet quoted inside an ICMP error. */
enum nr_decoded nr_decode_inner(struct nr_bytes quoted, bool v6, struct nr_pkt *ret);
/* Canonical text of an address. */
enum { NR_IP_TEXT = 46 };
void nr_ip_text(struct nr_ip a, char out[NR_IP_TEXT]);
/* Reads "192.0.2.1" or "2001:db8::1". */
bool nr_ip_parse(struct nr_str s, struct nr_ip *ret);
