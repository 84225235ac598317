#include "eyes/sense/track.h"

enum {
	SPOKE_LOW = 1, /* the lower address said something of its own accord */
	SPOKE_HIGH = 2,
	BACK_LOW = 4, /* the lower address answered unasked */
	BACK_HIGH = 8,
	FROM_HIGH = 16, /* the higher address spoke first */
	HAS_PORT = 32,
	HAS_HOST = 64, /* a vertical record exists (or did) */
	LINE = 64,
	SLOTS_MIN = 64,
	REGS_ABOVE = 1 << 16, /* packets: fewer never crowd the table of probes */
	TRACEROUTE_FIRST = 33434,
	TRACEROUTE_LAST = 33534,
};

_Static_assert(sizeof(struct nr_source) == 64, "one cache line");
_Static_assert(sizeof(struct nr_pair) * NR_PAIR_WAYS == LINE, "one cache line");
_Static_assert(sizeof(struct nr_probes) == 256 && sizeof(struct nr_host) == 256, "four lines");
_Static_assert(sizeof(struct nr_victim) == 256, "four lines");

/* ---- tables ---- */

static void *line_array(struct nr_track *t, size_t n, size_t size)
{
	uint8_t *p = nr_arena_zalloc(t->a, n * size + LINE, 1);

	return p ? p + (LINE - (uintptr_t)p % LINE) % LINE : NULL;
}

/* Slots of a table: its share of the memory, but no more than twice what the capture can fill. */
static size_t slots(unsigned mib, size_t at_128, uint64_t packets)
{
	size_t n = at_128, fill = SLOTS_MIN;

	for (unsigned m = 128; m < mib && m * 2 <= mib; m *= 2)
		n *= 2;
	for (unsigned m = 128; m > mib && n > SLOTS_MIN; m /= 2)
		n /= 2;
	while (fill < packets * 2 && fill < n)
		fill *= 2;
	return fill;
}

enum nr_rc nr_track_open(struct nr_track *t, const struct nr_track_cfg *cfg, struct nr_arena *a,
			 struct nr_err *reterr)
{
	unsigned mib = cfg->memory_mib;

	*t = (struct nr_track){ .a = a, .darknets = cfg->darknets, .n_darknets = cfg->n_darknets };
	t->n_sources = slots(mib, 1 << 18, cfg->packets);
	t->n_probes = slots(mib, 1 << 18, cfg->packets);
	t->n_pairs = slots(mib, 1 << 18, cfg->packets);
	t->n_hosts = slots(mib, 1 << 14, cfg->packets);
	t->n_victims = slots(mib, 1 << 14, cfg->packets);
	t->sources = line_array(t, t->n_sources, sizeof(*t->sources));
	t->probes = line_array(t, t->n_probes, sizeof(*t->probes));
	t->pairs = line_array(t, t->n_pairs, sizeof(*t->pairs));
	t->hosts = line_array(t, t->n_hosts, sizeof(*t->hosts));
	t->victims = line_array(t, t->n_victims, sizeof(*t->victims));
	t->port_packets = line_array(t, NR_PORTS, sizeof(*t->port_packets));
	t->port_sources = line_array(t, NR_PORTS, sizeof(*t->port_sources));
	if (cfg->packets > REGS_ABOVE)
		t->port_regs = line_array(t, NR_PORTS, NR_PORT_REGS);
	t->n_minutes = slots(128, NR_MINUTES, cfg->packets);
	t->minutes = line_array(t, t->n_minutes, sizeof(*t->minutes));
	t->done_probes.size = sizeof(struct nr_probes);
	t->done_hosts.size = sizeof(struct nr_host);
	t->done_victims.size = sizeof(struct nr_victim);
	if (a->exhausted)
		return nr_fail(reterr, NR_E_LIMIT, "sense tables", 0,
			       "no memory for tables of %u MiB: lower the parameter memory", mib);
	return NR_OK;
}

