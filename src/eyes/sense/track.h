/* track.h -- bounded memory of who probed whom, who answered, and who is under attack (sense/ only).
 *
 * Five tables whose size is configuration: sources, probes (source, protocol, port), pairs of
 * addresses, hosts (source, destination: vertical scans) and victims (backscatter).  Each is
 * set-associative: a key has NR_WAYS possible places, so no input can make a chain long; when all
 * are taken the lightest record goes, counted in evicted, and if it had already proved something it
 * moves to the list of finished records first.  Same packets, same configuration: same result. */
#pragma once

#include "base/arena.h"
#include "eyes/sense/decode.h"
#include "eyes/sense/sketch.h"

enum {
	NR_WAYS = 4,
	NR_PAIR_WAYS = 8,
	NR_DARKNETS = 256,
	NR_PLACES = 3,
	NR_BATCH = 32,
	NR_DONE_MAX = 4096,             /* finished records kept a table                    */
	NR_PORTS = 2 * 65536 + 2 * 256, /* tcp, udp, icmp types, icmpv6 types    */
	NR_PORT_REGS = 128,
	NR_MINUTES = 32768, /* most slots; three quarters are used              */
	NR_VICTIM_BINS = 6, /* of ten seconds                                   */
	NR_VICTIM_PORTS = 8,
	NR_VICTIM_REGS = 56,
};

/* What the detectors count by; sources in docs/eyes/sense.md. */
enum {
	NR_SCAN_IDLE_S = 3600, /* silence that ends a scan                    */
	NR_SCAN_TCP_HOSTS = 5, /* unanswered hosts on one port                */
	NR_SCAN_ICMP_HOSTS = 10,
	NR_SCAN_UDP_HOSTS = 25,
	NR_SCAN_ANY_HOSTS = 10, /* over several ports                          */
	NR_SCAN_MARGIN = 4,     /* unanswered beyond answered (TRW's four net failures) */
	NR_SCAN_TCP_PORTS = 5,  /* unanswered ports on one host                */
	NR_SCAN_UDP_PORTS = 25,
	NR_MIRAI_SYNS = 3,
	NR_MIRAI_PERCENT = 90,
	NR_VICTIM_IDLE_S = 300,
	NR_VICTIM_PACKETS = 25,
	NR_VICTIM_SPAN_S = 60,
	NR_VICTIM_RATE = 30, /* packets in some minute                      */
};

struct nr_place { /* of one packet in the capture */
	uint64_t packet, offset;
	uint32_t length;
};

struct nr_source { /* 64 bytes: one line of the cache */
	struct nr_ip ip;
	uint64_t packets;
	int64_t first_us;     /* first packet that looks like Mirai */
	uint32_t syns, mirai; /* SYNs without ACK; of these with sequence number == destination */
	uint64_t mirai_packet, mirai_offset;
	uint32_t mirai_length;
};

struct nr_first { /* of a probe record: written when it is young, read at the end */
	int64_t at_us;
	struct nr_place place[NR_PLACES]; /* the first one looks like Mirai when any does */
};

struct nr_probes { /* one source, one port, many targets: two lines of the cache */
	_Alignas(64) struct nr_ip src;
	struct nr_first *first;
	int64_t last_us;
	uint32_t packets; /* 0: free */
	uint32_t answered;
	uint32_t mask; /* answered among the exact targets */
	/* what the source's own record is owed: it is not touched for a probe (nr_track_settle) */
	uint32_t counted, syns, mirai;
	uint16_t port;
	uint8_t proto;
	uint8_t n; /* of the sketch */
	uint8_t n_place;
	_Alignas(64) struct nr_sketch targets;
};

struct nr_host { /* one source, one target, many ports */
	_Alignas(64) struct nr_ip src;
	struct nr_ip dst;
	int64_t first_us, last_us;
	uint32_t packets; /* 0: free */
	uint32_t answered;
	uint32_t mask;
	uint8_t proto;
	uint8_t n;
	uint8_t n_place;
	uint8_t n_ports;
	uint16_t low, high; /* lowest and highest port */
	uint16_t ports[8];  /* the first ones, for the reader */
	struct nr_place place[2];
	_Alignas(64) struct nr_sketch sketch;
};

struct nr_victim {
	_Alignas(64) struct nr_ip ip;
	int64_t first_us, last_us;
	uint64_t packets; /* 0: free */
	int64_t bin;      /* ten-second number of bins[0] */
	uint32_t bins[NR_VICTIM_BINS];
	uint32_t best; /* most packets in 60 s */
	uint32_t live; /* packets that show an ordinary conversation */
	uint16_t ports[NR_VICTIM_PORTS];
	uint8_t proto, n_place, n_ports;
	struct nr_place place[NR_PLACES];
	uint8_t reg[NR_VICTIM_REGS]; /* destinations that received it */
};

