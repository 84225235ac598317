#include "eyes/sense/track.h"

enum {
	SPOKE_LOW = 1, /* the lower address said something of its own accord */
	SPOKE_HIGH = 2,
	BACK_LOW = 4, /* the lower address answered unasked */
	BACK_HIGH = 8,
	FROM_HIGH = 16, /* the higher address spoke first */
	HAS_PORT = 32,
	HAS_HOST = 64, /* a vertical record exists (or did) */
	ENTRY_BITS =
		23, /* of an entry of source_at and probe_at: the record, counted from 1; above them a tag */
	TRACEROUTE_FIRST = 33434,
	TRACEROUTE_LAST = 33534,
};

/* ---- sources, minutes ---- */

static size_t bucket(uint64_t h, size_t n, size_t ways)
{
	return ((size_t)(h >> 20) & (n / ways - 1)) * ways;
}

/* Where the search for a key begins among its ways: records spread over all of them, so that the
 * first look is usually the last. */
static size_t way(uint64_t h, unsigned i)
{
	return ((size_t)(h >> 18) + i) & (NR_WAYS - 1);
}

static uint64_t hash_ip(struct nr_ip a)
{
	return nr_mix(a.hi, a.lo);
}

/* The keys are made from the hashes of the addresses, each computed once a packet. */
static uint64_t hash_probe(uint64_t h_src, uint8_t proto, uint16_t port)
{
	return nr_mix(h_src, (uint64_t)proto << 16 | port);
}

static uint64_t hash_host(uint64_t h_src, uint64_t h_dst, uint8_t proto)
{
	return nr_mix(h_src, h_dst + proto);
}

/* The same for both directions. */
static uint64_t hash_pair(uint64_t h_a, uint64_t h_b)
{
	return nr_mix(h_a + h_b, h_a ^ h_b);
}

struct key { /* an address and its hash */
	struct nr_ip ip;
	uint64_t h;
};

/* An entry names a record, counted from 1, and carries a tag of its key's hash. */
static uint32_t entry_tag(uint64_t h)
{
	return (uint32_t)(h >> 32) >> ENTRY_BITS << ENTRY_BITS;
}

static size_t entry_index(uint32_t entry)
{
	return (entry & ((1U << ENTRY_BITS) - 1)) - 1;
}

/* The likely entry of a hash in a table, 0 when there is none: good enough for prefetching. */
static uint32_t entry_likely(const uint32_t *table, size_t n, uint64_t h)
{
	const uint32_t *at = &table[bucket(h, n, NR_WAYS)];
	uint32_t tag = entry_tag(h), found = 0;

	for (unsigned i = 0; i < NR_WAYS; i++)
		found = at[i] && at[i] >> ENTRY_BITS == tag >> ENTRY_BITS ? at[i] : found;
	return found;
}

static struct nr_source *source_evict(struct nr_track *t, uint32_t *entry)
{
	struct nr_source *s;

	if (*entry) {
		s = &t->sources[entry_index(*entry)];
		t->evicted_sources++;
		t->other_packets += s->packets;
		return s;
	}
	*entry = (uint32_t)++t->made_sources;
	return &t->sources[entry_index(*entry)];
}

static struct nr_source *source_of(struct nr_track *t, struct key k)
{
	uint32_t *at = &t->source_at[bucket(k.h, t->n_sources, NR_WAYS)];
	uint32_t *worst = &at[way(k.h, 0)], tag = entry_tag(k.h);
	struct nr_source *s;

	for (unsigned i = 0; i < NR_WAYS; i++) {
		uint32_t *e = &at[way(k.h, i)];

		if (!*e) {
			worst = e;
			break;
		}
		s = &t->sources[entry_index(*e)];
		if (*e >> ENTRY_BITS == tag >> ENTRY_BITS && nr_ip_eq(s->ip, k.ip))
			return s;
	}
	for (unsigned i = 0; *worst && i < NR_WAYS; i++) {
		const struct nr_source *w = &t->sources[entry_index(*worst)];

		s = &t->sources[entry_index(at[way(k.h, i)])];
		if (s->mirai < w->mirai || (s->mirai == w->mirai && s->packets < w->packets))
			worst = &at[way(k.h, i)];
	}
	s = source_evict(t, worst);
	*worst = tag | (uint32_t)(entry_index(*worst) + 1);
	*s = (struct nr_source){ .ip = k.ip };
	return s;
}