void nr_track_finish(struct nr_track *t, struct nr_done *d, const void *rec)
{
	if (!d->rec)
		d->rec = line_array(t, NR_DONE_MAX, d->size);
	if (!d->rec || d->n == NR_DONE_MAX)
		d->dropped++;
	else
		memcpy((uint8_t *)d->rec + d->n++ * d->size, rec, d->size);
}

/* ---- judgements ---- */

bool nr_probes_scan(const struct nr_probes *r)
{
	uint64_t hosts = nr_sketch_value(&r->targets, r->n), failed, want = NR_SCAN_TCP_HOSTS;

	if (r->proto == NR_IPPROTO_UDP)
		want = NR_SCAN_UDP_HOSTS;
	else if (r->proto != NR_IPPROTO_TCP)
		want = NR_SCAN_ICMP_HOSTS;
	failed = hosts > r->answered ? hosts - r->answered : 0;
	return failed >= want && failed >= (uint64_t)r->answered + NR_SCAN_MARGIN;
}

bool nr_host_scan(const struct nr_host *r)
{
	uint64_t ports = nr_sketch_value(&r->sketch, r->n), failed;

	failed = ports > r->answered ? ports - r->answered : 0;
	return failed >= (r->proto == NR_IPPROTO_UDP ? NR_SCAN_UDP_PORTS : NR_SCAN_TCP_PORTS) &&
	       failed >= (uint64_t)r->answered + NR_SCAN_MARGIN;
}

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

static struct nr_source *source_of(struct nr_track *t, struct key k)
{
	struct nr_source *bucket_ = &t->sources[bucket(k.h, t->n_sources, NR_WAYS)];
	struct nr_source *worst = &bucket_[way(k.h, 0)];

	for (unsigned i = 0; i < NR_WAYS; i++) {
		struct nr_source *s = &bucket_[way(k.h, i)];

		if (s->used && nr_ip_eq(s->ip, k.ip))
			return s;
		if (!s->used) {
			worst = s;
			break;
		}
		if (s->mirai < worst->mirai ||
		    (s->mirai == worst->mirai && s->packets < worst->packets))
			worst = s;
	}
	if (worst->used) {
		t->evicted_sources++;
		t->other_packets += worst->packets;
	}
	*worst = (struct nr_source){ .ip = k.ip, .used = 1 };
	return worst;
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
	if (r->mirai && (s->mirai == 0 || r->place[0].packet < s->mirai_packet)) {
		s->first_us = r->first_us;
		s->mirai_packet = r->place[0].packet;
		s->mirai_offset = r->place[0].offset;
		s->mirai_length = r->place[0].length;
	}
	s->mirai = add32(s->mirai, r->mirai);
}

