/* Backscatter: the answers a host under attack sends to addresses that an attacker forged.
 * Moore et al. (TOCS 2006), as corsaro counts it: 25 packets, 60 seconds, and 30 packets in the best
 * 60 seconds (a window of six ten-second bins); 300 silent seconds end an attack. */
#include "eyes/sense/track.h"

bool nr_victim_attacked(const struct nr_victim *v)
{
	return v->packets >= NR_VICTIM_PACKETS && v->best >= NR_VICTIM_RATE &&
	       v->last_us - v->first_us >= NR_VICTIM_SPAN_S * INT64_C(1000000) &&
	       (uint64_t)v->live * 10 <= v->packets;
}

static struct nr_victim *find(struct nr_track *t, struct nr_ip ip, uint8_t proto,
			      struct nr_victim **ret_worst)
{
	uint64_t h = nr_mix(nr_mix(ip.hi, ip.lo), proto);
	size_t b = ((size_t)(h >> 20) & (t->n_victims / NR_WAYS - 1)) * NR_WAYS;
	struct nr_victim *worst = &t->victims[b];

	for (unsigned i = 0; i < NR_WAYS; i++) {
		struct nr_victim *v = &t->victims[b + i];

		if (!v->packets) {
			*ret_worst = v;
			return NULL;
		}
		if (v->proto == proto && nr_ip_eq(v->ip, ip))
			return v;
		if (v->packets < worst->packets)
			worst = v;
	}
	*ret_worst = worst;
	return NULL;
}

static void bin(struct nr_victim *v, int64_t at_us)
{
	int64_t b = at_us / 10000000;
	uint32_t sum = 0;

	if (v->packets == 0)
		v->bin = b;
	if (b > v->bin) {
		int64_t by = b - v->bin;

		for (unsigned i = NR_VICTIM_BINS; i-- > 0;)
			v->bins[i] = (int64_t)i >= by ? v->bins[(int64_t)i - by] : 0;
		v->bin = b;
	}
	/* bins[i] is the ten seconds that began i bins before v->bin. */
	if (v->bin - b < NR_VICTIM_BINS)
		v->bins[v->bin - b]++;
	for (unsigned i = 0; i < NR_VICTIM_BINS; i++)
		sum += v->bins[i];
	v->best = sum > v->best ? sum : v->best;
}

static void note_port(struct nr_victim *v, uint16_t port)
{
	for (unsigned i = 0; i < v->n_ports; i++)
		if (v->ports[i] == port)
			return;
	if (v->n_ports < NR_VICTIM_PORTS)
		v->ports[v->n_ports++] = port;
}

void nr_track_backscatter(struct nr_track *t, const struct nr_pkt *p, struct nr_ip victim,
			  uint8_t proto, uint16_t port)
{
	struct nr_victim *worst, *v = find(t, victim, proto, &worst);
	bool idle = v && p->at_us > v->last_us + NR_VICTIM_IDLE_S * INT64_C(1000000);

	t->backscatter_seen++;
	if (!v || idle) {
		v = v ? v : worst;
		if (v->packets) {
			t->evicted_victims += !idle;
			if (nr_victim_attacked(v))
				nr_track_finish(t, &t->done_victims, v);
		}
		*v = (struct nr_victim){
			.ip = victim, .proto = proto, .first_us = p->at_us, .last_us = p->at_us
		};
	}
	bin(v, p->at_us);
	v->packets++;
	v->first_us = p->at_us < v->first_us ? p->at_us : v->first_us;
	v->last_us = p->at_us > v->last_us ? p->at_us : v->last_us;
	note_port(v, port);
	nr_hll_add(v->reg, NR_VICTIM_REGS, (uint32_t)(nr_mix(p->dst.hi, p->dst.lo) >> 16));
	if (v->n_place < NR_PLACES)
		v->place[v->n_place++] = (struct nr_place){ p->number, p->offset, p->length };
}

void nr_track_live(struct nr_track *t, struct nr_ip victim, uint8_t proto)
{
	struct nr_victim *worst, *v = find(t, victim, proto, &worst);

	if (v && v->live < UINT32_MAX)
		v->live++;
}