static uint32_t add32(uint32_t a, uint32_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

static void settle(struct nr_track *t, const struct nr_probes *r)
{
	struct nr_source *s = source_of(t, (struct key){ r->src, hash_ip(r->src) });

	s->packets += r->counted;
	s->syns = add32(s->syns, r->syns);
	if (r->mirai && (s->mirai == 0 || r->first->place[0].packet < s->mirai_packet)) {
		s->first_us = r->first->at_us;
		s->mirai_packet = r->first->place[0].packet;
		s->mirai_offset = r->first->place[0].offset;
		s->mirai_length = r->first->place[0].length;
	}
	s->mirai = add32(s->mirai, r->mirai);
}

static void count_minute(struct nr_track *t, int64_t at_us)
{
	int64_t m = at_us / 60000000;
	size_t i = t->at_minute;

	if (at_us == 0)
		return;
	if (t->minutes[i].packets && t->minutes[i].minute == m) {
		t->minutes[i].packets++;
		return;
	}
	i = nr_mix((uint64_t)m, 1) & (t->n_minutes - 1);
	while (t->minutes[i].packets && t->minutes[i].minute != m)
		i = (i + 1) & (t->n_minutes - 1);
	if (!t->minutes[i].packets) {
		if (t->used_minutes >= t->n_minutes / 4 * 3) {
			t->other_minutes++;
			return;
		}
		t->used_minutes++;
		t->minutes[i].minute = m;
	}
	t->minutes[i].packets++;
	t->at_minute = i;
}

/* ---- pairs ---- */

static bool is_low(const struct nr_pkt *p)
{
	return p->src.hi < p->dst.hi || (p->src.hi == p->dst.hi && p->src.lo < p->dst.lo);
}

static struct nr_pair *pair_find(struct nr_track *t, uint64_t h)
{
	struct nr_pair *e = &t->pairs[bucket(h, t->n_pairs, NR_PAIR_WAYS)];
	uint32_t tag = (uint32_t)(h >> 32) ^ (uint32_t)h;

	tag = tag ? tag : 1;
	for (unsigned i = 0; i < NR_PAIR_WAYS; i++)
		if (e[i].tag == tag)
			return &e[i];
	return NULL;
}

/* The newest pair pushes the one in its place out: what matters is who spoke a moment ago. */
static struct nr_pair *pair_of(struct nr_track *t, const struct nr_pkt *p)
{
	struct nr_pair *e = &t->pairs[bucket(p->h_pair, t->n_pairs, NR_PAIR_WAYS)];
	uint32_t tag = (uint32_t)(p->h_pair >> 32) ^ (uint32_t)p->h_pair;
	unsigned at = (unsigned)p->number & (NR_PAIR_WAYS - 1);

	tag = tag ? tag : 1;
	for (unsigned i = 0; i < NR_PAIR_WAYS; i++)
		if (e[i].tag == tag)
			return &e[i];
	for (unsigned i = 0; i < NR_PAIR_WAYS; i++)
		if (!e[i].tag) {
			at = i;
			break;
		}
	e[at] = (struct nr_pair){ .tag = tag };
	return &e[at];
}

/* ---- probes ---- */

static void note_place(struct nr_place *list, uint8_t *n, unsigned max, const struct nr_pkt *p)
{
	if (*n < max)
		list[(*n)++] = (struct nr_place){ p->number, p->offset, p->length };
}

static struct nr_probes *entry_record(const struct nr_track *t, uint32_t entry)
{
	return &t->probes[entry_index(entry)];
}

/* The record of a key whose hash is h; the entries say which records are worth a look. */
static struct nr_probes *probes_find(const struct nr_track *t, uint64_t h, struct nr_ip src,
				     uint8_t proto, uint16_t port)
{
	const uint32_t *at = &t->probe_at[bucket(h, t->n_probes, NR_WAYS)];
	uint32_t tag = entry_tag(h);

	for (unsigned i = 0; i < NR_WAYS; i++) {
		uint32_t e = at[way(h, i)];
		struct nr_probes *r;

		if (!e)
			break;
		if (e >> ENTRY_BITS != tag >> ENTRY_BITS)
			continue;
		r = entry_record(t, e);
		if (r->port == port && r->proto == proto && nr_ip_eq(r->src, src))
			return r;
	}
	return NULL;
}

/* Where a new key goes: a free entry, or that of the lightest record. */
static uint32_t *probes_worst(const struct nr_track *t, uint64_t h)
{
	uint32_t *at = &t->probe_at[bucket(h, t->n_probes, NR_WAYS)], *worst = &at[way(h, 0)];

	for (unsigned i = 0; i < NR_WAYS; i++) {
		uint32_t *e = &at[way(h, i)];
		const struct nr_probes *r, *w;

		if (!*e)
			return e;
		r = entry_record(t, *e);
		w = entry_record(t, *worst);
		if (r->n < w->n || (r->n == w->n && r->packets < w->packets))
			worst = e;
	}
	return worst;
}

/* In the order of the keys, both records asked for well before they are needed. */
void nr_track_settle(struct nr_track *t)
{
	enum { SOON = 8, LATER = 16 };
	const uint32_t *at = t->probe_at;

	for (size_t i = 0; i < t->n_probes; i++) {
		if (i + LATER < t->n_probes && at[i + LATER])
			__builtin_prefetch(entry_record(t, at[i + LATER]));
		if (i + SOON < t->n_probes && at[i + SOON]) {
			const struct nr_probes *r = entry_record(t, at[i + SOON]);

			__builtin_prefetch(r->first);
			__builtin_prefetch(
				&t->source_at[bucket(hash_ip(r->src), t->n_sources, NR_WAYS)]);
		}
		if (at[i])
			settle(t, entry_record(t, at[i]));
	}
}

/* A source begins to probe a port: somebody else's record may have to go. */
static struct nr_probes *probes_new(struct nr_track *t, uint64_t h, uint32_t at, uint64_t h_src)
{
	uint32_t *entry = probes_worst(t, h);
	struct nr_probes *r;

	t->port_sources[at]++;
	if (t->port_regs)
		nr_hll_add(&t->port_regs[(size_t)at * NR_PORT_REGS], NR_PORT_REGS,
			   (uint32_t)(h_src >> 16));
	if (*entry) {
		r = entry_record(t, *entry);
		t->evicted_probes++;
		nr_track_finish_probes(t, r);
		settle(t, r);
	} else {
		*entry = (uint32_t)++t->made_probes;
		r = entry_record(t, *entry);
	}
	*entry = entry_tag(h) | (*entry & ((1U << ENTRY_BITS) - 1));
	*r = (struct nr_probes){ .first = &t->firsts[r - t->probes] };
	return r;
}

static struct nr_probes *probes_of(struct nr_track *t, const struct nr_pkt *p, uint16_t port)
{
	uint64_t h = hash_probe(p->h_src, p->proto, port);
	struct nr_probes *r = probes_find(t, h, p->src, p->proto, port);

	if (r && p->at_us <= r->last_us + NR_SCAN_IDLE_S * INT64_C(1000000))
		return r;
	if (r)
		nr_track_finish_probes(t, r);
	else
		r = probes_new(t, h, nr_port_index(p->proto, port), p->h_src);
	*r = (struct nr_probes){ .src = p->src,
				 .proto = p->proto,
				 .port = port,
				 .first = r->first,
				 .last_us = p->at_us,
				 .counted = r->counted,
				 .syns = r->syns,
				 .mirai = r->mirai };
	*r->first = (struct nr_first){ .at_us = p->at_us };
	return r;
}

/* ---- vertical ---- */

static struct nr_host *host_find(struct nr_track *t, struct key src, struct key dst, uint8_t proto,
				 struct nr_host **ret_worst)
{
	size_t b = bucket(hash_host(src.h, dst.h, proto), t->n_hosts, NR_WAYS);
	struct nr_host *worst = &t->hosts[b];

	for (unsigned i = 0; i < NR_WAYS; i++) {
		struct nr_host *r = &t->hosts[b + i];

		if (!r->packets) {
			worst = r;
			break;
		}
		if (r->proto == proto && nr_ip_eq(r->src, src.ip) && nr_ip_eq(r->dst, dst.ip))
			return r;
		if (r->n < worst->n || (r->n == worst->n && r->packets < worst->packets))
			worst = r;
	}
	*ret_worst = worst;
	return NULL;
}

static struct nr_host *host_of(struct nr_track *t, const struct nr_pkt *p)
{
	struct nr_host *worst, *r = host_find(t, (struct key){ p->src, p->h_src },
					      (struct key){ p->dst, p->h_dst }, p->proto, &worst);
	bool idle = r && p->at_us > r->last_us + NR_SCAN_IDLE_S * INT64_C(1000000);

	if (r && !idle)
		return r;
	r = r ? r : worst;
	if (r->packets) {
		t->evicted_hosts += !idle;
		if (nr_host_scan(r))
			nr_track_finish(t, &t->done_hosts, r);
	}
	*r = (struct nr_host){ .src = p->src,
			       .dst = p->dst,
			       .proto = p->proto,
			       .low = 65535,
			       .first_us = p->at_us,
			       .last_us = p->at_us };
	return r;
}

static void host_port(struct nr_host *r, uint16_t port)
{
	uint8_t n = r->n;

	/* Exact values are ports; beyond them a hash of the port feeds the registers. */
	if (n == NR_SKETCH_ABSENT || n == NR_SKETCH_EXACT)
		(void)nr_sketch_add(&r->sketch, &r->n, nr_port_hash(port));
	else if (nr_sketch_add(&r->sketch, &r->n, nr_port_hash(port)) &&
		 r->n_ports < NR_COUNT(r->ports))
		r->ports[r->n_ports++] = port;
	r->low = port < r->low ? port : r->low;
	r->high = port > r->high ? port : r->high;
}

/* The pair remembers the first port probed, so that a source that knocks once on each of a million
 * hosts never makes a vertical record. */
static void vertical(struct nr_track *t, const struct nr_pkt *p, struct nr_pair *e)
{
	struct nr_host *r;

	if (p->proto == NR_IPPROTO_UDP &&
	    ((p->sport < 1024 && p->dport >= 1024) ||
	     (p->dport >= TRACEROUTE_FIRST && p->dport <= TRACEROUTE_LAST)))
		return;
	if (!(e->flags & HAS_PORT)) {
		e->flags |= HAS_PORT;
		e->port = p->dport;
		return;
	}
	if (e->port == p->dport && !(e->flags & HAS_HOST))
		return;
	r = host_of(t, p);
	if (r->packets == 0 && !(e->flags & HAS_HOST))
		host_port(r, e->port);
	e->flags |= HAS_HOST;
	host_port(r, p->dport);
	r->packets++;
	r->first_us = p->at_us < r->first_us ? p->at_us : r->first_us;
	r->last_us = p->at_us > r->last_us ? p->at_us : r->last_us;
	note_place(r->place, &r->n_place, NR_COUNT(r->place), p);
}

/* ---- what a packet is ---- */

static bool dark(const struct nr_track *t, struct nr_ip a)
{
	for (size_t i = 0; i < t->n_darknets; i++)
		if ((a.hi & t->darknets[i].mask.hi) == t->darknets[i].net.hi &&
		    (a.lo & t->darknets[i].mask.lo) == t->darknets[i].net.lo)
			return true;
	return false;
}

/* Multicast, broadcast and the unspecified address are nobody's target. */
static bool somebody(struct nr_ip a)
{
	if (nr_ip_is4(a))
		return (uint32_t)a.lo >> 28 < 14 && (uint32_t)a.lo != 0;
	return a.hi >> 56 != 0xff && (a.hi | a.lo) != 0;
}

static void mirai(struct nr_probes *r, const struct nr_pkt *p)
{
	r->syns = add32(r->syns, 1);
	if (!nr_ip_is4(p->dst) || p->seq != (uint32_t)p->dst.lo)
		return;
	if (r->mirai == 0)
		r->first->place[0] = (struct nr_place){ p->number, p->offset, p->length };
	r->mirai = add32(r->mirai, 1);
}

static void probe(struct nr_track *t, const struct nr_pkt *p, struct nr_pair *e, bool counted)
{
	struct nr_probes *r = probes_of(t, p, p->dport);

	t->probes_seen++;
	if (counted) {
		t->port_packets[nr_port_index(p->proto, p->dport)]++;
		r->counted = add32(r->counted, 1);
	}
	r->packets = add32(r->packets, 1);
	if (p->at_us > r->last_us)
		r->last_us = p->at_us;
	else if (p->at_us < r->first->at_us)
		r->first->at_us = p->at_us;
	if (nr_sketch_add(&r->targets, &r->n, nr_hll_mix((uint32_t)(p->h_dst >> 16))) &&
	    r->n_place < NR_PLACES)
		note_place(r->first->place, &r->n_place, NR_PLACES, p);
	if (p->proto == NR_IPPROTO_TCP)
		mirai(r, p);
	if (p->proto == NR_IPPROTO_TCP || p->proto == NR_IPPROTO_UDP)
		vertical(t, p, e);
}

/* p answers an earlier probe of p->dst to port p->sport. */
static void answered(struct nr_track *t, const struct nr_pkt *p, const struct nr_pair *e,
		     uint16_t port)
{
	struct nr_probes *r =
		probes_find(t, hash_probe(p->h_dst, p->proto, port), p->dst, p->proto, port);
	struct nr_host *no_host, *v;
	unsigned i;

	/* A watched address that answers is bait: nobody has business there. */
	if (t->n_darknets && dark(t, p->src))
		return;
	if (r && r->n == NR_SKETCH_ABSENT) {
		r->answered += r->answered < UINT32_MAX;
	} else if (r) {
		i = nr_sketch_find(&r->targets, r->n, nr_hll_mix((uint32_t)(p->h_src >> 16)));
		if (i != NR_SKETCH_ABSENT && !(r->mask & 1U << i)) {
			r->mask |= 1U << i;
			r->answered++;
		}
	}
	if (!(e->flags & HAS_HOST))
		return;
	v = host_find(t, (struct key){ p->dst, p->h_dst }, (struct key){ p->src, p->h_src },
		      p->proto, &no_host);
	if (v && v->n == NR_SKETCH_ABSENT) {
		v->answered += v->answered < UINT32_MAX;
	} else if (v) {
		i = nr_sketch_find(&v->sketch, v->n, nr_port_hash(port));
		if (i != NR_SKETCH_ABSENT && !(v->mask & 1U << i)) {
			v->mask |= 1U << i;
			v->answered++;
		}
	}
}

struct talk { /* the pair as the sender of this packet sees it */
	struct nr_pair *e;
	uint8_t mine, theirs, back;
	bool dark;   /* the destination is watched, or everything is */
	bool probed; /* counted in a probe record */
};

static bool unasked(const struct talk *k)
{
	return !(k->e->flags & (k->mine | k->theirs));
}

static void spoke(struct nr_track *t, const struct nr_pkt *p, struct talk *k)
{
	if (!(k->e->flags & (SPOKE_LOW | SPOKE_HIGH)) && k->mine == SPOKE_HIGH)
		k->e->flags |= FROM_HIGH;
	k->e->flags |= k->mine;
	if (k->e->flags & k->back)
		nr_track_live(t, p->src, p->proto);
}

static void back(struct nr_track *t, const struct nr_pkt *p, struct talk *k)
{
	if (t->n_darknets && !k->dark)
		return;
	k->e->flags |= k->back;
	nr_track_backscatter(t, p, p->src, p->proto, p->sport);
}

/* The receiver probes that very port, here or elsewhere: this is an answer whose question was forgotten
 * or came before the capture. */
static bool asked(const struct nr_track *t, const struct nr_pkt *p)
{
	return probes_find(t, hash_probe(p->h_dst, p->proto, p->sport), p->dst, p->proto,
			   p->sport) != NULL;
}

static void on_tcp(struct nr_track *t, const struct nr_pkt *p, struct talk *k)
{
	unsigned ctl = p->flags & (NR_TCP_SYN | NR_TCP_ACK | NR_TCP_RST);

	if (ctl == NR_TCP_SYN) {
		spoke(t, p, k);
		probe(t, p, k->e, k->dark);
		k->probed = true;
	} else if (ctl == (NR_TCP_SYN | NR_TCP_ACK)) {
		if (k->e->flags & k->theirs) {
			answered(t, p, k->e, p->sport);
			k->e->flags |= k->mine;
		} else if (unasked(k) && !asked(t, p)) {
			back(t, p, k);
		}
	} else if (ctl & NR_TCP_RST) {
		if (unasked(k) && !asked(t, p))
			back(t, p, k);
	} else if (ctl == 0 && !(k->e->flags & k->theirs)) {
		/* No SYN, no ACK, no RST: null, FIN and Xmas probes. */
		spoke(t, p, k);
		probe(t, p, k->e, k->dark);
		k->probed = true;
	} else {
		spoke(t, p, k);
	}
}

static bool reflector(const struct nr_pkt *p)
{
	switch (p->sport) {
	case 53: /* DNS: only answers (QR) */
		return p->dport >= 1024 && (nr_peek_u8(p->payload, 2) & 0x80);
	case 17:
	case 19:
	case 111:
	case 123:
	case 137:
	case 161:
	case 389:
	case 443: /* QUIC */
	case 1900:
	case 3702:
	case 5683:
	case 11211: return p->dport >= 1024;
	default: return false;
	}
}

static void on_udp(struct nr_track *t, const struct nr_pkt *p, struct talk *k)
{
	bool first_is_mine;

	if (unasked(k) && reflector(p) && !asked(t, p)) {
		back(t, p, k);
		return;
	}
	spoke(t, p, k);
	first_is_mine = ((k->e->flags & FROM_HIGH) != 0) == (k->mine == SPOKE_HIGH);
	if (first_is_mine) {
		probe(t, p, k->e, k->dark);
		k->probed = true;
	} else {
		answered(t, p, k->e, p->sport);
	}
}

/* An ICMP error is about the packet it quotes: the victim is whom that packet was for. */
static void icmp_error(struct nr_track *t, const struct nr_pkt *p, struct talk *k)
{
	bool v6 = p->proto == NR_IPPROTO_ICMP6;
	struct nr_pair *e;
	struct nr_pkt in = { .number = p->number };

	if (nr_decode_inner(p->payload, v6, &in) == NR_DEC_UNPARSED || !nr_ip_eq(in.src, p->dst) ||
	    (t->n_darknets && !k->dark))
		return;
	e = pair_find(t, hash_pair(hash_ip(in.src), hash_ip(in.dst)));
	if (e && (e->flags & (SPOKE_LOW | SPOKE_HIGH)))
		return;
	nr_track_backscatter(t, p, in.dst, p->proto, in.dport);
}

static void on_icmp(struct nr_track *t, const struct nr_pkt *p, struct talk *k)
{
	bool v6 = p->proto == NR_IPPROTO_ICMP6;
	uint16_t type = p->dport, request = v6 ? 128 : 8, reply = v6 ? 129 : 0;

	if (type == request) {
		spoke(t, p, k);
		probe(t, p, k->e, k->dark);
		k->probed = true;
	} else if (type == reply) {
		if (k->e->flags & k->theirs)
			answered(t, p, k->e, request);
		else if (unasked(k))
			back(t, p, k);
	} else if (v6 ? type >= 1 && type <= 4
		      : type == 3 || type == 4 || type == 5 || type == 11 || type == 12) {
		icmp_error(t, p, k);
	}
}

static bool asks(const struct nr_pkt *p)
{
	return p->proto != NR_IPPROTO_TCP || (p->flags & (NR_TCP_SYN | NR_TCP_ACK)) == NR_TCP_SYN;
}

/* A packet that asks is about its sender's record, any other about its receiver's. */
static uint64_t hash_asked(const struct nr_pkt *p)
{
	bool mine = asks(p);

	return hash_probe(mine ? p->h_src : p->h_dst, p->proto, mine ? p->dport : p->sport);
}

void nr_track_prepare(const struct nr_track *t, struct nr_pkt *p)
{
	p->h_src = hash_ip(p->src);
	p->h_dst = hash_ip(p->dst);
	p->h_pair = hash_pair(p->h_src, p->h_dst);
	p->h_probe = hash_asked(p);
	__builtin_prefetch(&t->pairs[bucket(p->h_pair, t->n_pairs, NR_PAIR_WAYS)], 1);
	__builtin_prefetch(&t->probe_at[bucket(p->h_probe, t->n_probes, NR_WAYS)]);
	__builtin_prefetch(&t->source_at[bucket(p->h_src, t->n_sources, NR_WAYS)]);
}

void nr_track_fetch(const struct nr_track *t, const struct nr_pkt *p)
{
	uint32_t e;

	if (!asks(p)) {
		e = entry_likely(t->source_at, t->n_sources, p->h_src);
		if (e)
			__builtin_prefetch(&t->sources[entry_index(e)], 1);
		if (!(p->flags & NR_TCP_SYN))
			return;
	}
	e = entry_likely(t->probe_at, t->n_probes, p->h_probe);
	if (e) {
		__builtin_prefetch(entry_record(t, e), 1);
		__builtin_prefetch(&entry_record(t, e)->targets, 1);
	}
}

void nr_track_address(struct nr_track *t, const struct nr_pkt *p)
{
	if (t->n_darknets && !dark(t, p->dst))
		return;
	t->counted++;
	source_of(t, (struct key){ p->src, p->h_src })->packets++;
	count_minute(t, p->at_us);
}

static void converse(struct nr_track *t, const struct nr_pkt *p, struct talk *k)
{
	bool low = is_low(p);

	if (!somebody(p->dst) || !somebody(p->src) || nr_ip_eq(p->src, p->dst))
		return;
	k->e = pair_of(t, p);
	k->mine = low ? SPOKE_LOW : SPOKE_HIGH;
	k->theirs = low ? SPOKE_HIGH : SPOKE_LOW;
	k->back = low ? BACK_LOW : BACK_HIGH;
	if (p->proto == NR_IPPROTO_TCP)
		on_tcp(t, p, k);
	else if (p->proto == NR_IPPROTO_UDP)
		on_udp(t, p, k);
	else
		on_icmp(t, p, k);
}

void nr_track_packet(struct nr_track *t, const struct nr_pkt *p)
{
	struct talk k = { .dark = t->n_darknets == 0 || dark(t, p->dst) };

	converse(t, p, &k);
	if (!k.dark)
		return;
	t->counted++;
	count_minute(t, p->at_us);
	if (!k.probed)
		source_of(t, (struct key){ p->src, p->h_src })->packets++;
}