/* What is known of two addresses. */
struct nr_pair {
	uint32_t tag;  /* 0: free */
	uint16_t port; /* of the first probe */
	uint8_t flags;
	uint8_t pad;
};

struct nr_minute {
	int64_t minute;
	uint64_t packets;
};

struct nr_darknet {
	struct nr_ip net, mask;
};

struct nr_done { /* finished records of one table */
	void *rec;
	size_t n, size;
	uint64_t dropped;
};

struct nr_track_cfg {
	unsigned memory_mib; /* of all tables together, 8..4096; rounded down to a power of two */
	uint64_t packets;    /* most packets there can be: small captures get small tables */
	const struct nr_darknet *darknets;
	size_t n_darknets;
};

struct nr_track {
	struct nr_arena *a;        /* where the tables live: each starts on a cache line */
	struct nr_source *sources; /* made_sources in a row, as the probes below */
	uint32_t *source_at;
	struct nr_probes *probes; /* made_probes in a row, whatever their keys */
	struct nr_first *firsts;  /* of each of them */
	uint32_t *probe_at;       /* n_probes entries: the places of a key, each with a tag of it */
	struct nr_pair *pairs;
	struct nr_host *hosts;
	struct nr_victim *victims;
	size_t n_sources, n_probes, n_pairs, n_hosts, n_victims; /* slots */
	size_t made_sources, made_probes;
	uint64_t evicted_sources, evicted_probes, evicted_hosts, evicted_victims;
	uint64_t other_packets; /* of evicted sources */
	struct nr_done done_probes, done_hosts, done_victims;
	struct nr_first *done_firsts; /* of done_probes */
	uint64_t *port_packets;       /* NR_PORTS */
	uint32_t *port_sources;       /* records made: exact until a probe record is evicted */
	uint8_t *port_regs;           /* NR_PORTS * NR_PORT_REGS; NULL for a small capture */
	struct nr_minute *minutes;
	size_t n_minutes, used_minutes, at_minute;
	uint64_t other_minutes;
	const struct nr_darknet *darknets;
	size_t n_darknets;
	uint64_t counted, probes_seen, backscatter_seen;
};

/* Makes the tables in the arena; NR_E_LIMIT when it is too small.  Nothing to release. */
NR_MUSTUSE enum nr_rc nr_track_open(struct nr_track *t, const struct nr_track_cfg *cfg,
				    struct nr_arena *a, struct nr_err *reterr);
/* Hashes the keys of a packet and asks the processor for their entries; call for a whole batch, then
 * nr_track_fetch() for each of it, which asks for the records, then nr_track_packet() in the same
 * order. */
void nr_track_prepare(const struct nr_track *t, struct nr_pkt *p);
void nr_track_fetch(const struct nr_track *t, const struct nr_pkt *p);
void nr_track_packet(struct nr_track *t, const struct nr_pkt *p);
/* Gives the sources what their probe records count; once, after the last packet. */
void nr_track_settle(struct nr_track *t);
/* Counts a packet whose addresses are all that is known of it. */
void nr_track_address(struct nr_track *t, const struct nr_pkt *p);

/* Judgements on a record (the same at the end and when a record is evicted). */
bool nr_probes_scan(const struct nr_probes *r);
bool nr_host_scan(const struct nr_host *r);
bool nr_victim_attacked(const struct nr_victim *v);
static inline bool nr_source_mirai(const struct nr_source *s)
{
	return s->mirai >= NR_MIRAI_SYNS &&
	       (uint64_t)s->mirai * 100 >= (uint64_t)s->syns * NR_MIRAI_PERCENT;
}

/* Backscatter (victims.c): one packet that the victim sent to somebody who never spoke to it. */
void nr_track_backscatter(struct nr_track *t, const struct nr_pkt *p, struct nr_ip victim,
			  uint8_t proto, uint16_t port);
/* The victim was seen in an ordinary conversation with one it had seemed to answer unasked. */
void nr_track_live(struct nr_track *t, struct nr_ip victim, uint8_t proto);
/* Keeps a copy of a finished record; counts it as dropped when the list is full. */
void nr_track_finish(struct nr_track *t, struct nr_done *d, const void *rec);
/* The same for a record of probes, when it is a scan. */
void nr_track_finish_probes(struct nr_track *t, const struct nr_probes *r);
/* Index of a port counter. */
static inline uint32_t nr_port_index(uint8_t proto, uint16_t port)
{
	switch (proto) {
	case NR_IPPROTO_TCP: return port;
	case NR_IPPROTO_UDP: return 65536U + port;
	case NR_IPPROTO_ICMP: return 2U * 65536 + (port & 255);
	default: return 2U * 65536 + 256 + (port & 255);
	}
}