void nr_track_settle(struct nr_track *t)
{
	for (size_t i = 0; i < t->n_probes; i++)
		if (t->probes[i].packets)
			settle(t, &t->probes[i]);
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

static struct nr_probes *probes_find(struct nr_track *t, struct key src, uint8_t proto,
				     uint16_t port, struct nr_probes **ret_worst)
{
	uint64_t h = hash_probe(src.h, proto, port);
	size_t b = bucket(h, t->n_probes, NR_WAYS);
	struct nr_probes *worst = &t->probes[b + way(h, 0)];

	for (unsigned i = 0; i < NR_WAYS; i++) {
		struct nr_probes *r = &t->probes[b + way(h, i)];

		if (!r->packets) {
			worst = r;
			break;
		}
		if (r->port == port && r->proto == proto && nr_ip_eq(r->src, src.ip))
			return r;
		if (r->n < worst->n || (r->n == worst->n && r->packets < worst->packets))
			worst = r;
	}
	*ret_worst = worst;
	return NULL;
}

static void finish_probes(struct nr_track *t, const struct nr_probes *r)
{
	if (nr_probes_scan(r))
		nr_track_finish(t, &t->done_probes, r);
}

/* A source begins to probe a port: somebody else's record may have to go. */
static struct nr_probes *probes_new(struct nr_track *t, struct nr_probes *r, uint32_t at,
				    uint64_t h_src)
{
	t->port_sources[at]++;
	if (t->port_regs)
		nr_hll_add(&t->port_regs[(size_t)at * NR_PORT_REGS], NR_PORT_REGS,
			   (uint32_t)(h_src >> 16));
	if (r->packets) {
		t->evicted_probes++;
		finish_probes(t, r);
		settle(t, r);
	}
	*r = (struct nr_probes){ .packets = 0 };
	return r;
}

static struct nr_probes *probes_of(struct nr_track *t, const struct nr_pkt *p, uint16_t port)
{
	struct key k = { p->src, p->h_src };
	struct nr_probes *worst, *r = probes_find(t, k, p->proto, port, &worst);

	if (r && p->at_us <= r->last_us + NR_SCAN_IDLE_S * INT64_C(1000000))
		return r;
	if (r)
		finish_probes(t, r);
	else
		r = probes_new(t, worst, nr_port_index(p->proto, port), p->h_src);
	*r = (struct nr_probes){ .src = p->src,
				 .proto = p->proto,
				 .port = port,
				 .first_us = p->at_us,
				 .last_us = p->at_us,
				 .counted = r->counted,
				 .syns = r->syns,
				 .mirai = r->mirai };
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
		r->place[0] = (struct nr_place){ p->number, p->offset, p->length };
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
	r->first_us = p->at_us < r->first_us ? p->at_us : r->first_us;
	r->last_us = p->at_us > r->last_us ? p->at_us : r->last_us;
	if (nr_sketch_add(&r->targets, &r->n, nr_hll_mix((uint32_t)(p->h_dst >> 16))) &&
	    r->n_place < NR_PLACES)
		note_place(r->place, &r->n_place, NR_PLACES, p);
	if (p->proto == NR_IPPROTO_TCP)
		mirai(r, p);
	if (p->proto == NR_IPPROTO_TCP || p->proto == NR_IPPROTO_UDP)
		vertical(t, p, e);
}

/* p answers an earlier probe of p->dst to port p->sport. */
static void answered(struct nr_track *t, const struct nr_pkt *p, const struct nr_pair *e,
		     uint16_t port)
{
	struct nr_probes *none,
		*r = probes_find(t, (struct key){ p->dst, p->h_dst }, p->proto, port, &none);
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
static bool asked(struct nr_track *t, const struct nr_pkt *p)
{
	struct nr_probes *none;

	return probes_find(t, (struct key){ p->dst, p->h_dst }, p->proto, p->sport, &none) != NULL;
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

void nr_track_prepare(const struct nr_track *t, struct nr_pkt *p)
{
	unsigned ctl = p->flags & (NR_TCP_SYN | NR_TCP_ACK);
	bool tcp = p->proto == NR_IPPROTO_TCP, asks = !tcp || ctl == NR_TCP_SYN;
	uint64_t h;

	p->h_src = hash_ip(p->src);
	p->h_dst = hash_ip(p->dst);
	p->h_pair = hash_pair(p->h_src, p->h_dst);
	__builtin_prefetch(&t->pairs[bucket(p->h_pair, t->n_pairs, NR_PAIR_WAYS)], 1);
	if (!asks)
		__builtin_prefetch(
			&t->sources[bucket(p->h_src, t->n_sources, NR_WAYS) + way(p->h_src, 0)], 1);
	if (tcp && !(ctl & NR_TCP_SYN))
		return;
	h = asks ? hash_probe(p->h_src, p->proto, p->dport)
		 : hash_probe(p->h_dst, p->proto, p->sport);
	__builtin_prefetch(&t->probes[bucket(h, t->n_probes, NR_WAYS) + way(h, 0)], 1);
	__builtin_prefetch(&t->probes[bucket(h, t->n_probes, NR_WAYS) + way(h, 0)].targets, 1);
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
